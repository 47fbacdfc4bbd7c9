package threshold

import "time"

// Phase is where a series stands with its threshold.
type Phase uint8

// The phases. A series of a span threshold is inactive or firing.
const (
	Inactive   Phase = iota
	Pending          // beyond the threshold, not yet for long enough
	Firing           // an alert is open
	Recovering       // an alert is open, the value is well inside again, not yet for long enough
	numPhases
)

// Reading is what one step learns.
type Reading uint8

// The readings.
const (
	Nothing  Reading = iota // time has passed
	Clear                   // at or inside the resolve level
	Between                 // not beyond the threshold, not inside the resolve level
	Over                    // beyond the threshold
	Thin                    // beyond the threshold, on too few samples to believe it
	Occurred                // a slow span
	Ended                   // the subject is gone: a process that ended, a service without calls
	Removed                 // the rule is gone
	numReadings
)

func (r Reading) isValue() bool { return r >= Clear && r <= Thin }

// Input is one step's.
type Input struct {
	Reading Reading
	Full    bool // as many alerts are open as may be: none begins
}

// Instant is a time twice: Run by a clock that nobody sets, and Wall, Unix nanoseconds, for people and names.
type Instant struct {
	Run  time.Duration
	Wall int64
}

// Timing is what a rule says of time.
type Timing struct {
	For, Keep, Repeat time.Duration // Repeat 0: never
	NoData            NoData
	Spans             bool // of slow spans: each is news, and none for Keep is the end
}

// NoData says what becomes of a series that falls silent.
type NoData uint8

// Values of on_no_data.
const (
	KeepOnNoData    NoData = iota // nothing changes
	ResolveOnNoData               // silence is as good as a value well inside
	AlertOnNoData                 // silence is an alert of its own
)

const (
	patience      = 3                // expected intervals of silence are no data
	unlearned     = time.Minute      // the expected interval of a series that has come once
	leastSilence  = 15 * time.Second // below this, silence is jitter
	shortestEvery = time.Second
	longestEvery  = time.Hour
	abandonAfter  = 24 * time.Hour // of silence: an open alert ends, whatever on_no_data says, or it would stand for ever
)

// State is all there is to know of one series. Times are Instant.Run's.
type State struct {
	Phase Phase
	Since time.Duration // when the phase began; of a span threshold that fires, its last slow span
	Gone  Reason        // Recovering: why nothing more is to be waited for; "" while values come
	Alert Open          // of the threshold
	Lack  Open          // of no data

	Known bool          // a value has come
	Seen  time.Duration // the last value
	Every time.Duration // the expected interval between values; 0 until two have come
	Quiet bool          // no value for too long

	Over   bool          // the last value was beyond the threshold
	Beyond time.Duration // how long values were, up to the last one, since it was pending
}

// beyond is how long values were beyond the threshold, as far as they tell.
func (s *State) beyond(now time.Duration) time.Duration {
	if !s.Over || s.Quiet {
		return s.Beyond
	}
	return s.Beyond + now - s.Seen
}

// Open is an alert that is open.
type Open struct {
	Started int64         // Instant.Wall; 0: not open
	Began   time.Duration // the same by Instant.Run
	Sent    time.Duration // when it was last told
	Repeats int
}

// Transition is what an alert does.
type Transition uint8

// The transitions.
const (
	None Transition = iota
	Fires
	Repeats
	Resolves
)

// Reason is why an alert ends, or the condition it is about.
type Reason string

// The reasons.
const (
	Recovered     Reason = "recovered"
	SubjectEnded  Reason = "ended"
	NoDataReason  Reason = "no_data"
	RuleRemoved   Reason = "rule_removed"
	RuleChanged   Reason = "rule_changed"
	TooManyAlerts Reason = "too_many_alerts"
)

// Event is what a step tells: of the threshold's alert, and of the one about no data.
type Event struct {
	Limit, Lack Transition // what Resolves is in the state before the step, what Fires or Repeats in the one after
	Why         Reason     // of Limit: Resolves
	LackWhy     Reason     // of Lack: Resolves
	Held        bool       // the alert would fire, were it not Full
}

// Package load puts requests on a target: in a closed loop, where each user waits for an answer before the next question, or in an open
// loop, which keeps its schedule whatever the answers do. It knows neither protocols nor percentiles.
package load

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// Request is one question.
type Request struct {
	User, Turn   int
	Conversation string
	Input        string
	Data         map[string]any
	History      []Exchange // of the turns before
	Trace        [16]byte
	Span         [8]byte
	Run          string // value of baggage agentbench.run
}

// Last is the answer before, empty in the first turn.
func (r *Request) Last() string {
	if len(r.History) == 0 {
		return ""
	}
	return r.History[len(r.History)-1].Answer
}

// Exchange is one turn that is over.
type Exchange struct{ Input, Answer string }

// Answer is what came of a request. Times are counted from the call.
type Answer struct {
	Text      string
	FirstText time.Duration   // until the first event with text; 0: there was none or the answer is not streamed
	Gaps      []time.Duration // between events with text
	Status    int
	In, Out   int64  // tokens; 0 when the answer does not say
	Failure   string // empty: a good answer; else one of the classes
	Detail    string
}

// The classes of failures.
const (
	Timeout   = "timeout"
	Transport = "transport" // no or half an answer: refused, reset
	Broken    = "broken_stream"
	Status    = "status"
	FailWhen  = "fail_when"
	Unread    = "bad_answer" // not what the kind of target sends
)

// Target sends a request and reads its answer to the end. It returns soon after ctx is done.
type Target interface {
	Do(ctx context.Context, r *Request) Answer
}

// Plan is one load.
type Plan struct {
	Run      string
	Scenario *scenario.Scenario
	Users    int           // closed loop
	Rate     float64       // open loop: new conversations a second
	Duration time.Duration // 0: until all users are done
	PerUser  int           // closed loop; 0: until Duration
	InFlight int           // open loop: most requests at once, the others wait here; 0: no limit
	Warmup   int
	Seed     uint64
}

// Record is one request of a run. Times are since the start of the measured part.
type Record struct {
	User, Turn int
	Trace      [16]byte
	Warmup     bool
	Intended   time.Duration // when the schedule wanted it
	Started    time.Duration
	Ended      time.Duration
	Lag        time.Duration // how late the generator was, without the wait for one of Plan.InFlight
	Answer
}

// Response is the time from the intended start, Service from the real one.
func (r *Record) Response() time.Duration { return r.Ended - r.Intended }

// Service is the time from the real start.
func (r *Record) Service() time.Duration { return r.Ended - r.Started }

// Sink takes what happens; it is called from many goroutines.
type Sink interface {
	Begin(trace [16]byte, span [8]byte)
	End(r Record)
	Interrupted(trace [16]byte)
}

func seconds(v float64) time.Duration { return time.Duration(math.Round(v * float64(time.Second))) }

// sleep waits until t and says whether ctx was still alive then.
func sleep(ctx context.Context, t time.Time) bool {
	d := time.Until(t)
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

type source = rand.Rand

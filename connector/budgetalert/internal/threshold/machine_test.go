package threshold

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var usual = Timing{For: time.Minute, Keep: 5 * time.Minute, Repeat: 4 * time.Hour}

const began = int64(1_700_000_000_000_000_000)

func instant(run time.Duration) Instant { return Instant{Run: run, Wall: began + int64(run)} }

// in is a state whose phase began at the given age before now, with values every ten seconds.
func stateIn(p Phase, age, now time.Duration) State {
	s := State{Phase: p, Since: now - age, Known: true, Seen: now - 10*time.Second, Every: 10 * time.Second}
	if p == Inactive {
		s.Since = 0
	}
	if p == Firing || p == Recovering {
		s.Alert = Open{Started: began, Sent: now - age}
	}
	return s
}

var (
	phaseNames   = [numPhases]string{"inactive", "pending", "firing", "recovering"}
	readingNames = [numReadings]string{"nothing", "clear", "between", "over", "thin", "occurred", "ended", "removed"}
	told         = [...]string{"", "fires", "repeats", "resolves"}
)

type cell struct {
	phase Phase
	limit Transition
	why   Reason
}

// Every phase × every reading, young (the phase began just now) and ripe (it began longer ago than `for` and `keep_firing_for`).
func TestEveryPhaseAndReading(t *testing.T) {
	same := func(p Phase) cell { return cell{phase: p} }
	end := func(why Reason) cell { return cell{Inactive, Resolves, why} }
	fires := cell{phase: Firing, limit: Fires}
	want := map[Phase]map[Reading][2]cell{
		Inactive: {
			Nothing: {same(Inactive), same(Inactive)}, Clear: {same(Inactive), same(Inactive)}, Between: {same(Inactive), same(Inactive)},
			Over: {same(Pending), same(Pending)}, Thin: {same(Inactive), same(Inactive)}, Occurred: {fires, fires},
			Ended: {same(Inactive), same(Inactive)}, Removed: {same(Inactive), same(Inactive)},
		},
		Pending: {
			Nothing: {same(Pending), same(Pending)}, Clear: {same(Inactive), same(Inactive)}, Between: {same(Inactive), same(Inactive)},
			Over: {same(Pending), fires}, Thin: {same(Inactive), same(Inactive)}, Occurred: {fires, fires},
			Ended: {same(Inactive), same(Inactive)}, Removed: {same(Inactive), same(Inactive)},
		},
		Firing: {
			Nothing: {same(Firing), same(Firing)}, Clear: {same(Recovering), same(Recovering)}, Between: {same(Firing), same(Firing)},
			Over: {same(Firing), same(Firing)}, Thin: {same(Firing), same(Firing)}, Occurred: {same(Firing), same(Firing)},
			Ended: {same(Recovering), same(Recovering)}, Removed: {end(RuleRemoved), end(RuleRemoved)},
		},
		Recovering: {
			Nothing: {same(Recovering), same(Recovering)}, Clear: {same(Recovering), end(Recovered)}, Between: {same(Firing), same(Firing)},
			Over: {same(Firing), same(Firing)}, Thin: {same(Recovering), end(Recovered)}, Occurred: {same(Firing), same(Firing)},
			Ended: {same(Recovering), same(Recovering)}, Removed: {end(RuleRemoved), end(RuleRemoved)},
		},
	}
	require.Len(t, want, int(numPhases))
	now := 10 * time.Hour
	for p, row := range want {
		require.Len(t, row, int(numReadings), phaseNames[p])
		for r, cells := range row {
			for i, age := range []time.Duration{0, 10 * time.Minute} {
				t.Run(fmt.Sprintf("%s/%s/%v", phaseNames[p], readingNames[r], age), func(t *testing.T) {
					s, e := Step(usual, stateIn(p, age, now), Input{Reading: r}, instant(now))
					got := cell{s.Phase, e.Limit, e.Why}
					assert.Equal(t, cells[i], got)
					assert.Equal(t, None, e.Lack)
					assert.Equal(t, s.Phase == Firing || s.Phase == Recovering, s.Alert.Started != 0, "an open alert has a beginning, no other has")
				})
			}
		}
	}
}

// A run is a story in lines: after how long, what comes, what is told and where it leaves the series.
type line struct {
	after time.Duration
	r     Reading
	phase Phase
	tells string
}

func play(t *testing.T, timing Timing, lines []line) {
	t.Helper()
	var s State
	run := time.Hour
	for i, l := range lines {
		run += l.after
		var e Event
		s, e = Step(timing, s, Input{Reading: l.r}, instant(run))
		got := told[e.Limit]
		if e.Limit == Resolves {
			got += " " + string(e.Why)
		}
		if e.Lack != None {
			got += " no data " + told[e.Lack]
		}
		require.Equal(t, fmt.Sprintf("%s %q", phaseNames[l.phase], l.tells), fmt.Sprintf("%s %q", phaseNames[s.Phase], got), "line %d: %+v", i, l)
	}
}

const s10 = 10 * time.Second

func times(n int, l line) []line {
	out := make([]line, n)
	for i := range out {
		out[i] = l
	}
	return out
}

func join(parts ...[]line) []line {
	var out []line
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// fired are 70 s beyond the threshold, one value every ten seconds.
func fired() []line {
	return join(times(6, line{s10, Over, Pending, ""}), []line{{s10, Over, Firing, "fires"}})
}

func TestAHoveringMetricIsOneAlert(t *testing.T) {
	hover := []line{{s10, Over, Firing, ""}, {s10, Between, Firing, ""}, {s10, Clear, Recovering, ""}, {s10, Over, Firing, ""}}
	lines := fired()
	for range 300 { // 200 minutes: no word within repeat_interval
		lines = append(lines, hover...)
	}
	play(t, usual, lines)
}

func TestResolvesAfterKeepFiringFor(t *testing.T) {
	play(t, usual, join(fired(), times(30, line{s10, Clear, Recovering, ""}), []line{
		{s10, Clear, Inactive, "resolves recovered"}, {s10, Clear, Inactive, ""}, {s10, Over, Pending, ""},
	}))
}

func TestRepeatsNoSoonerThanAsked(t *testing.T) {
	play(t, usual, join(fired(), times(6*60*4-1, line{s10, Over, Firing, ""}), []line{{s10, Over, Firing, "repeats"}},
		times(6*60*4-1, line{s10, Over, Firing, ""}), []line{{s10, Nothing, Firing, "repeats"}}))
	never := usual
	never.Repeat = 0
	play(t, never, join(fired(), times(6*60*9, line{s10, Over, Firing, ""})))
}

func TestTenMinutesWithoutDataResolveNothing(t *testing.T) {
	second := line{time.Second, Nothing, Firing, ""}
	play(t, usual, join(fired(), times(600, second), []line{{s10, Over, Firing, ""}}))
	// Neither does silence while it recovers, however long: it was not seen to stay inside.
	play(t, usual, join(fired(), []line{{s10, Clear, Recovering, ""}}, times(29, line{time.Second, Nothing, Recovering, ""}),
		times(600, second), []line{{s10, Clear, Recovering, ""}}, times(29, line{s10, Clear, Recovering, ""}),
		[]line{{s10, Clear, Inactive, "resolves recovered"}}))
}

func TestSilenceIsNoTimeBeyondTheThreshold(t *testing.T) {
	play(t, usual, []line{{0, Clear, Inactive, ""}, {s10, Over, Pending, ""}, {10 * time.Minute, Over, Pending, ""}, {time.Minute, Over, Pending, ""}})
	// One late value is no silence.
	play(t, usual, []line{{0, Clear, Inactive, ""}, {s10, Over, Pending, ""}, {29 * time.Second, Over, Pending, ""}, {40 * time.Second, Over, Firing, "fires"}})
}

func TestSilenceResolvesIfAsked(t *testing.T) {
	timing := usual
	timing.NoData = ResolveOnNoData
	play(t, timing, join(fired(), times(29, line{time.Second, Nothing, Firing, ""}), times(300, line{time.Second, Nothing, Recovering, ""}),
		[]line{{time.Second, Nothing, Inactive, "resolves no_data"}, {s10, Clear, Inactive, ""}}))
	// A value that comes while it waits goes on.
	play(t, timing, join(fired(), []line{{30 * time.Second, Nothing, Recovering, ""}, {s10, Over, Firing, ""}}))
	timing.Keep = 0
	play(t, timing, join(fired(), []line{{30 * time.Second, Nothing, Inactive, "resolves no_data"}}))
}

func TestSilenceIsAnAlertIfAsked(t *testing.T) {
	timing := usual
	timing.NoData = AlertOnNoData
	calm := times(3, line{s10, Clear, Inactive, ""})
	play(t, timing, join(calm, times(29, line{time.Second, Nothing, Inactive, ""}), []line{{time.Second, Nothing, Inactive, " no data fires"}},
		times(4*60-1, line{time.Minute, Nothing, Inactive, ""}), []line{{time.Minute, Nothing, Inactive, " no data repeats"}, {s10, Over, Pending, " no data resolves"}}))
	// The end of what was watched is silence, and the end of its own alert.
	play(t, timing, join(fired(), []line{
		{s10, Ended, Recovering, ""},
		{20 * time.Second, Nothing, Recovering, " no data fires"},
		{5 * time.Minute, Nothing, Inactive, "resolves ended"},
		{time.Hour, Clear, Inactive, " no data resolves"},
	}))
}

func TestWhatEndedResolves(t *testing.T) {
	play(t, usual, join(fired(), []line{
		{s10, Ended, Recovering, ""}, {time.Minute, Ended, Recovering, ""}, {4 * time.Minute, Nothing, Inactive, "resolves ended"}, {time.Hour, Nothing, Inactive, ""},
	}))
	// It ends and comes back, as a gauge over little traffic does: one alert.
	play(t, usual, join(fired(), []line{{s10, Ended, Recovering, ""}, {4 * time.Minute, Over, Firing, ""}, {s10, Clear, Recovering, ""}}))
}

func TestADayOfSilenceEndsWhatIsOpen(t *testing.T) {
	play(t, usual, join(fired(), []line{{30 * time.Second, Nothing, Firing, ""}},
		times(5, line{4 * time.Hour, Nothing, Firing, "repeats"}), []line{{4 * time.Hour, Nothing, Inactive, "resolves no_data"}}))
}

func TestSlowSpans(t *testing.T) {
	timing := Timing{Keep: 5 * time.Minute, Repeat: 4 * time.Hour, Spans: true}
	play(t, timing, join([]line{{0, Occurred, Firing, "fires"}}, times(1000, line{time.Second, Occurred, Firing, ""}),
		times(299, line{time.Second, Nothing, Firing, ""}), []line{{time.Second, Nothing, Inactive, "resolves recovered"}, {time.Second, Occurred, Firing, "fires"}}))
	play(t, timing, join([]line{{0, Occurred, Firing, "fires"}}, times(59, line{4 * time.Minute, Occurred, Firing, ""}),
		[]line{{4 * time.Minute, Occurred, Firing, "repeats"}}))
}

func TestFullHoldsBack(t *testing.T) {
	s := stateIn(Pending, 2*time.Minute, time.Hour)
	s, e := Step(usual, s, Input{Reading: Over, Full: true}, instant(time.Hour))
	assert.Equal(t, Event{Held: true}, e)
	s, e = Step(usual, s, Input{Reading: Over}, instant(time.Hour+s10))
	assert.Equal(t, Event{Limit: Fires}, e)
	assert.Equal(t, Firing, s.Phase)
	_, e = Step(usual, s, Input{Reading: Over, Full: true}, instant(time.Hour+2*s10))
	assert.Equal(t, Event{}, e, "what is open stays open")
}

func TestTheIntervalIsLearnt(t *testing.T) {
	var s State
	run := time.Hour
	hear := func(gaps ...time.Duration) {
		for _, g := range gaps {
			run += g
			s, _ = Step(usual, s, Input{Reading: Clear}, instant(run))
		}
	}
	hear(0)
	assert.Equal(t, 3*time.Minute, s.silentAfter(), "before two values have come")
	hear(s10)
	assert.Equal(t, 30*time.Second, s.silentAfter())
	hear(0, 12*time.Second, time.Second)
	assert.InDelta(t, 30, s.silentAfter().Seconds(), 4, "a quick pair is no new pace")
	for range 100 {
		hear(time.Second)
	}
	assert.Equal(t, leastSilence, s.silentAfter())
	for range 8 {
		hear(time.Minute)
	}
	assert.Equal(t, 3*time.Minute, s.silentAfter(), "a new pace is learnt in steps")
	hear(24 * time.Hour)
	assert.Equal(t, 6*time.Minute, s.silentAfter(), "an outage is no pace")
}

// Whatever comes: no second alert while one is open, no end of what is not open, and no repetition too soon.
func FuzzStep(f *testing.F) {
	f.Add([]byte{3, 10, 3, 80, 3, 10, 1, 10, 1, 255, 0, 200, 6, 20, 0, 255})
	f.Add([]byte{131, 10, 0, 255, 0, 255, 5, 1, 5, 9, 0, 255, 0, 255, 7, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) == 0 {
			return
		}
		timing := Timing{
			For: time.Duration(script[0]&3) * time.Minute, Keep: time.Duration(script[0]>>2&3) * time.Minute,
			Repeat: time.Duration(script[0]>>4&1) * time.Hour, NoData: NoData(script[0] >> 5 & 3 % 3), Spans: script[0]>>7 == 1,
		}
		var s State
		limit, lack := &watch{t: t, repeat: timing.Repeat}, &watch{t: t, repeat: timing.Repeat}
		run := time.Duration(0)
		for i := 1; i+1 < len(script); i += 2 {
			run += time.Duration(script[i+1]) * time.Duration(script[i+1]) * 100 * time.Millisecond
			in := Input{Reading: Reading(script[i]&15) % numReadings, Full: script[i]&16 != 0}
			var e Event
			s, e = Step(timing, s, in, instant(run))
			limit.see(e.Limit, run)
			lack.see(e.Lack, run)
			require.Equal(t, limit.open, s.Phase == Firing || s.Phase == Recovering)
			require.Equal(t, limit.open, s.Alert.Started != 0)
			require.Equal(t, lack.open, s.Lack.Started != 0)
			require.False(t, in.Full && (e.Limit == Fires || e.Lack == Fires))
			require.Equal(t, e.Limit == Resolves, e.Why != "")
			require.Equal(t, e.Lack == Resolves, e.LackWhy != "")
		}
	})
}

// watch is an independent account of one alert.
type watch struct {
	t      *testing.T
	repeat time.Duration
	open   bool
	last   time.Duration
}

func (w *watch) see(tr Transition, run time.Duration) {
	switch tr {
	case Fires:
		require.False(w.t, w.open, "fires twice")
		w.open, w.last = true, run
	case Repeats:
		require.True(w.t, w.open)
		require.Positive(w.t, w.repeat)
		require.GreaterOrEqual(w.t, run-w.last, w.repeat)
		w.last = run
	case Resolves:
		require.True(w.t, w.open, "resolves what did not fire")
		w.open = false
	}
}

package threshold

import "time"

// Step is the whole machine: what becomes of a state by an input at a time, and what is to be told. It holds that an alert fires only
// when it is not open and ends only when it is, that a repetition is no sooner than Timing.Repeat after the last word, and that time
// without values neither completes `for` nor ends an alert, unless on_no_data says so.
func Step(t Timing, s State, in Input, now Instant) (State, Event) {
	m := machine{t: t, s: s, in: in, now: now}
	m.silence()
	if in.Reading.isValue() || in.Reading == Ended {
		m.s.Beyond, m.s.Over = m.s.beyond(now.Run), in.Reading == Over
	}
	switch {
	case in.Reading.isValue():
		m.heard()
		m.value()
	case in.Reading == Occurred:
		m.occurred()
	case in.Reading == Ended:
		m.ended()
	case in.Reading == Removed:
		m.resolve(RuleRemoved)
		m.found(RuleRemoved)
		return State{}, m.e
	default:
		m.pass()
	}
	m.repeat()
	return m.s, m.e
}

type machine struct {
	t   Timing
	s   State
	in  Input
	now Instant
	e   Event
}

func (m *machine) elapsed(since time.Duration) time.Duration { return m.now.Run - since }

func (m *machine) to(p Phase) { m.s.Phase, m.s.Since = p, m.now.Run }

func (m *machine) open() bool { return m.s.Phase == Firing || m.s.Phase == Recovering }

// silence notices that values have stopped, before anything that came now is looked at.
func (m *machine) silence() {
	if !m.s.Known || m.s.Quiet || m.elapsed(m.s.Seen) < m.s.silentAfter() {
		return
	}
	m.s.Quiet = true
	switch {
	case m.s.Phase == Pending: // who knows how long it was beyond
		m.to(Inactive)
	case m.s.Phase == Recovering && m.s.Gone == "": // who knows whether it stayed inside
		m.to(Firing)
	}
}

// silentAfter is how long after the last value a series has no data.
func (s *State) silentAfter() time.Duration {
	if s.Every == 0 {
		return patience * unlearned
	}
	return max(patience*s.Every, leastSilence)
}

// heard learns from the arrival of a value. The interval grows at once, unless the gap was a silence, and shrinks slowly: a sender
// that is quick now and slow then is expected to be slow.
func (m *machine) heard() {
	gap := m.elapsed(m.s.Seen)
	switch {
	case !m.s.Known || gap <= 0:
	case m.s.Every == 0:
		m.s.Every = gap
	case gap > patience*m.s.Every:
		m.s.Every = min(gap, 2*m.s.Every)
	case gap > m.s.Every:
		m.s.Every = gap
	default:
		m.s.Every -= (m.s.Every - gap) / 8
	}
	if m.s.Every != 0 {
		m.s.Every = min(max(m.s.Every, shortestEvery), longestEvery)
	}
	m.s.Known, m.s.Quiet, m.s.Seen = true, false, m.now.Run
	m.found(Recovered)
}

func (m *machine) value() {
	r := m.in.Reading
	switch m.s.Phase {
	case Inactive, Pending:
		if r != Over {
			m.s.Phase, m.s.Since = Inactive, 0
			return
		}
		if m.s.Phase == Inactive {
			m.to(Pending)
			m.s.Beyond = 0
		}
		if m.elapsed(m.s.Since) >= m.t.For {
			m.fire()
		}
	case Firing:
		if r == Clear {
			m.recover("")
		}
	case Recovering:
		m.s.Gone = ""
		switch {
		case r == Over || r == Between:
			m.to(Firing)
		case m.elapsed(m.s.Since) >= m.t.Keep:
			m.resolve(Recovered)
		}
	}
}

// occurred is a slow span: it fires at once, and what fires goes on for Keep from now.
func (m *machine) occurred() {
	if !m.open() {
		m.fire()
	}
	if m.open() {
		m.to(Firing)
	}
}

func (m *machine) ended() {
	switch m.s.Phase {
	case Pending:
		m.s.Phase, m.s.Since = Inactive, 0
	case Firing:
		m.recover(SubjectEnded)
	case Recovering:
		m.s.Gone = SubjectEnded
	}
	if m.t.NoData != AlertOnNoData { // for those who watch for silence, an end is one
		m.s.Known, m.s.Quiet = false, false
	}
}

// pass is time without news.
func (m *machine) pass() {
	abandoned := m.s.Quiet && m.elapsed(m.s.Seen) >= abandonAfter
	switch {
	case m.t.Spans:
		if m.elapsed(m.s.Since) >= m.t.Keep {
			m.resolve(Recovered)
		}
	case m.s.Phase == Recovering && m.s.Gone != "" && m.elapsed(m.s.Since) >= m.t.Keep:
		m.resolve(m.s.Gone)
	case abandoned:
		m.resolve(NoDataReason)
	case m.s.Quiet && m.s.Phase == Firing && m.t.NoData == ResolveOnNoData:
		m.recover(NoDataReason)
	}
	switch {
	case abandoned:
		m.found(NoDataReason)
		m.s.Known, m.s.Quiet = false, false
	case !m.s.Quiet || m.t.NoData != AlertOnNoData || m.s.Lack.Started != 0:
	case m.in.Full:
		m.e.Held = true
	default:
		m.s.Lack, m.e.Lack = Open{Started: m.now.Wall, Began: m.now.Run, Sent: m.now.Run}, Fires
	}
}

func (m *machine) fire() {
	if m.in.Full {
		m.e.Held = true
		return
	}
	m.to(Firing)
	m.s.Alert, m.e.Limit = Open{Started: m.now.Wall, Began: m.now.Run, Sent: m.now.Run}, Fires
}

func (m *machine) recover(gone Reason) {
	m.to(Recovering)
	m.s.Gone = gone
	if m.t.Keep == 0 {
		why := gone
		if why == "" {
			why = Recovered
		}
		m.resolve(why)
	}
}

// resolve ends the threshold's alert, if it is open.
func (m *machine) resolve(why Reason) {
	if m.open() {
		m.e.Limit, m.e.Why = Resolves, why
	}
	m.s.Phase, m.s.Since, m.s.Gone, m.s.Alert = Inactive, 0, "", Open{}
	m.s.Beyond = 0
}

// found ends the alert about no data, if it is open.
func (m *machine) found(why Reason) {
	if m.s.Lack.Started != 0 {
		m.e.Lack, m.e.LackWhy, m.s.Lack = Resolves, why, Open{}
	}
}

func (m *machine) repeat() {
	if m.t.Repeat <= 0 {
		return
	}
	if m.s.Phase == Firing && m.e.Limit == None && (!m.t.Spans || m.in.Reading == Occurred) {
		m.again(&m.s.Alert, &m.e.Limit)
	}
	if m.s.Lack.Started != 0 && m.e.Lack == None {
		m.again(&m.s.Lack, &m.e.Lack)
	}
}

func (m *machine) again(o *Open, e *Transition) {
	if m.elapsed(o.Sent) >= m.t.Repeat {
		o.Sent, *e = m.now.Run, Repeats
		o.Repeats++
	}
}

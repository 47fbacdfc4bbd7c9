package budget

// Stage is where one alert of one budget, group and period is.
type Stage uint8

// The stages.
const (
	Armed      Stage = iota // may fire
	Superseded              // will not fire in this period: a higher threshold fired at the same time
	Firing
	Recovering // fires, but what it fires for is over; it is not known yet whether for good
	Closed     // the period is over: fires never again
)

// Input is what an evaluation finds. Below is more than 10 % inside the threshold, so that an alert does not flap.
type Input uint8

// The inputs.
const (
	Below     Input = iota
	Near            // under the threshold, not yet Below
	Reached         // at or above the threshold
	Overtaken       // Reached, and a higher threshold of the same budget is reached for the first time now
	Released        // another limit: what was reached is not any more
	Ended           // the period, the run or the budget is over
)

// Event is what people are told.
type Event uint8

// The events.
const (
	Nothing Event = iota
	Fire
	Resolve
)

// machine says how an alert ends before its period does.
type machine uint8

const (
	latching machine = iota // it does not: spend only grows
	rearming                // as soon as it is Below: rolling budgets
	holding                 // when it was Below for holdFor: forecasts and rates
)

// holdFor is how long, in seconds, a forecast or a rate must stay Below before it is resolved.
const holdFor = 300

// state is the stage, and since when (Unix seconds) Recovering lasts.
type state struct {
	stage Stage
	clear int64
}

// next is the whole machine.
func (m machine) next(s state, in Input, now int64) (state, Event) {
	switch s.stage {
	case Armed:
		switch in {
		case Reached:
			return state{stage: Firing}, Fire
		case Overtaken:
			return state{stage: Superseded}, Nothing
		case Ended:
			return state{stage: Closed}, Nothing
		}
		return state{}, Nothing
	case Superseded:
		switch {
		case in == Ended:
			return state{stage: Closed}, Nothing
		case in == Released, in == Below && m != latching:
			return state{}, Nothing
		}
		return state{stage: Superseded}, Nothing
	case Firing, Recovering:
		return m.alight(s, in, now)
	}
	return state{stage: Closed}, Nothing
}

// alight is next for an alert that people were told of.
func (m machine) alight(s state, in Input, now int64) (state, Event) {
	switch {
	case in == Ended:
		return state{stage: Closed}, Resolve
	case in == Released, in == Below && m == rearming:
		return state{}, Resolve
	case in != Below || m != holding:
		return state{stage: Firing}, Nothing
	case s.stage == Firing:
		return state{Recovering, now}, Nothing
	case now-s.clear >= holdFor:
		return state{}, Resolve
	}
	return s, Nothing
}

// level is the input that an amount is for a threshold.
func level(amount, threshold float64) Input {
	switch {
	case amount >= threshold:
		return Reached
	case amount < 0.9*threshold:
		return Below
	}
	return Near
}

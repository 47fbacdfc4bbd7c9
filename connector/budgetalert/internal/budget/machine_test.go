package budget

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

var inputs = []Input{Below, Near, Reached, Overtaken, Released, Ended}

// Every state beside every input: the stage that follows, with + where people are told that it fires and - where it is resolved. A row is
// Below, Near, Reached, Overtaken, Released, Ended.
func TestMachine(t *testing.T) {
	long, short := state{Recovering, 1000 - holdFor}, state{Recovering, 1000 - holdFor + 1}
	for _, c := range []struct {
		name    string
		machine machine
		state   state
		want    [6]string
	}{
		{"spend, armed", latching, state{}, [6]string{"A", "A", "F+", "S", "A", "C"}},
		{"spend, superseded", latching, state{stage: Superseded}, [6]string{"S", "S", "S", "S", "A", "C"}},
		{"spend, firing", latching, state{stage: Firing}, [6]string{"F", "F", "F", "F", "A-", "C-"}},
		{"spend, recovering never is", latching, long, [6]string{"F", "F", "F", "F", "A-", "C-"}},
		{"spend, closed", latching, state{stage: Closed}, [6]string{"C", "C", "C", "C", "C", "C"}},
		{"rolling, armed", rearming, state{}, [6]string{"A", "A", "F+", "S", "A", "C"}},
		{"rolling, superseded", rearming, state{stage: Superseded}, [6]string{"A", "S", "S", "S", "A", "C"}},
		{"rolling, firing", rearming, state{stage: Firing}, [6]string{"A-", "F", "F", "F", "A-", "C-"}},
		{"rolling, recovering never is", rearming, long, [6]string{"A-", "F", "F", "F", "A-", "C-"}},
		{"rolling, closed", rearming, state{stage: Closed}, [6]string{"C", "C", "C", "C", "C", "C"}},
		{"rate, armed", holding, state{}, [6]string{"A", "A", "F+", "S", "A", "C"}},
		{"rate, superseded never is", holding, state{stage: Superseded}, [6]string{"A", "S", "S", "S", "A", "C"}},
		{"rate, firing", holding, state{stage: Firing}, [6]string{"R", "F", "F", "F", "A-", "C-"}},
		{"rate, recovering", holding, short, [6]string{"R", "F", "F", "F", "A-", "C-"}},
		{"rate, recovered", holding, long, [6]string{"A-", "F", "F", "F", "A-", "C-"}},
		{"rate, closed", holding, state{stage: Closed}, [6]string{"C", "C", "C", "C", "C", "C"}},
	} {
		for i, in := range inputs {
			next, event := c.machine.next(c.state, in, 1000)
			got := string("ASFRC"[next.stage]) + []string{"", "+", "-"}[event]
			assert.Equal(t, c.want[i], got, "%s, input %d", c.name, in)
			switch {
			case next.stage != Recovering:
				assert.Zero(t, next.clear, "%s, input %d", c.name, in)
			case c.state.stage == Recovering:
				assert.Equal(t, c.state, next, "since when does not move")
			default:
				assert.Equal(t, int64(1000), next.clear)
			}
		}
	}
}

func TestLevel(t *testing.T) {
	for amount, want := range map[float64]Input{0: Below, 89.9: Below, 90: Near, 99.9: Near, 100: Reached, 1e9: Reached} {
		assert.Equal(t, want, level(amount, 100), amount)
	}
}

// Whatever comes: fire and resolve take turns, nothing fires after the end, a period of spend fires once unless the limit changes, and
// what fires is resolved by its end.
func FuzzMachine(f *testing.F) {
	f.Add([]byte{0, 2, 0, 5, 2}, uint8(0))
	f.Add([]byte{2, 0, 1, 0, 0, 2, 3, 4, 2, 5}, uint8(1))
	f.Add([]byte{2, 0x70, 0x70, 0xf0, 0x72, 5}, uint8(2))
	f.Fuzz(func(t *testing.T, steps []byte, kind uint8) {
		m := machine(kind % 3)
		var s state
		var now int64
		fires, open, ended := 0, false, false
		for _, b := range append(steps, byte(Ended)) {
			now += int64(b>>4) * 60
			in := Input(b & 0xf % 6)
			next, event := m.next(s, in, now)
			switch event {
			case Fire:
				if open || ended || in != Reached {
					t.Fatalf("fires at %v with %d", s, in)
				}
				fires, open = fires+1, true
				if m == latching && fires > 1 {
					t.Fatal("fires again in one period")
				}
			case Resolve:
				if !open || in == Reached || in == Overtaken || in == Near {
					t.Fatalf("resolved at %v with %d", s, in)
				}
				open = false
			}
			if in == Released {
				fires = 0
			}
			ended = ended || in == Ended
			if open != (next.stage == Firing || next.stage == Recovering) || ended != (next.stage == Closed) {
				t.Fatalf("%v after %d", next, in)
			}
			s = next
		}
		if open {
			t.Fatal("never resolved")
		}
	})
}

package llmcost

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var t0 = time.Unix(1_700_000_000, 0)

// A span of a small tree: its id is its name, its parent's id is the second field.
type seen struct {
	id, parent, response string
	rank                 int16
	bare                 bool
	during               period
	nano                 int64
}

func (s seen) witness() witness {
	key := func(v string) uint64 {
		h := uint64(1469598103934665603)
		for i := range len(v) {
			h = (h ^ uint64(v[i])) * 1099511628211
		}
		if v == "" {
			return 0
		}
		return h
	}
	w := witness{self: key("s" + s.id), rank: s.rank, bare: s.bare, during: s.during, nano: s.nano, tie: key(s.id), up: -1}
	if s.parent != "" {
		w.parent = key("s" + s.parent)
	}
	if s.response != "" {
		w.response = key("r" + s.response)
	}
	return w
}

func decide(c *countedCalls, spans ...seen) map[string]outcome {
	request := make([]witness, len(spans))
	for i, s := range spans {
		request[i] = s.witness()
	}
	c.decide(request, t0)
	got := map[string]outcome{}
	for i, s := range spans {
		got[s.id] = request[i].outcome
	}
	return got
}

func TestOneRequestTheBestWitnessCounts(t *testing.T) {
	for name, tc := range map[string]struct {
		spans []seen
		want  map[string]outcome
	}{
		"alone": {
			[]seen{{id: "a", rank: 1}},
			map[string]outcome{"a": counts},
		},
		"siblings are two calls": {
			[]seen{{id: "a", parent: "p", rank: 1}, {id: "b", parent: "p", rank: 1}},
			map[string]outcome{"a": counts, "b": counts},
		},
		"the inner of equal witnesses": {
			[]seen{{id: "outer", rank: 1}, {id: "inner", parent: "outer", rank: 1}},
			map[string]outcome{"outer": childCounted, "inner": counts},
		},
		"the outer one when it knows more": {
			[]seen{{id: "outer", rank: 2}, {id: "inner", parent: "outer", rank: 1}},
			map[string]outcome{"outer": counts, "inner": parentCounted},
		},
		"three layers are one call": {
			[]seen{{id: "a", rank: 1}, {id: "b", parent: "a", rank: 1}, {id: "c", parent: "b", rank: 1}},
			map[string]outcome{"a": childCounted, "b": childCounted, "c": counts},
		},
		"three layers, the middle one knows least": {
			[]seen{{id: "a", rank: 3}, {id: "b", parent: "a", rank: 1}, {id: "c", parent: "b", rank: 2}},
			map[string]outcome{"a": counts, "b": parentCounted, "c": parentCounted},
		},
		"a sum of two calls": {
			[]seen{{id: "sum", rank: 1}, {id: "a", parent: "sum", rank: 1}, {id: "b", parent: "sum", rank: 1}},
			map[string]outcome{"sum": childCounted, "a": counts, "b": counts},
		},
		"the same response in two traces": {
			[]seen{{id: "a", response: "x", rank: 1}, {id: "b", response: "x", rank: 2}},
			map[string]outcome{"a": sameResponse, "b": counts},
		},
		"a failed try inside a call that then succeeded": {
			[]seen{{id: "call", rank: 2}, {id: "try", parent: "call", bare: true}},
			map[string]outcome{"call": counts, "try": parentCounted},
		},
		"a failed call seen twice": {
			[]seen{{id: "call", bare: true}, {id: "try", parent: "call", bare: true}},
			map[string]outcome{"call": childCounted, "try": countsBare},
		},
		"a failed and a good try inside a wrapper": {
			[]seen{{id: "call", rank: 1}, {id: "t1", parent: "call", bare: true}, {id: "t2", parent: "call", rank: 1}},
			map[string]outcome{"call": childCounted, "t1": countsBare, "t2": counts},
		},
	} {
		t.Run(name, func(t *testing.T) {
			permute(tc.spans, func(spans []seen) {
				require.Equal(t, tc.want, decide(newCountedCalls(100, time.Minute), spans...), "in the order %v", spans)
			})
		})
	}
}

// However the spans of a call arrive one a request, exactly one that carries usage counts.
func TestOneSpanARequestOneCounts(t *testing.T) {
	for name, spans := range map[string][]seen{
		"pair":           {{id: "a", rank: 1}, {id: "b", parent: "a", rank: 2}},
		"pair, one bare": {{id: "a", rank: 1}, {id: "b", parent: "a", bare: true}},
		"same response":  {{id: "a", response: "x", rank: 1}, {id: "b", response: "x", rank: 1}, {id: "c", response: "x", rank: 1}},
		"pair and twin":  {{id: "a", rank: 1}, {id: "b", parent: "a", response: "x", rank: 1}, {id: "c", response: "x", rank: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "pair and twin" {
				// a is tied to c only through b: when both come before b nobody can know.
				spans = []seen{spans[1], spans[2]}
			}
			permute(spans, func(spans []seen) {
				c := newCountedCalls(100, time.Minute)
				n := 0
				for _, s := range spans {
					if decide(c, s)[s.id] == counts {
						n++
					}
				}
				require.Equal(t, 1, n, "in the order %v", spans)
			})
		})
	}
}

func TestTheMiddleLayerTiesOuterToInner(t *testing.T) {
	c := newCountedCalls(100, time.Minute)
	require.Equal(t, counts, decide(c, seen{id: "c", parent: "b"})["c"])
	require.Equal(t, childCounted, decide(c, seen{id: "b", parent: "a"})["b"])
	require.Equal(t, childCounted, decide(c, seen{id: "a"})["a"])
}

// A wrapper that repeats one of its calls does not swallow the other.
func TestSiblingOfACountedCallCounts(t *testing.T) {
	spans := []seen{{id: "one", parent: "sum"}, {id: "sum"}, {id: "two", parent: "sum"}}
	c := newCountedCalls(100, time.Minute)
	got := map[string]outcome{}
	for _, s := range spans {
		got[s.id] = decide(c, s)[s.id]
	}
	require.Equal(t, map[string]outcome{"one": counts, "sum": childCounted, "two": counts}, got)
}

func TestTheSameSpanAgainGetsTheSameAnswer(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var spans []seen
		for i := range 12 {
			s := seen{id: fmt.Sprint(i), rank: int16(rnd.IntN(3)), bare: rnd.IntN(4) == 0}
			if i > 0 && rnd.IntN(2) == 0 {
				s.parent = fmt.Sprint(rnd.IntN(i))
			}
			if !s.bare && rnd.IntN(3) == 0 {
				s.response = fmt.Sprint(rnd.IntN(4))
			}
			spans = append(spans, s)
		}
		c := newCountedCalls(1000, time.Minute)
		first := decide(c, spans...)
		require.Equal(t, first, decide(c, spans...))
		rnd.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		require.Equal(t, first, decide(c, spans...), "in another order")
		for _, s := range spans {
			require.Equal(t, first[s.id], decide(c, s)[s.id], "one by one")
		}
	}
}

// A span exported early without usage and again with it: the second export carries the bill.
func TestASpanThatGainsUsageCounts(t *testing.T) {
	c := newCountedCalls(100, time.Minute)
	require.Equal(t, countsBare, decide(c, seen{id: "a", bare: true})["a"])
	require.Equal(t, counts, decide(c, seen{id: "a"})["a"])
}

func TestMemoryIsBounded(t *testing.T) {
	c := newCountedCalls(1000, time.Minute)
	for i := range 100_000 {
		decide(c, seen{id: fmt.Sprint(i), parent: fmt.Sprint("p", i), response: fmt.Sprint(i)})
	}
	require.LessOrEqual(t, c.spans.Len(), 1000)
	require.LessOrEqual(t, c.answers.Len(), 1000)
	require.NotZero(t, c.evicted())
}

// Spans that lie in each other a hundred thousand deep, or in a circle, take no longer than others.
func TestHostileNesting(t *testing.T) {
	var deep []seen
	for i := range 100_000 {
		deep = append(deep, seen{id: fmt.Sprint(i), parent: fmt.Sprint(i + 1), rank: 1})
	}
	decide(newCountedCalls(1_000_000, time.Minute), deep...)
	circle := []seen{{id: "a", parent: "b"}, {id: "b", parent: "a"}, {id: "c", parent: "c"}}
	require.Len(t, decide(newCountedCalls(100, time.Minute), circle...), 3)
}

func permute[T any](spans []T, try func([]T)) {
	var walk func(done, rest []T)
	walk = func(done, rest []T) {
		if len(rest) == 0 {
			try(done)
			return
		}
		for i := range rest {
			left := append(append([]T{}, rest[:i]...), rest[i+1:]...)
			walk(append(done[:len(done):len(done)], rest[i]), left)
		}
	}
	walk(nil, spans)
}

// A span that repeats an answer counted in another trace stands for what it contains.
func TestInsideARepeatedAnswerNothingCounts(t *testing.T) {
	c := newCountedCalls(100, time.Minute)
	decide(c, seen{id: "elsewhere", response: "x", rank: 1})
	require.Equal(t, sameResponse, decide(c, seen{id: "outer", response: "x", rank: 1})["outer"])
	require.Equal(t, parentCounted, decide(c, seen{id: "inner", parent: "outer", rank: 1})["inner"])

	c = newCountedCalls(100, time.Minute)
	decide(c, seen{id: "elsewhere", response: "x", rank: 1})
	require.Equal(t, map[string]outcome{"outer": sameResponse, "inner": parentCounted},
		decide(c, seen{id: "outer", response: "x", rank: 2}, seen{id: "inner", parent: "outer", rank: 1}))
}

// A wrapper shows the last of its tries; the tries before it were paid too.
func TestTriesBesideTheLastOneCount(t *testing.T) {
	first, last := seen{id: "first", parent: "call", response: "x", rank: 1}, seen{id: "last", parent: "call", response: "y", rank: 1}
	call := seen{id: "call", response: "y", rank: 1}
	c := newCountedCalls(100, time.Minute)
	require.Equal(t, counts, decide(c, last)["last"])
	require.Equal(t, sameResponse, decide(c, call)["call"])
	require.Equal(t, counts, decide(c, first)["first"])
	permute([]seen{first, last, call}, func(spans []seen) {
		got := decide(newCountedCalls(100, time.Minute), spans...)
		require.Equal(t, map[string]outcome{"first": counts, "last": counts, "call": sameResponse}, got)
	})
}

// A call may use a tool that calls a model: only a call that lies directly in another repeats it.
func TestACallInsideATool(t *testing.T) {
	permute([]seen{{id: "outer", rank: 2}, {id: "inner", parent: "tool", rank: 1}}, func(spans []seen) {
		got := decide(newCountedCalls(100, time.Minute), spans...)
		require.Equal(t, map[string]outcome{"outer": counts, "inner": counts}, got)
	})
}

// Spans without ids cannot be told apart: none is taken for another, and only the response id shows a twin.
func TestSpansWithoutIDs(t *testing.T) {
	c := newCountedCalls(100, time.Minute)
	for range 3 {
		request := []witness{{rank: 1, up: -1}, {rank: 1, up: -1}, {bare: true, up: -1}}
		c.decide(request, t0)
		require.Equal(t, []outcome{counts, counts, countsBare}, []outcome{request[0].outcome, request[1].outcome, request[2].outcome})
	}
	require.Zero(t, c.len())
	request := []witness{{rank: 1, up: -1, response: 7}, {rank: 1, up: -1, response: 7}, {rank: 1, up: -1, response: 8}}
	c.decide(request, t0)
	require.Equal(t, []outcome{counts, sameResponse, counts}, []outcome{request[0].outcome, request[1].outcome, request[2].outcome})
}

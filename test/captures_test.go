package test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// TestCaptures posts what real clients exported, as they exported it, and compares the cost on the spans that come out with the
// provider's bill, call by call. Posted again, as after a lost acknowledgement, the spans get the same answer.
func TestCaptures(t *testing.T) {
	all := readTruth(t)
	r := newRig(t, "gateway.yaml")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			body, traces := readCapture(t, name)
			send := func() []ptrace.Traces {
				before := len(r.sink.Traces())
				gateway.Post(t, r.traces, "application/json", body)
				return r.sink.Traces()[before:]
			}
			first := send()
			checkBill(t, all[name], first)
			checkKept(t, traces, first)
			assert.Equal(t, attributes(first), attributes(send()), "posted twice")
		})
	}
}

// TestCapturesInAnyOrder plays every capture with its spans in other orders: inside one request, and one span a request, to a gateway
// each that knows nothing of the spans before. Two instrumentations in different traces, whose spans arrive apart, cannot be told
// from two calls: that capture stays together (ignore_scopes is for it).
func TestCapturesInAnyOrder(t *testing.T) {
	all := readTruth(t)
	shuffle := func(seed uint64) func([]ptrace.Traces) {
		return func(spans []ptrace.Traces) {
			rand.New(rand.NewPCG(seed, seed)).Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		}
	}
	orders := []struct {
		name    string
		reorder func([]ptrace.Traces)
	}{
		{"as sent", func([]ptrace.Traces) {}},
		{"reversed", slices.Reverse[[]ptrace.Traces]},
		{"shuffled", shuffle(1)},
		{"shuffled again", shuffle(2)},
	}
	for _, order := range orders {
		for _, apart := range []bool{false, true} {
			name := order.name + map[bool]string{false: ", one request", true: ", one span a request"}[apart]
			t.Run(name, func(t *testing.T) {
				r := newRig(t, "gateway.yaml")
				for _, capture := range slices.Sorted(maps.Keys(all)) {
					if apart && strings.HasPrefix(capture, "double-") {
						continue
					}
					_, traces := readCapture(t, capture)
					spans := split(traces)
					order.reorder(spans)
					if !apart {
						spans = []ptrace.Traces{join(spans)}
					}
					out := r.post(t, spans...)
					t.Run(capture, func(t *testing.T) { checkBill(t, all[capture], out) })
				}
			})
		}
	}
}

// checkBill compares the spans with the bill: every visible call once, at its price.
func checkBill(t *testing.T, want *truth, out []ptrace.Traces) {
	t.Helper()
	amounts, unpriced, also := want.visible()
	require.Equal(t, want.BillableVisible, len(amounts)+unpriced, "the truth itself")
	require.Equal(t, nano(want.ExpectedTotalUSD), sum(amounts), "the truth itself")

	got := count(t, out)
	for i, amount := range got.priced {
		if expected, ok := also[amount]; ok {
			got.priced[i] = expected
		}
	}
	slices.Sort(got.priced)
	assert.Equal(t, amounts, got.priced, "nano-USD of every priced call")
	assert.Contains(t, []int64{0, nano(want.GuessedTotalUSD)}, sum(got.estimated), "what the client only guessed")

	reasons := map[string]int{}
	for _, reason := range got.unpriced {
		reasons[reason]++
	}
	assert.Equal(t, unpriced, reasons[genai.ReasonUnknownModel], "visible calls of a model without a price")
	assert.LessOrEqual(t, reasons[genai.ReasonNoUsage], want.hidden(), "calls whose usage the client hides")
	assert.Len(t, got.unpriced, reasons[genai.ReasonUnknownModel]+reasons[genai.ReasonNoUsage], "no other reason: %v", reasons)
}

// checkKept checks that the gateway only adds: every span and every attribute of the client is still there. The cost attributes are
// the gateway's own.
func checkKept(t *testing.T, in ptrace.Traces, out []ptrace.Traces) {
	t.Helper()
	got := attributes(out)
	sent := attributes([]ptrace.Traces{in})
	require.Len(t, got, len(sent))
	for id, attrs := range sent {
		for key, value := range attrs {
			if !strings.HasPrefix(key, "llm.cost.") && key != genai.UsageCost {
				require.Equal(t, value, got[id][key], "%s of span %s", key, id)
			}
		}
	}
}

// attributes of every span by trace and span id.
func attributes(all []ptrace.Traces) map[string]map[string]any {
	m := map[string]map[string]any{}
	eachSpan(all, func(span ptrace.Span) {
		m[span.TraceID().String()+"/"+span.SpanID().String()] = span.Attributes().AsRaw()
	})
	return m
}

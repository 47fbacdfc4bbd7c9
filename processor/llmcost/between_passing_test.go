package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// Microsoft.Extensions.AI instrumented outside and inside of what invokes functions, a span a request: the sum and the two calls cost once, unless
// the step between them comes after the sum and one of the calls.
func TestASumAroundAStepThatPasses(t *testing.T) {
	for name, at := range map[string][4]int{"telemetry-twice": {0, 1, 2, 4}, "9-telemetry-twice": {0, 1, 2, 3}} {
		spans := replay.OneByOne(clientCase(t, "microsoft-extensions-ai/"+name))
		for _, order := range orders(4) {
			place := [4]int{} // of the sum, the step and the calls
			var requests []ptrace.Traces
			for i, which := range order {
				place[which[0]] = i
				requests = append(requests, spans[at[which[0]]])
			}
			sum, step, first := place[0], place[1], min(place[2], place[3])
			p := startProcessor(t, nil)
			var got []ptrace.Traces
			for _, td := range requests {
				got = append(got, copyOf(p.process(t, copyOf(td))))
			}
			if exact := step < max(sum, first); exact {
				require.Equal(t, int64(6_700_000), sumOf(got...).nano, "%s %v", name, order)
			} else if name == "9-telemetry-twice" { // the other one's sum has the id of its last call
				require.Greater(t, sumOf(got...).nano, int64(6_700_000), "%s %v", name, order)
			}
		}
	}
	whole := sumOf(startProcessor(t, nil).process(t, clientCase(t, "microsoft-extensions-ai/telemetry-twice")))
	require.Zero(t, whole.uncounted, "all is counted")
}

// A try that failed in a call that got its answer is a call of its own, in any order.
func TestAFailedTryInACall(t *testing.T) {
	for _, name := range []string{"twins-openinference-and-openllmetry/a-failed-try", "a-call-inside-a-call/a-fallback-that-the-outer-one-tells"} {
		spans := replay.OneByOne(clientCase(t, name))
		for _, order := range orders(len(spans)) {
			p := startProcessor(t, nil)
			counting := map[string]int{}
			for _, which := range order {
				for status, n := range sumOf(p.process(t, copyOf(spans[which[0]]))).statuses {
					counting[status] += n
				}
			}
			require.Equal(t, 1, counting["duplicate"], "%s %v", name, order)
			require.Equal(t, 1, counting["free"], "%s %v", name, order)
		}
	}
}

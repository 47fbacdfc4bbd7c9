package llmcost

import (
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

var update = flag.Bool("update", false, "write want.json anew")

// wanted is want.json: what becomes of a case's spans.
type wanted struct {
	Note  string     `json:"note,omitempty"` // what was billed and is hidden, for people
	Total int64      `json:"total_nano_usd"`
	First bool       `json:"children_first,omitempty"` // one span a request, only this order is right
	Depth bool       `json:"by_depth,omitempty"`       // one span a request, this order and its reverse are, not every one
	Later bool       `json:"uncounted,omitempty"`      // one span a request, what the report that comes later costs more is told on it
	Spans []wantSpan `json:"spans"`
}

type wantSpan struct {
	Name   string `json:"name"`
	Status string `json:"status,omitempty"`
	Reason string `json:"reason,omitempty"`
	Nano   int64  `json:"nano_usd,omitempty"`
}

// A directory testdata/clients/<client>/<case> is a case: the request that a client sent (in.json, OTLP) and what llmcost makes of it
// (want.json). The total must not depend on the order of the spans, nor on how many requests bring them.
func TestClients(t *testing.T) {
	for name, td := range clientCases(t) {
		t.Run(name, func(t *testing.T) { checkClient(t, filepath.Join("testdata/clients", name, "want.json"), td) })
	}
}

// clientCases are the requests of all cases, by client and case.
func clientCases(t testing.TB) map[string]ptrace.Traces {
	inputs, err := filepath.Glob("testdata/clients/*/*/in.json")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	cases := map[string]ptrace.Traces{}
	for _, input := range inputs {
		dir := filepath.Dir(input)
		name := filepath.Join(filepath.Base(filepath.Dir(dir)), filepath.Base(dir))
		cases[name] = clientCase(t, name)
	}
	return cases
}

func clientCase(t testing.TB, name string) ptrace.Traces {
	raw, err := os.ReadFile(filepath.Join("testdata/clients", name, "in.json"))
	require.NoError(t, err)
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(raw)
	require.NoError(t, err)
	return td
}

func checkClient(t *testing.T, file string, td ptrace.Traces) {
	var want wanted
	if raw, err := os.ReadFile(file); err == nil || !*update {
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, &want))
	}
	got := answersTo(copyOf(td), t)
	if *update {
		want.Total, want.Spans = got.Total, got.Spans
		out, err := json.MarshalIndent(want, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(out, '\n'), 0o600))
	}
	require.Equal(t, want.Spans, got.Spans)
	require.Equal(t, want.Total, got.Total)
	for i := range uint64(5) {
		rnd := rand.New(rand.NewPCG(i, 3))
		require.Equal(t, want.Total, sumOf(startProcessor(t, nil).process(t, shuffled(td, rnd))).nano, "in another order")
		p, parts := startProcessor(t, nil), replay.OneByOne(td)
		if want.First || want.Depth {
			slices.Reverse(parts)
		} else {
			rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		}
		for k := range parts {
			parts[k] = p.process(t, parts[k])
		}
		sum := sumOf(parts...)
		if want.Later {
			sum.nano += sum.uncounted
		}
		require.Equal(t, want.Total, sum.nano, "one span a request")
	}
}

func copyOf(td ptrace.Traces) ptrace.Traces {
	out := ptrace.NewTraces()
	td.CopyTo(out)
	return out
}

func answersTo(td ptrace.Traces, t *testing.T) (got wanted) {
	eachSpan(startProcessor(t, nil).process(t, td), func(span ptrace.Span) {
		attrs := span.Attributes().AsRaw()
		s := wantSpan{Name: span.Name()}
		s.Status, _ = attrs[genai.CostStatus].(string)
		s.Reason, _ = attrs[genai.CostReason].(string)
		if usd, ok := attrs[genai.CostTotal].(float64); ok {
			s.Nano = int64(math.Round(usd * 1e9))
		}
		got.Total += s.Nano
		got.Spans = append(got.Spans, s)
	})
	return got
}

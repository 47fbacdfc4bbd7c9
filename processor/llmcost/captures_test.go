package llmcost

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

const capturesDir = "../../internal/dialect/testdata/captures"

// truth is what the provider billed for one client's run.
type truth struct {
	Calls      []truthCall `json:"calls"`
	TotalUSD   float64     `json:"expected_total_usd"`
	GuessedUSD float64     `json:"guessed_total_usd"`
	Visible    int         `json:"billable_calls_visible"`
}

// truthCall is one call of a run: what was billed, in the inclusive convention, and what its spans show of that.
type truthCall struct {
	Provider     string           `json:"provider"`
	Model        string           `json:"model"`
	ResponseID   string           `json:"response_id"`
	Input        int64            `json:"input"`
	CacheRead    int64            `json:"cache_read"`
	Write5m      int64            `json:"cache_write_5m"`
	Write1h      int64            `json:"cache_write_1h"`
	Output       int64            `json:"output"`
	Reasoning    int64            `json:"reasoning"`
	Usage        map[string]int64 `json:"usage"` // of a hand-made span
	VisibleOn    *string          `json:"visible_on"`
	ModelVisible bool             `json:"model_visible"`
	USD          *float64         `json:"expected_usd"`
	AlsoUSD      *float64         `json:"also_right_usd"`
}

func truths(t testing.TB) map[string]truth {
	data, err := os.ReadFile(filepath.Join(capturesDir, "TRUTH.json"))
	require.NoError(t, err)
	var all map[string]truth
	require.NoError(t, json.Unmarshal(data, &all))
	require.Len(t, all, 23)
	return all
}

func capture(t testing.TB, client string) ptrace.Traces {
	data, err := os.ReadFile(filepath.Join(capturesDir, client+".json"))
	require.NoError(t, err)
	var u ptrace.JSONUnmarshaler
	td, err := u.UnmarshalTraces(data)
	require.NoError(t, err)
	return td
}

// sum is what the spans of some batches say together. Clients were recorded against a provider on this machine: that its price is called
// an estimate for it is right, and so it is where a price is right as far as the spans tell what was used; what is estimated here is
// something else.
type sum struct {
	nano, estimated int64
	uncounted       int64
	statuses        map[string]int
	unpriced        []string // models
}

// asTold are the reasons of estimates that are right as far as the spans tell.
var asTold = [...]string{genai.ReasonLocalServer, genai.ReasonHiddenTokens, genai.ReasonUnknownLifetime}

func sumOf(batches ...ptrace.Traces) sum {
	s := sum{statuses: map[string]int{}}
	for _, td := range batches {
		eachSpan(td, func(span ptrace.Span) {
			status, ok := span.Attributes().Get(genai.CostStatus)
			if !ok {
				return
			}
			s.statuses[status.Str()]++
			if status.Str() == genai.StatusUnpriced {
				name := ""
				if model, ok := span.Attributes().Get(genai.RequestModel); ok {
					name = model.AsString()
				}
				s.unpriced = append(s.unpriced, name)
			}
			if more, ok := span.Attributes().Get(genai.CostUncounted); ok {
				s.uncounted += int64(math.Round(more.Double() * 1e9))
			}
			total, ok := span.Attributes().Get(genai.CostTotal)
			if !ok {
				return
			}
			nano := int64(math.Round(total.Double() * 1e9))
			s.nano += nano
			reason, _ := span.Attributes().Get(genai.CostReason)
			if status.Str() == genai.StatusEstimated && !slices.Contains(asTold[:], reason.Str()) {
				s.estimated += nano
			}
		})
	}
	return s
}

func eachSpan(td ptrace.Traces, visit func(ptrace.Span)) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				visit(span)
			}
		}
	}
}

// shuffled has the same spans in one request, each under a resource of its own, in another order.
func shuffled(td ptrace.Traces, rnd *rand.Rand) ptrace.Traces {
	parts := replay.OneByOne(td)
	rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	out := ptrace.NewTraces()
	for _, p := range parts {
		p.ResourceSpans().MoveAndAppendTo(out.ResourceSpans())
	}
	return out
}

func requireTruth(t *testing.T, want truth, got sum) {
	t.Helper()
	exact := int64(math.Round(want.TotalUSD * 1e9))
	guessed := int64(math.Round(want.GuessedUSD * 1e9))
	require.Equal(t, exact, got.nano-got.estimated, "nano-USD")
	require.LessOrEqual(t, got.estimated, guessed, "nano-USD that rest on the client's guess")
}

func TestEveryClientsTotalIsTheBill(t *testing.T) {
	for client, want := range truths(t) {
		t.Run(client, func(t *testing.T) {
			p := startProcessor(t, nil)
			got := sumOf(p.process(t, capture(t, client)))
			requireTruth(t, want, got)
			counted := got.statuses[genai.StatusPriced] + got.statuses[genai.StatusReported] +
				got.statuses[genai.StatusEstimated] + got.statuses[genai.StatusUnpriced]
			require.GreaterOrEqual(t, counted, want.Visible, "every visible call has an answer: %v", got.statuses)
			for _, call := range want.Calls {
				if call.USD == nil && call.VisibleOn != nil {
					require.Contains(t, got.unpriced, call.Model)
				}
			}
		})
	}
}

func TestPostedTwiceGivesTheSameAttributes(t *testing.T) {
	for client := range truths(t) {
		p := startProcessor(t, nil)
		first := p.process(t, capture(t, client))
		again := p.process(t, capture(t, client))
		require.Equal(t, marshal(t, first), marshal(t, again), client)
	}
}

func TestTotalsHoldInAnyOrder(t *testing.T) {
	for client, want := range truths(t) {
		for i := range uint64(20) {
			rnd := rand.New(rand.NewPCG(i, 1))
			requireTruth(t, want, sumOf(startProcessor(t, nil).process(t, shuffled(capture(t, client), rnd))))
			if strings.HasPrefix(client, "double-") {
				continue // two instrumentations whose spans arrive apart: the README says what to do
			}
			p := startProcessor(t, nil)
			parts := replay.OneByOne(capture(t, client))
			rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			for k := range parts {
				parts[k] = p.process(t, parts[k])
			}
			requireTruth(t, want, sumOf(parts...))
		}
	}
}

// With one of the two instrumentations ignored, the doubled client is right one span a request too.
func TestIgnoredScopeMendsDoubleInstrumentation(t *testing.T) {
	const client = "double-langchain-oi-plus-otel-openai"
	want := truths(t)[client]
	for i := range uint64(20) {
		p := startProcessor(t, func(c *Config) { c.IgnoreScopes = []string{"@opentelemetry/instrumentation-openai"} })
		parts := replay.OneByOne(capture(t, client))
		rand.New(rand.NewPCG(i, 2)).Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for k := range parts {
			parts[k] = p.process(t, parts[k])
		}
		requireTruth(t, want, sumOf(parts...))
	}
}

func marshal(t *testing.T, td ptrace.Traces) string {
	var m ptrace.JSONMarshaler
	data, err := m.MarshalTraces(td)
	require.NoError(t, err)
	return string(data)
}

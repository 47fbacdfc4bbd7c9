package house

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/connector/genaievents"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// newClients are the runs of clients that were recorded later than the captures.
const newClients = "../../processor/llmcost/testdata/clients/*/run/in.json"

// written is what genaievents makes of batches, each sent twice.
func written(t testing.TB, yaml string, batches ...ptrace.Traces) []plog.Logs {
	t.Helper()
	ctx, f, sink := context.Background(), genaievents.NewFactory(), new(consumertest.LogsSink)
	cfg := f.CreateDefaultConfig()
	configured(t, cfg, yaml)
	c, err := f.CreateTracesToLogs(ctx, connectortest.NewNopSettings(f.Type()), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, c.Start(ctx, componenttest.NewNopHost()))
	for _, td := range batches {
		require.NoError(t, c.ConsumeTraces(ctx, td))
		require.NoError(t, c.ConsumeTraces(ctx, td))
	}
	require.NoError(t, c.Shutdown(ctx))
	return sink.AllLogs()
}

// told is what records say, added up.
type told struct {
	events map[string]int
	nano   int64 // of all calls
	costs  []int64
}

func toldBy(all []plog.Logs) told {
	sum := told{events: map[string]int{}}
	eachRecord(all, func(rec plog.LogRecord) {
		sum.events[rec.EventName()]++
		if v, ok := rec.Attributes().Get(genai.LogCost); ok {
			n := int64(math.Round(v.Double() * 1e9))
			sum.nano += n
			sum.costs = append(sum.costs, n)
		}
	})
	slices.Sort(sum.costs)
	return sum
}

func eachRecord(all []plog.Logs, f func(plog.LogRecord)) {
	for _, ld := range all {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					f(rec)
				}
			}
		}
	}
}

// shown is what the priced spans of a run show: what its records must add up to.
func shown(all []ptrace.Traces) (calls, failed, tools int, costs []int64, guessed int64) {
	for _, td := range all {
		eachSpan(td, func(span ptrace.Span) {
			var op genai.Operation
			if !genai.ReadCanonical(span, &op) {
				return
			}
			if op.Kind == genai.Tool {
				tools++
				if op.Failure != genai.Succeeded {
					failed++
				}
			}
			if !op.IsCall() {
				return
			}
			calls++
			if op.Failure != genai.Succeeded {
				failed++
			}
			if op.Counts() {
				costs = append(costs, int64(math.Round(op.TotalUSD*1e9)))
			}
			if op.Reason == genai.ReasonGuessedUsage {
				guessed += costs[len(costs)-1]
			}
		})
	}
	slices.Sort(costs)
	return calls, failed, tools, costs, guessed
}

// runs are the captures and the new clients, by file.
func runs(t *testing.T) map[string]ptrace.Traces {
	files, err := filepath.Glob(filepath.Join(captures, "*.json"))
	require.NoError(t, err)
	more, err := filepath.Glob(newClients)
	require.NoError(t, err)
	all := map[string]ptrace.Traces{}
	for _, file := range append(files, more...) {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		switch name {
		case "TRUTH":
			continue
		case "in":
			name = filepath.Base(filepath.Dir(filepath.Dir(file)))
		}
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		all[name], err = (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(raw)
		require.NoError(t, err)
	}
	require.Len(t, all, 23+10)
	return all
}

// expected is what the provider billed and a capture shows, of TRUTH.json.
func expected(t *testing.T) map[string]struct {
	TotalUSD float64 `json:"expected_total_usd"`
	Visible  int     `json:"billable_calls_visible"`
} {
	raw, err := os.ReadFile(filepath.Join(captures, "TRUTH.json"))
	require.NoError(t, err)
	var all map[string]struct {
		TotalUSD float64 `json:"expected_total_usd"`
		Visible  int     `json:"billable_calls_visible"`
	}
	require.NoError(t, json.Unmarshal(raw, &all))
	return all
}

// The records of every client are the calls that its spans show, at what the provider billed, one error for each failure and one record
// for each tool: in one request, and one span a request, in any order, sent twice.
func TestRecordsAreTheTruth(t *testing.T) {
	truths := expected(t)
	for name, td := range runs(t) {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(6) {
				spans := replay.OneByOne(td)
				if seed > 0 {
					rand.New(rand.NewPCG(seed, 3)).Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
				}
				checkRecords(t, truths[name].TotalUSD, truths[name].Visible, joined(spans))
				if seed == 5 {
					slices.Reverse(spans)
				}
				if !strings.HasPrefix(name, "double-") { // two instrumentations whose spans come apart: llmcost's README
					checkRecords(t, truths[name].TotalUSD, truths[name].Visible, spans...)
				}
			}
		})
	}
}

func checkRecords(t *testing.T, usd float64, visible int, batches ...ptrace.Traces) {
	t.Helper()
	all := priced(t, "", batches...)
	calls, failed, tools, costs, guessed := shown(all)
	got := toldBy(written(t, "", all...))
	assert.Equal(t, calls, got.events[genai.EventCall], "calls")
	assert.Equal(t, failed, got.events[genai.EventApplicationError], "failures")
	assert.Equal(t, tools, got.events[genai.EventTool], "tools")
	assert.Equal(t, costs, got.costs, "nano-USD of each call")
	if visible > 0 {
		assert.GreaterOrEqual(t, got.events[genai.EventCall], visible)
		assert.Equal(t, int64(math.Round(usd*1e9)), got.nano-guessed, "nano-USD")
	}
}

func joined(parts []ptrace.Traces) ptrace.Traces {
	out := ptrace.NewTraces()
	for _, p := range parts {
		for _, rs := range p.ResourceSpans().All() {
			rs.CopyTo(out.ResourceSpans().AppendEmpty())
		}
	}
	return out
}

package llmcost

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func allBy(signal string) map[string]string {
	by := map[string]string{}
	for _, agent := range genai.CLIAgents {
		by[agent] = signal
	}
	return by
}

// What one run of an agent told in spans and in logs has its cost in both, and by each choice one of them counts: everything in the other says
// where it does, a tool and an agent's run too, which would count twice in metrics.
func TestOneSignalOfAnAgentCounts(t *testing.T) {
	for _, agent := range []string{"claude-code", "codex", "gemini-cli"} {
		for _, signal := range []string{signalTraces, signalLogs, signalMetrics, signalOff} {
			t.Run(agent+"/"+signal, func(t *testing.T) {
				cfg := createDefaultConfig().(*Config)
				cfg.CLIAgents = map[string]string{agent: signal}
				require.NoError(t, cfg.Validate())
				p := startWith(t, cfg)
				var spans, records toldIn
				eachSpan(p.process(t, capture(t, agent)), func(span ptrace.Span) {
					var op genai.Operation
					if genai.ReadCanonical(span, &op) {
						spans.add(&op)
					}
				})
				for _, attrs := range processedLogs(t, cfg, "../../test/house/testdata/agents/"+agent+"/logs.json") {
					rec := plog.NewLogRecord()
					attrs.CopyTo(rec.Attributes())
					var op genai.Operation
					if _, ok := genai.ReadCanonicalLog(rec, &op); ok {
						records.add(&op)
					}
				}
				require.Positive(t, spans.cost)
				require.Positive(t, records.cost)
				require.Equal(t, signal == signalTraces, spans.counts > 0)
				require.Equal(t, signal == signalLogs, records.counts > 0)
				for at, s := range map[string]toldIn{signalTraces: spans, signalLogs: records} {
					if at == signal {
						require.Zero(t, s.elsewhere, at)
					} else {
						require.Equal(t, s.all, s.elsewhere, at)
					}
				}
			})
		}
	}
}

// toldIn is what a signal told of operations.
type toldIn struct {
	all, elsewhere, counts int
	cost                   float64
}

func (s *toldIn) add(op *genai.Operation) {
	s.all++
	s.cost += op.TotalUSD
	if op.Counts() {
		s.counts++
	}
	if op.Elsewhere {
		s.elsewhere++
	}
}

func processedLogs(t *testing.T, cfg *Config, file string) (all []pcommon.Map) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(raw)
	require.NoError(t, err)
	sink := new(consumertest.LogsSink)
	p, err := NewFactory().CreateLogs(context.Background(), settings(), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	require.NoError(t, p.ConsumeLogs(context.Background(), ld))
	for _, rl := range sink.AllLogs()[0].ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				all = append(all, rec.Attributes())
			}
		}
	}
	return all
}

func TestWrongCLIAgents(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.CLIAgents = map[string]string{"codex": "spans", "aider": "logs"}
	err := cfg.Validate()
	require.ErrorContains(t, err, `cli_agents::codex: must be one of traces, logs, metrics, off, got "spans"`)
	require.ErrorContains(t, err, "cli_agents: must be one of "+strings.Join(genai.CLIAgents, ", ")+`, got "aider"`)
}

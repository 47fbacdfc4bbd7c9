package llmcost

import (
	"context"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// listener is a processor of all signals, what it logged, and what it counted.
type listener struct {
	log  *observer.ObservedLogs
	tel  *componenttest.Telemetry
	send map[string]func(agent string)
}

func listen(t *testing.T, cfg *Config) *listener {
	t.Helper()
	core, logs := observer.New(zap.WarnLevel)
	l := &listener{log: logs, tel: componenttest.NewTelemetry()}
	set := settings()
	set.TelemetrySettings = l.tel.NewTelemetrySettings()
	set.Logger = zap.New(core)
	ctx, f, host := context.Background(), NewFactory(), componenttest.NewNopHost()
	traces, err := f.CreateTraces(ctx, set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	records, err := f.CreateLogs(ctx, set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	metrics, err := f.CreateMetrics(ctx, set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, traces.Start(ctx, host))
	require.NoError(t, records.Start(ctx, host))
	require.NoError(t, metrics.Start(ctx, host))
	t.Cleanup(func() {
		require.NoError(t, traces.Shutdown(ctx))
		require.NoError(t, records.Shutdown(ctx))
		require.NoError(t, metrics.Shutdown(ctx))
		require.NoError(t, l.tel.Shutdown(ctx))
	})
	began := pcommon.NewTimestampFromTime(time.Now().Add(time.Second))
	l.send = map[string]func(string){
		signalTraces: func(agent string) { require.NoError(t, traces.ConsumeTraces(ctx, capture(t, agent))) },
		signalLogs: func(agent string) {
			ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(agentFile(t, agent, "logs"))
			require.NoError(t, err)
			require.NoError(t, records.ConsumeLogs(ctx, ld))
		},
		signalMetrics: func(agent string) { require.NoError(t, metrics.ConsumeMetrics(ctx, agentMetrics(t, agent, began))) },
		"old metrics": func(agent string) { require.NoError(t, metrics.ConsumeMetrics(ctx, agentMetrics(t, agent, 1))) },
	}
	return l
}

func agentFile(t *testing.T, agent, signal string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../../test/house/testdata/agents/" + agent + "/" + signal + ".json")
	require.NoError(t, err)
	return raw
}

// agentMetrics are those of a session that began at a time.
func agentMetrics(t *testing.T, agent string, began pcommon.Timestamp) pmetric.Metrics {
	t.Helper()
	md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(agentFile(t, agent, "metrics"))
	require.NoError(t, err)
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Type() == pmetric.MetricTypeSum {
					for _, p := range m.Sum().DataPoints().All() {
						p.SetStartTimestamp(began)
					}
				}
			}
		}
	}
	return md
}

// warned is what the log told the owner to write.
func (l *listener) warned() []string {
	said := []string{}
	for _, entry := range l.log.All() {
		said = append(said, entry.ContextMap()["write"].(string))
	}
	return said
}

func (l *listener) counted() int64 {
	m, err := l.tel.GetMetric("otelcol_llmcost_unheard")
	if err != nil {
		return 0
	}
	n := int64(0)
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		n += p.Value
	}
	return n
}

// Who sends an agent's calls only in a signal that does not count is told so once, and what to write; nobody else is.
func TestCallsThatCountNowhere(t *testing.T) {
	type step struct {
		signal string
		wait   time.Duration
	}
	past := unheardAfter + time.Second
	for name, tc := range map[string]struct {
		agent  string
		counts string // of all agents; empty for the default
		steps  []step
		warned string
		nobody bool // hears of the calls
	}{
		"logs of Claude Code":          {"claude-code", "", []step{{signalLogs, past}}, "claude-code: logs", true},
		"logs of Codex":                {"codex", "", []step{{signalLogs, past}}, "codex: logs", true},
		"logs of Gemini CLI":           {"gemini-cli", "", []step{{signalLogs, past}}, "gemini-cli: logs", true},
		"metrics":                      {"claude-code", "", []step{{signalMetrics, past}}, "claude-code: metrics", true},
		"totals":                       {"gemini-cli", "", []step{{signalMetrics, past}}, "gemini-cli: metrics", true},
		"totals of an earlier session": {"gemini-cli", "", []step{{"old metrics", past}}, "", false},
		"spans, where logs count":      {"claude-code", signalLogs, []step{{signalTraces, past}}, "claude-code: traces", true},
		"twice":                        {"claude-code", "", []step{{signalLogs, past}, {signalLogs, past}}, "claude-code: logs", true},
		"the better one is named":      {"claude-code", "", []step{{signalMetrics, 0}, {signalLogs, past}}, "claude-code: logs", true},
		"not yet":                      {"claude-code", "", []step{{signalLogs, unheardAfter - time.Second}}, "", false},
		"spans as well":                {"claude-code", "", []step{{signalLogs, time.Minute}, {signalTraces, past}}, "", false},
		"spans, then totals all day":   {"gemini-cli", "", []step{{signalTraces, time.Minute}, {signalTraces, 24 * time.Hour}, {signalMetrics, past}}, "", false},
		"spans no more":                {"claude-code", "", []step{{signalTraces, past}, {signalLogs, past}}, "claude-code: logs", true},
		"what counts":                  {"claude-code", signalLogs, []step{{signalLogs, past}}, "", false},
		"off":                          {"claude-code", signalOff, []step{{signalLogs, past}}, "", false},
		"another client":               {"openllmetry", "", []step{{signalTraces, past}}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := createDefaultConfig().(*Config)
				if tc.counts != "" {
					cfg.CLIAgents = allBy(tc.counts)
				}
				l := listen(t, cfg)
				for _, s := range tc.steps {
					l.send[s.signal](tc.agent)
					time.Sleep(s.wait)
					synctest.Wait()
				}
				want := []string{}
				if tc.warned != "" {
					want = append(want, "cli_agents: {"+tc.warned+"}")
				}
				require.Equal(t, want, l.warned())
				require.Equal(t, tc.nobody, l.counted() > 0)
			})
		})
	}
}

// Every report is counted that no total has.
func TestReportsThatCountNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, createDefaultConfig().(*Config))
		l.send[signalLogs]("claude-code")
		time.Sleep(unheardAfter)
		synctest.Wait()
		once := l.counted()
		require.Positive(t, once)
		l.send[signalLogs]("claude-code")
		l.send[signalLogs]("claude-code")
		time.Sleep(unheardAfter)
		synctest.Wait()
		require.Equal(t, 3*once, l.counted())
	})
}

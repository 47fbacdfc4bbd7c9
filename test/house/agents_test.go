package house

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost"
)

var update = flag.Bool("update", false, "write the wanted files anew")

// pipelines are llmcost and genaimetrics in a traces, a logs and a metrics pipeline, as the gateway has them.
type pipelines struct {
	traces  consumer.Traces
	logs    consumer.Logs
	metrics consumer.Metrics
}

// through runs what send sends through the pipelines and gives what genaimetrics exports at the end.
func through(t *testing.T, prices string, send func(pipelines)) pmetric.Metrics {
	t.Helper()
	ctx, host := context.Background(), componenttest.NewNopHost()
	pf, cf, sink := llmcost.NewFactory(), genaimetrics.NewFactory(), new(consumertest.MetricsSink)
	pcfg, ccfg := pf.CreateDefaultConfig(), cf.CreateDefaultConfig()
	configured(t, pcfg, prices)
	configured(t, ccfg, "interval: 1h")
	pset, cset := processortest.NewNopSettings(pf.Type()), connectortest.NewNopSettings(cf.Type())
	cset.ID = component.NewID(cf.Type())

	ct, err := cf.CreateTracesToMetrics(ctx, cset, ccfg, sink)
	require.NoError(t, err)
	cl, err := cf.CreateLogsToMetrics(ctx, cset, ccfg, sink)
	require.NoError(t, err)
	cm, err := cf.CreateMetricsToMetrics(ctx, cset, ccfg, sink)
	require.NoError(t, err)
	pt, err := pf.CreateTraces(ctx, pset, pcfg, ct)
	require.NoError(t, err)
	pl, err := pf.CreateLogs(ctx, pset, pcfg, cl)
	require.NoError(t, err)
	pm, err := pf.CreateMetrics(ctx, pset, pcfg, cm)
	require.NoError(t, err)

	all := []interface {
		Start(context.Context, component.Host) error
		Shutdown(context.Context) error
	}{ct, cl, cm, pt, pl, pm}
	for _, c := range all {
		require.NoError(t, c.Start(ctx, host))
	}
	send(pipelines{pt, pl, pm})
	for _, c := range all {
		require.NoError(t, c.Shutdown(ctx))
	}
	if all := sink.AllMetrics(); len(all) > 0 {
		return all[len(all)-1]
	}
	return pmetric.NewMetrics()
}

// sent is everything that one run of a command-line agent sent.
type sent struct {
	traces  ptrace.Traces
	logs    plog.Logs
	metrics pmetric.Metrics
}

func sentBy(t *testing.T, agent string) sent {
	t.Helper()
	dir := filepath.Join("testdata/agents", agent)
	raw, err := os.ReadFile(filepath.Join(dir, "logs.json"))
	require.NoError(t, err)
	ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(raw)
	require.NoError(t, err)
	raw, err = os.ReadFile(filepath.Join(dir, "metrics.json"))
	require.NoError(t, err)
	md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(raw)
	require.NoError(t, err)
	return sent{capture(t, agent), ld, md}
}

// to sends it all, in requests of its own.
func (s *sent) to(t *testing.T, p pipelines) {
	t.Helper()
	ctx, td, ld, md := context.Background(), ptrace.NewTraces(), plog.NewLogs(), pmetric.NewMetrics()
	s.traces.CopyTo(td)
	s.logs.CopyTo(ld)
	s.metrics.CopyTo(md)
	require.NoError(t, p.traces.ConsumeTraces(ctx, td))
	require.NoError(t, p.logs.ConsumeLogs(ctx, ld))
	require.NoError(t, p.metrics.ConsumeMetrics(ctx, md))
}

// A directory under testdata/agents is a run of a command-line agent, which tells of its calls in spans, logs and metrics. Whichever of
// them cli_agents names is counted, and nothing of the others; sent again it adds nothing.
func TestOneSignalOfAnAgentCounts(t *testing.T) {
	dirs, err := filepath.Glob("testdata/agents/*")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, dir := range dirs {
		agent, all := filepath.Base(dir), sentBy(t, filepath.Base(dir))
		for _, signal := range []string{"traces", "logs", "metrics", "off"} {
			t.Run(agent+"/"+signal, func(t *testing.T) {
				run := func(prices string) string {
					lines := render(through(t, prices+"\ncli_agents: {"+agent+": "+signal+"}", func(p pipelines) {
						all.to(t, p)
						all.to(t, p)
					}))
					lines = slices.DeleteFunc(lines, func(line string) bool { // which goes by the clock
						return strings.HasPrefix(line, genai.MetricInflightPeak)
					})
					return strings.Join(lines, "\n")
				}
				got, file := run(""), filepath.Join(dir, signal+".txt")
				if *update {
					require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				require.Equal(t, string(want), got)
				require.Equal(t, got, run("normalize: false"), "normalize is no matter of counting")
			})
		}
	}
}

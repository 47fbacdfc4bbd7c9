package llmcost

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-llm/otelcol-llm/internal/shared"
)

// costProcessor is the adapter between the collector and the pure parts: which spans are calls (request), which of them
// count (countedCalls), what they cost (policy), what is written (annotator).
type costProcessor struct {
	cfg   *Config
	state *shared.Member[*Config, *state]
	write annotator
}

func newProcessor(set processor.Settings, cfg *Config) *costProcessor {
	build := func() (*state, error) { return newState(cfg, set.TelemetrySettings) }
	return &costProcessor{cfg: cfg, state: states.Member(cfg, build), write: newAnnotator(cfg)}
}

func (p *costProcessor) processTraces(ctx context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	state, err := p.state.Get()
	if err != nil {
		return td, err
	}
	r := takeRequest()
	defer r.giveBack()
	r.read(td, p.cfg, state.hash, state.prices.Load(), time.Now())
	state.tellAgents(r.agents, r.now)
	r.failTools()
	state.tellTools(r)
	state.tellSums(r)
	state.tellBetween(r)
	state.tellServed(r)
	state.tellRuns(r)
	state.addToolFees(r)
	state.decide(r.witnesses)
	state.tellSums(r)
	state.findAlone(r)
	for i := range r.calls {
		p.write.answer(&r.calls[i], r)
	}
	state.countAnswers(ctx, &r.answered)
	return td, nil
}

func (p *costProcessor) processLogs(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	state, err := p.state.Get()
	if err != nil {
		return ld, err
	}
	l := logRequest{cfg: p.cfg, write: &p.write, prices: state.prices.Load(), now: time.Now()}
	l.process(ld)
	state.tellAgents(l.agents, l.now)
	state.countAnswers(ctx, &l.answered)
	return ld, nil
}

func (p *costProcessor) processMetrics(_ context.Context, md pmetric.Metrics) (pmetric.Metrics, error) {
	state, err := p.state.Get()
	if err != nil {
		return md, err
	}
	r := pointRequest{cfg: p.cfg, write: &p.write, unheard: state.unheard}
	r.process(md)
	state.tellAgents(r.agents, time.Now())
	return md, nil
}

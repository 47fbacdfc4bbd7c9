package llmcost

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

// costProcessor is the adapter between the collector and the pure parts: which spans are calls (request), which of them
// count (countedCalls), what they cost (policy), what is written (annotator).
type costProcessor struct {
	cfg    *Config
	set    component.TelemetrySettings
	shared *shared
	write  annotator
}

func newProcessor(set processor.Settings, cfg *Config) *costProcessor {
	return &costProcessor{cfg: cfg, set: set.TelemetrySettings, write: newAnnotator(cfg)}
}

func (p *costProcessor) start(_ context.Context, host component.Host) error {
	var err error
	p.shared, err = acquire(p.cfg, p.set, host)
	return err
}

func (p *costProcessor) shutdown(context.Context) error {
	if p.shared != nil {
		p.shared.release()
		p.shared = nil
	}
	return nil
}

func (p *costProcessor) processTraces(ctx context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	r := takeRequest()
	defer r.giveBack()
	r.read(td, p.cfg)
	now := time.Now()
	p.shared.decide(r.witnesses, now)
	prices := p.shared.prices.Load()
	for i := range r.calls {
		p.write.answer(&r.calls[i], r, prices, now)
	}
	p.shared.report(ctx, &r.tally)
	return td, nil
}

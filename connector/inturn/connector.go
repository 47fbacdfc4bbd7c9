package inturn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
	"go.opentelemetry.io/collector/pipeline"

	"github.com/otelcol-llm/otelcol-llm/internal/later"
)

type inTurn struct {
	component.StartFunc
	component.ShutdownFunc

	next []consumer.Traces
}

var _ connector.Traces = (*inTurn)(nil)

// newInTurn looks up pipelines in their order: they must be those that the router has, and only the last may change spans.
func newInTurn(pipelines []pipeline.ID, router connector.TracesRouterAndConsumer) (*inTurn, error) {
	var errs []error
	for _, id := range router.PipelineIDs() {
		if !slices.Contains(pipelines, id) {
			errs = append(errs, fmt.Errorf("pipelines: %q has this connector as a receiver and must be named", id))
		}
	}
	c := &inTurn{}
	for i, id := range pipelines {
		next, err := router.Consumer(id)
		if err != nil {
			errs = append(errs, fmt.Errorf("pipelines[%d]: %q must have this connector as a receiver: %w", i, id, err))
			continue
		}
		if i < len(pipelines)-1 && next.Capabilities().MutatesData {
			errs = append(errs, fmt.Errorf("pipelines[%d]: %q changes spans, which only the last of the list may", i, id))
		}
		c.next = append(c.next, next)
	}
	return c, errors.Join(errs...)
}

// Capabilities is part of consumer.Traces: the connector changes nothing. The Collector adds what the pipelines behind it do.
func (*inTurn) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces has every pipeline take the spans, whatever became of them in the ones before. What one of these must wait for, when it has read
// them, is waited for when the last one has taken them: that would find them gone from the cache.
func (c *inTurn) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	last := len(c.next) - 1
	waiting, waits := later.With(ctx)
	var err error
	if td.IsReadOnly() { // others have them too, and the fan-out of the last pipeline makes a copy where it changes them
		err = c.pass(waiting, td, c.next[:last])
	} else {
		lent, held := lend(td)
		err = c.pass(waiting, lent, c.next[:last])
		takeBack(td, held)
	}
	return errors.Join(err, c.next[last].ConsumeTraces(ctx, td), waits.Wait())
}

func (*inTurn) pass(ctx context.Context, td ptrace.Traces, to []consumer.Traces) error {
	var errs []error
	for _, next := range to {
		errs = append(errs, next.ConsumeTraces(ctx, td))
	}
	return errors.Join(errs...)
}

// lend moves the spans of td to other traces, not one of them copied, and holds on to them through td: a fan-out among those that only read
// marks what it gets as read-only, for good, and the last pipeline would have to copy it. The reference is never given back: with the feature
// gate pdata.useProtoPooling the spans would be emptied when the first pipeline has seen them.
func lend(td ptrace.Traces) (lent ptrace.Traces, held []ptrace.ResourceSpans) {
	for _, rs := range td.ResourceSpans().All() {
		held = append(held, rs)
	}
	lent = ptrace.NewTraces()
	pref.RefTraces(lent)
	td.ResourceSpans().MoveAndAppendTo(lent.ResourceSpans())
	return lent, held
}

// takeBack moves the spans back to td.
func takeBack(td ptrace.Traces, held []ptrace.ResourceSpans) {
	td.ResourceSpans().EnsureCapacity(len(held))
	for _, rs := range held {
		rs.MoveTo(td.ResourceSpans().AppendEmpty())
	}
}

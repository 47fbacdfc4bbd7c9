package hostresources

import (
	"context"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// confirming stands before the next consumer and says when a report has arrived; of one that was refused nothing is forgotten.
type confirming struct {
	consumer.Metrics
	delivered func()
	life      context.Context //nolint:containedctx // of the receiver: the scrape controller's own context never ends
	abandon   context.CancelFunc
}

func newConfirming(next consumer.Metrics, delivered func()) *confirming {
	c := &confirming{Metrics: next, delivered: delivered}
	c.life, c.abandon = context.WithCancel(context.Background()) //nolint:gosec // Shutdown calls it
	return c
}

// ConsumeMetrics gives up when the receiver is told to abandon what it waits for.
func (c *confirming) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	err := c.Metrics.ConsumeMetrics(ctx, md)
	if err == nil {
		c.delivered()
	}
	return err
}

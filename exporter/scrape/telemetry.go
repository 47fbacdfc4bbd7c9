package scrape

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/exporter/scrape/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/exporter/scrape/internal/series"
)

type telemetry struct{ *metadata.TelemetryBuilder }

func newTelemetry(set component.TelemetrySettings) (*telemetry, error) {
	b, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	return &telemetry{b}, nil
}

// begin lets every counter begin at 0, so that increase() sees the first.
func (t *telemetry) begin(ctx context.Context, store *series.Store) error {
	for _, reason := range series.Reasons() {
		t.lost(ctx, reason, 0)
	}
	return t.RegisterScrapeSeriesCallback(func(_ context.Context, o metric.Int64Observer) error {
		told, hidden := store.Counts()
		o.Observe(int64(told), metric.WithAttributes(attribute.String("state", "told")))
		o.Observe(int64(hidden), metric.WithAttributes(attribute.String("state", "hidden")))
		return nil
	})
}

func (t *telemetry) lost(ctx context.Context, reason string, points int) {
	t.ScrapePointsLost.Add(ctx, int64(points), metric.WithAttributes(attribute.String("reason", reason)))
}

// once remembers what was said, up to a limit after which it is silent.
type once struct {
	mu   sync.Mutex
	said map[[2]string]bool
}

// maxSaid is how many metrics the log names in the life of an exporter, for all reasons together.
const maxSaid = 100

func newOnce() *once { return &once{said: map[[2]string]bool{}} }

func (o *once) first(reason, name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	is := [2]string{reason, name}
	if o.said[is] || len(o.said) >= maxSaid {
		return false
	}
	o.said[is] = true
	return true
}

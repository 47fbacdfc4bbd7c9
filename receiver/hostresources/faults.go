package hostresources

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/receiver/hostresources/internal/metadata"
)

const maxWarnings = 1000

// faults counts what could not be read and warns of each kind once. Errors are not handed to the scrape controller, which would
// log them at every report: a process of another user stays unreadable for as long as it runs.
type faults struct {
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	warned    *bounded.Map[string, struct{}]
}

func newFaults(logger *zap.Logger, telemetry *metadata.TelemetryBuilder) *faults {
	return &faults{logger: logger, telemetry: telemetry, warned: bounded.New[string, struct{}](maxWarnings, 0)}
}

// failed says whether err is a reason to leave a reading out; what the platform lacks, or a process that ended, is one but no fault.
func (f *faults) failed(resource, what string, err error, now time.Time) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, errGone) || errors.Is(err, errUnsupported) {
		return true
	}
	f.telemetry.HostresourcesReadErrors.Add(context.Background(), 1, byResource(resource))
	if f.first(resource+"\x00"+what, now) {
		f.logger.Warn("cannot read, the metrics that need it are left out; this is logged once",
			zap.String("resource", resource), zap.String("reading", what), zap.Error(err))
	}
	return true
}

// dropped notes n items beyond a cap.
func (f *faults) dropped(resource, key string, limit, n int, now time.Time) {
	if n <= 0 {
		return
	}
	f.telemetry.HostresourcesDropped.Add(context.Background(), int64(n), byResource(resource))
	if f.first(resource+"\x00"+key, now) {
		f.logger.Warn("more than the configuration allows, the rest is left out; this is logged once",
			zap.String("resource", resource), zap.String("key", key), zap.Int("limit", limit), zap.Int("left_out", n))
	}
}

func (f *faults) first(key string, now time.Time) bool {
	if _, ok := f.warned.Get(key, now); ok {
		return false
	}
	f.warned.Put(key, struct{}{}, now)
	return true
}

func byResource(resource string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("resource", resource)))
}

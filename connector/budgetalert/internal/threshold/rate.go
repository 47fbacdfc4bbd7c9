package threshold

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

const rateTTL = 2 * time.Hour // a counter that was silent for longer begins anew

// rates turns counters into what they grow by per second, by the points' own times.
type rates struct {
	last *bounded.Map[uint64, counted]
}

// counted is the last point of a cumulative counter.
type counted struct {
	start, at pcommon.Timestamp
	value     float64
}

func newRates(limit int) *rates { return &rates{last: bounded.New[uint64, counted](limit, rateTTL)} }

// of gives the rate that a point tells. The first point of a cumulative counter tells none, nor does one that is not newer. What a
// counter that began anew holds was counted since its start.
func (r *rates) of(key uint64, p pmetric.NumberDataPoint, value float64, delta bool, now time.Time) (float64, bool) {
	if delta {
		return perSeconds(value, p.StartTimestamp(), p.Timestamp())
	}
	before, ok := r.last.Get(key, now)
	if ok && p.Timestamp() <= before.at && p.StartTimestamp() == before.start {
		return 0, false
	}
	r.last.Put(key, counted{p.StartTimestamp(), p.Timestamp(), value}, now)
	switch {
	case !ok:
		return 0, false
	case value < before.value || p.StartTimestamp() > before.start:
		return perSeconds(value, max(before.at, p.StartTimestamp()), p.Timestamp())
	}
	return perSeconds(value-before.value, before.at, p.Timestamp())
}

func perSeconds(amount float64, from, to pcommon.Timestamp) (float64, bool) {
	if from == 0 || to <= from {
		return 0, false
	}
	return amount / to.AsTime().Sub(from.AsTime()).Seconds(), true
}

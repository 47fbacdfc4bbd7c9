package series

import (
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// point is the last point of a series: one of number, classic, native and quantiles.
type point struct {
	time, start pcommon.Timestamp
	number      number
	classic     *classic
	native      *native
	quantiles   *quantiles
	exemplars   []exemplar // of a counter the last one; of a classic histogram the last of each bucket, in their order; of a native one all
}

// broken says that no scrape can tell it.
func (p *point) broken() bool { return p.native != nil && !p.native.valid() }

// created is the start, where one is known.
func (p *point) created() (pcommon.Timestamp, bool) { return p.start, p.start.AsTime().Unix() > 0 }

// before says whether a point is older than the one that is known.
func before(t pcommon.Timestamp, known bool, old *point) bool {
	return known && t.AsTime().Before(old.time.AsTime())
}

type exemplar struct {
	value float64
	time  pcommon.Timestamp
	trace pcommon.TraceID
	span  pcommon.SpanID
	at    int // its bucket, of a classic histogram
}

const exemplarSize = 64

func exemplarOf(e pmetric.Exemplar) exemplar {
	value := e.DoubleValue()
	if e.ValueType() == pmetric.ExemplarValueTypeInt {
		value = float64(e.IntValue())
	}
	return exemplar{value: value, time: e.Timestamp(), trace: e.TraceID(), span: e.SpanID()}
}

// number is a whole one or not, as it came: whole ones add up exactly.
type number struct {
	whole   int64
	float   float64
	isWhole bool
}

func (n number) value() float64 {
	if n.isWhole {
		return float64(n.whole)
	}
	return n.float
}

type numberPoint struct {
	pmetric.NumberDataPoint
	delta, monotonic bool
}

func (p numberPoint) size(*point) int { return 0 }

func (p numberPoint) into(old *point, known bool) string {
	if before(p.Timestamp(), known, old) {
		return OutOfOrder
	}
	now := number{p.IntValue(), p.DoubleValue(), p.ValueType() == pmetric.NumberDataPointValueTypeInt}
	start := p.StartTimestamp()
	// A delta that follows is added; any other begins anew.
	if p.delta && known && start == old.time {
		start = old.start
		switch p.ValueType() {
		case pmetric.NumberDataPointValueTypeInt:
			now.whole += old.number.whole
		case pmetric.NumberDataPointValueTypeDouble:
			now.float += old.number.float
		}
	}
	old.time, old.start, old.number, old.exemplars = p.Timestamp(), start, now, old.exemplars[:0]
	if n := p.Exemplars().Len(); p.monotonic && n > 0 {
		old.exemplars = append(old.exemplars, exemplarOf(p.Exemplars().At(n-1)))
	}
	return ""
}

// quantiles are a summary's, by quantile, each once.
type quantiles struct {
	count  uint64
	sum    float64
	values []quantile
}

type quantile struct{ at, value float64 }

type summaryPoint struct{ pmetric.SummaryDataPoint }

func (p summaryPoint) size(*point) int { return 16 * p.QuantileValues().Len() }

func (p summaryPoint) into(old *point, known bool) string {
	if before(p.Timestamp(), known, old) {
		return OutOfOrder
	}
	var values []quantile
	for _, q := range p.QuantileValues().All() {
		if math.IsNaN(q.Quantile()) {
			return Invalid
		}
		values = append(values, quantile{q.Quantile(), q.Value()})
	}
	slices.Reverse(values) // of two the last one counts
	slices.SortStableFunc(values, func(a, b quantile) int { return compare(a.at, b.at) })
	values = slices.CompactFunc(values, func(a, b quantile) bool { return a.at == b.at })
	old.time, old.start = p.Timestamp(), p.StartTimestamp()
	old.quantiles = &quantiles{p.Count(), p.Sum(), values}
	return ""
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

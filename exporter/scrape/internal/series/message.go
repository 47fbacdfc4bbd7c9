package series

import (
	"encoding/hex"
	"math"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"google.golang.org/protobuf/types/known/timestamppb"
)

var kindTypes = map[kind]dto.MetricType{
	gauge: dto.MetricType_GAUGE, counter: dto.MetricType_COUNTER, histogram: dto.MetricType_HISTOGRAM, summary: dto.MetricType_SUMMARY,
}

// message makes of a family what Prometheus' protobuf format has; the text formats too, where a name needs quotes or an escape.
func message(f *family, told []*series, timestamps bool) *dto.MetricFamily {
	m := &dto.MetricFamily{Name: new(f.name), Help: new(f.help), Type: kindTypes[f.kind].Enum(), Metric: make([]*dto.Metric, len(told))}
	var labels []pair
	for n, one := range told {
		labels = readLabels(labels[:0], one.labels)
		metric := &dto.Metric{Label: labelPairs(labels)}
		if timestamps && !f.timeless {
			metric.TimestampMs = new(one.point.milliseconds())
		}
		one.point.fill(metric, f.kind)
		m.Metric[n] = metric
	}
	return m
}

func labelPairs(labels []pair) []*dto.LabelPair {
	type both struct {
		name, value string
		label       dto.LabelPair
	}
	all := make([]both, len(labels))
	out := make([]*dto.LabelPair, len(labels))
	for n, l := range labels {
		b := &all[n]
		b.name, b.value = l.key, l.value
		b.label.Name, b.label.Value = &b.name, &b.value
		out[n] = &b.label
	}
	return out
}

func (p *point) fill(m *dto.Metric, k kind) {
	switch {
	case p.classic != nil:
		m.Histogram = p.classicMessage()
	case p.native != nil:
		m.Histogram = p.nativeMessage()
	case p.quantiles != nil:
		m.Summary = p.summaryMessage()
	case k == counter:
		m.Counter = &dto.Counter{Value: new(p.number.value()), CreatedTimestamp: p.createdMessage()}
		if len(p.exemplars) > 0 {
			m.Counter.Exemplar = p.exemplars[0].message()
		}
	default:
		m.Gauge = &dto.Gauge{Value: new(p.number.value())}
	}
}

func (p *point) classicMessage() *dto.Histogram {
	h := p.classic
	m := &dto.Histogram{SampleCount: new(h.count), SampleSum: new(h.sum), CreatedTimestamp: p.createdMessage()}
	var upTo uint64
	for n, bound := range h.bounds {
		upTo += h.counts[n]
		m.Bucket = append(m.Bucket, &dto.Bucket{UpperBound: new(bound), CumulativeCount: new(upTo)})
	}
	for n := range p.exemplars {
		e := &p.exemplars[n]
		switch {
		case e.at < len(h.bounds):
			m.Bucket[e.at].Exemplar = e.message()
		case !h.hasInf():
			m.Bucket = append(m.Bucket, &dto.Bucket{UpperBound: new(math.Inf(1)), CumulativeCount: new(h.count), Exemplar: e.message()})
		}
	}
	return m
}

func (p *point) nativeMessage() *dto.Histogram {
	h := p.native
	threshold := h.threshold
	if threshold == 0 {
		threshold = defaultZeroThreshold
	}
	m := &dto.Histogram{
		SampleCount: new(h.count), SampleSum: new(h.sum), Schema: new(min(h.scale, maxScale)), ZeroThreshold: &threshold,
		ZeroCount: new(h.zeros), CreatedTimestamp: p.createdMessage(),
	}
	m.PositiveSpan, m.PositiveDelta = spans(h.spans(h.positive))
	m.NegativeSpan, m.NegativeDelta = spans(h.spans(h.negative))
	for n := range p.exemplars {
		m.Exemplars = append(m.Exemplars, p.exemplars[n].message())
	}
	return m
}

// spans are the one span of buckets that are neighbours, and the difference of each count to the one before.
func spans(first int64, counts []uint64) ([]*dto.BucketSpan, []int64) {
	if len(counts) == 0 {
		return nil, nil
	}
	deltas := make([]int64, len(counts))
	var last uint64
	for n, c := range counts {
		deltas[n] = int64(c - last) //nolint:gosec // wraps both ways
		last = c
	}
	return []*dto.BucketSpan{{Offset: new(int32(first)), Length: new(uint32(len(counts)))}}, deltas //nolint:gosec // the index of a bucket
}

func (p *point) summaryMessage() *dto.Summary {
	q := p.quantiles
	m := &dto.Summary{SampleCount: new(q.count), SampleSum: new(q.sum), CreatedTimestamp: p.createdMessage()}
	for _, v := range q.values {
		m.Quantile = append(m.Quantile, &dto.Quantile{Quantile: new(v.at), Value: new(v.value)})
	}
	return m
}

func (p *point) createdMessage() *timestamppb.Timestamp {
	if t, ok := p.created(); ok {
		return timestamp(t)
	}
	return nil
}

func timestamp(t pcommon.Timestamp) *timestamppb.Timestamp { return timestamppb.New(t.AsTime()) }

func (e *exemplar) message() *dto.Exemplar {
	var labels []pair
	if !e.trace.IsEmpty() {
		labels = append(labels, pair{otlptranslator.ExemplarTraceIDKey, hex.EncodeToString(e.trace[:])})
	}
	if !e.span.IsEmpty() {
		labels = append(labels, pair{otlptranslator.ExemplarSpanIDKey, hex.EncodeToString(e.span[:])})
	}
	return &dto.Exemplar{Label: labelPairs(labels), Value: new(e.value), Timestamp: timestamp(e.time)}
}

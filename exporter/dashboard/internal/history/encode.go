package history

import (
	"encoding/json"

	jsoniter "github.com/json-iterator/go"
	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/jsonutil"
)

// encode writes values as Prometheus' API does, which writes large and small numbers otherwise than the values do themselves.
func encode(v any) (encoded, error) {
	s := jsoniter.NewStream(jsoniter.ConfigCompatibleWithStandardLibrary, nil, 4096)
	switch v := v.(type) {
	case promql.Vector:
		list(s, len(v), func(i int) { sample(s, &v[i]) })
	case promql.Matrix:
		list(s, len(v), func(i int) { line(s, &v[i]) })
	case []exemplar.QueryResult:
		list(s, len(v), func(i int) { exemplars(s, &v[i]) })
	default:
		return json.Marshal(v)
	}
	return s.Buffer(), s.Error
}

// encodeResult is encode for the answer of a query.
func encodeResult(v parser.Value, stats any) (encoded, error) {
	result, err := encode(v)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		ResultType parser.ValueType `json:"resultType"`
		Result     encoded          `json:"result"`
		Stats      any              `json:"stats,omitempty"`
	}{v.Type(), result, stats})
}

func list(s *jsoniter.Stream, n int, element func(i int)) {
	s.WriteArrayStart()
	for i := range n {
		if i > 0 {
			s.WriteMore()
		}
		element(i)
	}
	s.WriteArrayEnd()
}

func labelSet(s *jsoniter.Stream, ls labels.Labels) {
	s.WriteObjectStart()
	first := true
	ls.Range(func(l labels.Label) {
		if !first {
			s.WriteMore()
		}
		first = false
		s.WriteObjectField(l.Name)
		s.WriteString(l.Value)
	})
	s.WriteObjectEnd()
}

func field(s *jsoniter.Stream, name string, value func()) {
	s.WriteMore()
	s.WriteObjectField(name)
	value()
}

func float(s *jsoniter.Stream, t int64, f float64) {
	s.WriteArrayStart()
	jsonutil.MarshalTimestamp(t, s)
	s.WriteMore()
	jsonutil.MarshalFloat(f, s)
	s.WriteArrayEnd()
}

func histogramPoint(s *jsoniter.Stream, p *promql.HPoint) {
	s.WriteArrayStart()
	jsonutil.MarshalTimestamp(p.T, s)
	s.WriteMore()
	jsonutil.MarshalHistogram(p.H, s)
	s.WriteArrayEnd()
}

func sample(s *jsoniter.Stream, v *promql.Sample) {
	s.WriteObjectStart()
	s.WriteObjectField("metric")
	labelSet(s, v.Metric)
	if v.H == nil {
		field(s, "value", func() { float(s, v.T, v.F) })
	} else {
		field(s, "histogram", func() { histogramPoint(s, &promql.HPoint{T: v.T, H: v.H}) })
	}
	s.WriteObjectEnd()
}

func line(s *jsoniter.Stream, v *promql.Series) {
	s.WriteObjectStart()
	s.WriteObjectField("metric")
	labelSet(s, v.Metric)
	if len(v.Floats) > 0 {
		field(s, "values", func() { list(s, len(v.Floats), func(i int) { float(s, v.Floats[i].T, v.Floats[i].F) }) })
	}
	if len(v.Histograms) > 0 {
		field(s, "histograms", func() { list(s, len(v.Histograms), func(i int) { histogramPoint(s, &v.Histograms[i]) }) })
	}
	s.WriteObjectEnd()
}

func exemplars(s *jsoniter.Stream, v *exemplar.QueryResult) {
	s.WriteObjectStart()
	s.WriteObjectField("seriesLabels")
	labelSet(s, v.SeriesLabels)
	field(s, "exemplars", func() {
		list(s, len(v.Exemplars), func(i int) {
			e := &v.Exemplars[i]
			s.WriteObjectStart()
			s.WriteObjectField("labels")
			labelSet(s, e.Labels)
			field(s, "value", func() { jsonutil.MarshalFloat(e.Value, s) })
			field(s, "timestamp", func() { jsonutil.MarshalTimestamp(e.Ts, s) })
			s.WriteObjectEnd()
		})
	})
	s.WriteObjectEnd()
}

package threshold

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// What a gateway's own metrics cost to look at, with the default thresholds.
func BenchmarkMetrics(b *testing.B) {
	for _, file := range []string{"host.json", "perf.json"} {
		b.Run(file, func(b *testing.B) {
			raw, err := os.ReadFile("testdata/captures/" + file)
			require.NoError(b, err)
			md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(raw)
			require.NoError(b, err)
			e, _ := newEvaluator(b, "", Options{})
			b.ReportMetric(float64(md.DataPointCount()), "points")
			now := noon
			for b.Loop() {
				now = now.Add(time.Microsecond)
				require.NoError(b, e.Metrics(b.Context(), md, now))
			}
		})
	}
}

func BenchmarkSpan(b *testing.B) {
	e, _ := newEvaluator(b, "", Options{})
	for _, took := range []time.Duration{time.Second, time.Minute} {
		b.Run(took.String(), func(b *testing.B) {
			c := &SpanCall{Service: "s", Name: "a", Duration: took, End: noon}
			for b.Loop() {
				e.Span(c, noon)
			}
		})
	}
}

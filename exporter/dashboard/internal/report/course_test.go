package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

func TestGrowth(t *testing.T) {
	const no = missing
	for name, c := range map[string]struct {
		values []nano
		told   []bool
		begun  bool
		want   []nano
	}{
		"grows":                      {[]nano{5, 7, 7, 9}, []bool{true, true, true, true}, false, []nano{2, 0, 2}},
		"new":                        {[]nano{no, no, 7, 9}, []bool{true, true, true, true}, false, []nano{0, 7, 2}},
		"the history begins":         {[]nano{no, no, 7, 9}, []bool{false, false, true, true}, false, []nano{0, 0, 2}},
		"with this process":          {[]nano{no, no, 7, 9}, []bool{false, false, true, true}, true, []nano{0, 7, 2}},
		"the gateway was off":        {[]nano{5, no, no, 9}, []bool{true, false, false, true}, false, []nano{0, 0, 4}},
		"off, and a new one":         {[]nano{no, no, no, 9}, []bool{true, false, false, true}, false, []nano{0, 0, 9}},
		"the book was lost":          {[]nano{5, 7, 3, 4}, []bool{true, true, true, true}, false, []nano{2, 3, 1}},
		"it is at its first moment":  {[]nano{5, 5}, []bool{true, true}, true, []nano{0}},
		"nothing":                    {[]nano{no, no}, []bool{false, false}, true, []nano{0}},
		"one moment before all else": {[]nano{no, 4}, []bool{false, true}, false, []nano{0}},
	} {
		assert.Equal(t, c.want, growth(c.values, c.told, c.begun), name)
	}
}

// What a new gateway counts first is in the chart wherever its steps fall.
func TestTheFirstSpendIsInTheChart(t *testing.T) {
	begin := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	points := []series.Point{{At: begin.Add(2 * time.Second)}}
	for s := 17; s < 600; s += 15 {
		points = append(points, series.Point{At: begin.Add(time.Duration(s) * time.Second), Value: 0.105})
	}
	h := seriestest.Write(t, []seriestest.Series{{
		Labels: map[string]string{"__name__": bookedUSD, labelModel: "gpt-4o", "job": "otelcol-llm"}, Points: points,
	}})
	for offset := range 60 {
		now := begin.Add(5*time.Minute + time.Duration(offset)*time.Second)
		got := answerOf[Series](t, newReport(t, h, &now), "series?panel=cost&range=1h")
		require.Len(t, got.Series, 1)
		sum := 0.0
		for _, v := range got.Series[0].Values {
			sum += orZero(v)
		}
		assert.InDelta(t, 0.105, sum*got.Step/3600, 1e-9, offset)
	}
}

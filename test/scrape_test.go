package test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

// exposition is one scrape in the text format, by metric name.
type exposition map[string]*dto.MetricFamily

func scrape(t testing.TB, url string) exposition {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(scrapeText(t, url)))
	require.NoError(t, err)
	return families
}

func scrapeText(t testing.TB, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}

// sum adds up the counters and gauges of a name whose labels have the given values: name, value, name, value …
func (e exposition) sum(name string, labels ...string) float64 {
	var total float64
	for _, m := range e[name].GetMetric() {
		if matches(m, labels) {
			total += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return total
}

// count is how many series of a name have the given labels.
func (e exposition) count(name string, labels []string) (n float64) {
	for _, m := range e[name].GetMetric() {
		if matches(m, labels) {
			n++
		}
	}
	return n
}

func matches(m *dto.Metric, labels []string) bool {
	for i := 0; i < len(labels); i += 2 {
		found := false
		for _, label := range m.GetLabel() {
			found = found || label.GetName() == labels[i] && label.GetValue() == labels[i+1]
		}
		if !found {
			return false
		}
	}
	return true
}

package genaimetrics

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestDeployments(t *testing.T) {
	for name, c := range map[string]struct {
		versions []string
		want     float64
	}{
		"first sight":           {[]string{"1"}, 0},
		"the same":              {[]string{"1", "1", "1"}, 0},
		"a new one":             {[]string{"1", "2"}, 1},
		"a rolling update":      {[]string{"1", "2", "1", "2", "1", "2", "2"}, 1},
		"two":                   {[]string{"1", "2", "3", "3"}, 2},
		"no version in between": {[]string{"1", "", "1"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := testEngine(t, nil)
			for _, v := range c.versions {
				s := newSpans("a")
				s.rs.Resource().Attributes().PutStr(genai.ServiceVersion, v)
				s.add(call(nil))
				e.observeTraces(s.td, t0)
			}
			md := e.exportAt(t0)
			require.Equal(t, c.want, value(md, genai.MetricDeployments, genai.ServiceName, "a"))
			require.Equal(t, 1, seriesIn(md, genai.MetricDeployments), "there from the first sight on, as 0")
		})
	}
}

func TestVersionsAreBounded(t *testing.T) {
	v := newVersions()
	for i := range 10_000 {
		v.see("a", strconv.Itoa(i), t0)
	}
	known, ok := v.services.Get("a", t0)
	require.True(t, ok)
	require.Len(t, known, versionsEach)
}

func TestServicesWithoutGenAIAreNotWatched(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("frontend")
	s.rs.Resource().Attributes().PutStr(genai.ServiceVersion, "1")
	s.add(map[string]any{"http.request.method": "GET"})
	e.observeTraces(s.td, t0)
	require.Zero(t, e.exportAt(t0).DataPointCount())
}

package delivery

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func TestOwnMetrics(t *testing.T) {
	reader := func(settings map[string]any) map[string]any {
		return map[string]any{"readers": []any{
			map[string]any{"periodic": map[string]any{"exporter": map[string]any{"otlp": map[string]any{"endpoint": "x"}}}},
			map[string]any{"pull": map[string]any{"exporter": map[string]any{"prometheus": settings}}},
		}}
	}
	for name, c := range map[string]struct {
		metrics any
		want    string
	}{
		"nothing said": {nil, "http://localhost:8888/metrics"},
		"off":          {map[string]any{"level": "none"}, ""},
		"no readers":   {map[string]any{"level": "normal", "readers": []any{}}, ""},
		"a port":       {reader(map[string]any{"port": 18888}), "http://localhost:18888/metrics"},
		"an address":   {reader(map[string]any{"host": "10.1.2.3", "port": 1, "with_resource_constant_labels": map[string]any{}}), "http://10.1.2.3:1/metrics"},
		"everywhere":   {reader(map[string]any{"host": "0.0.0.0", "port": 8888}), "http://127.0.0.1:8888/metrics"},
		"everywhere, v6": {
			reader(map[string]any{"host": "::", "port": 8888}), "http://[::1]:8888/metrics",
		},
	} {
		conf := map[string]any{"service": map[string]any{"telemetry": map[string]any{"metrics": c.metrics}}}
		got, err := ownMetrics(confmap.NewFromStringMap(conf))
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	got, err := ownMetrics(confmap.New())
	require.NoError(t, err)
	require.Equal(t, "http://localhost:8888/metrics", got)
	_, err = ownMetrics(confmap.NewFromStringMap(map[string]any{"service::telemetry::metrics": map[string]any{"readers": 7}}))
	require.ErrorContains(t, err, "service::telemetry::metrics")
}

func TestRead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("otelcol_exporter_sent_spans{exporter=\"a\"} 1\n"))
	}))
	defer server.Close()
	got, err := read(t.Context(), server.URL+"/metrics")
	require.NoError(t, err)
	require.Equal(t, map[line]reading{{"a", "traces"}: {sent: 1}}, got)
	for _, url := range []string{server.URL, "", "http://127.0.0.1:1/metrics"} {
		_, err = read(t.Context(), url)
		require.Error(t, err, url)
	}
}

package scrape

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/exporter/scrape/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/exporter/scrape/internal/metadatatest"
)

func TestCompression(t *testing.T) {
	t.Parallel()
	s := startSide(t, NewFactory(), settings{})
	require.NoError(t, s.ConsumeMetrics(t.Context(), one(gaugeOf(1))))
	want, _ := s.scrape(t, acceptText)
	require.NotEmpty(t, want)
	for accept, encoding := range map[string]string{
		"": "", "gzip": "gzip", "zstd": "zstd", "gzip, deflate, br, zstd": "zstd", "GZIP;q=1.0, zstd;q=0.5": "gzip", "gzip;q=0": "",
		"br": "", "*": "", "identity": "", "identity, gzip;q=0.1": "", "gzip; q=x": "",
	} {
		for range 3 { // a compressor is used again
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://scrape/metrics", http.NoBody)
			require.NoError(t, err)
			if accept != "" {
				req.Header.Set("Accept-Encoding", accept)
			}
			resp, err := s.client.Do(req)
			require.NoError(t, err)
			require.Equal(t, encoding, resp.Header.Get("Content-Encoding"), accept)
			var body io.Reader = resp.Body
			switch encoding {
			case "gzip":
				body, err = gzip.NewReader(body)
			case "zstd":
				body, err = zstd.NewReader(body)
			}
			require.NoError(t, err)
			got, err := io.ReadAll(body)
			require.NoError(t, err)
			require.Equal(t, want, string(got), accept)
			require.NoError(t, resp.Body.Close())
		}
	}
}

// Only /metrics is answered.
func TestOtherPaths(t *testing.T) {
	t.Parallel()
	s := startSide(t, NewFactory(), settings{})
	for _, path := range []string{"/", "/metrics/", "/debug/pprof"} {
		resp, err := s.client.Get("http://scrape" + path) //nolint:noctx // the test's own
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusNotFound, resp.StatusCode)
	}
}

// Scrapes in all formats at once, beside metrics that come.
func TestScrapesAtOnce(t *testing.T) {
	t.Parallel()
	s := startSide(t, NewFactory(), settings{"enable_open_metrics": true})
	var group sync.WaitGroup
	for _, accept := range accepts {
		group.Go(func() {
			for n := range 10 {
				if err := s.ConsumeMetrics(context.Background(), one(gaugeOf(float64(n), 2, 3))); err != nil {
					t.Error(err)
				}
				s.scrape(t, accept)
			}
		})
	}
	group.Wait()
}

func TestTelemetry(t *testing.T) {
	t.Parallel()
	tel := componenttest.NewTelemetry()
	defer func() { require.NoError(t, tel.Shutdown(context.Background())) }()
	core, logs := observer.New(zap.WarnLevel)
	set := exportertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	set.Logger = zap.New(core)
	cfg := createDefaultConfig().(*Config)
	cfg.NetAddr.Endpoint = "127.0.0.1:0"
	e, err := createMetrics(t.Context(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	for range 3 {
		require.NoError(t, e.ConsumeMetrics(t.Context(), one(gaugeOf(1, 2))))
		require.NoError(t, e.ConsumeMetrics(t.Context(), one(histogramOf(0, 1, 2))))
	}
	lost := []metricdata.DataPoint[int64]{}
	for reason, points := range map[string]int64{"out_of_order": 0, "temporality": 3, "invalid": 0, "series_limit": 0, "conflict": 0} {
		lost = append(lost, metricdata.DataPoint[int64]{Value: points, Attributes: attribute.NewSet(attribute.String("reason", reason))})
	}
	metadatatest.AssertEqualScrapePointsLost(t, tel, lost, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	metadatatest.AssertEqualScrapeSeries(t, tel, []metricdata.DataPoint[int64]{
		{Value: 2, Attributes: attribute.NewSet(attribute.String("state", "told"))},
		{Value: 0, Attributes: attribute.NewSet(attribute.String("state", "hidden"))},
	}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	require.Equal(t, 1, logs.Len(), "the log names a metric once")
	require.Equal(t, map[string]any{"metric": "x", "reason": "temporality"}, logs.All()[0].ContextMap())
	require.NoError(t, e.Shutdown(t.Context()))
	require.NoError(t, e.Shutdown(t.Context()))
}

// One that cannot listen says so, and ends all the same.
func TestAddressInUse(t *testing.T) {
	t.Parallel()
	cfg := createDefaultConfig().(*Config)
	cfg.NetAddr.Endpoint = "127.0.0.1:-1"
	e, err := createMetrics(t.Context(), exportertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.Error(t, e.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, e.Shutdown(t.Context()))
}

func TestConfig(t *testing.T) {
	t.Parallel()
	cfg := createDefaultConfig().(*Config)
	cfg.NetAddr.Endpoint = "127.0.0.1:0"
	require.NoError(t, cfg.Validate())
	require.NoError(t, confmap.NewFromStringMap(settings{
		"endpoint": " ", "metric_expiration": 60, "max_series": -1, "translation_strategy": "None", "const_labels": settings{"__x": "1"},
	}).Unmarshal(cfg))
	err := cfg.Validate()
	var all interface{ Unwrap() []error }
	require.ErrorAs(t, err, &all)
	require.Len(t, all.Unwrap(), 5)
	for _, text := range []string{
		`endpoint: must be an address to listen on, got ""`, "metric_expiration: must be from 1s to 87600h, got 60ns; was the unit forgotten?", "max_series: must be more than 0, got -1",
		`translation_strategy: must be one of [UnderscoreEscapingWithSuffixes`, `got "None"`, `const_labels: must be UTF-8`, `"__x": "1"`,
	} {
		require.ErrorContains(t, err, text)
	}
}

// A file for prometheus is one for scrape: each of its keys but the two that are said not to be.
func TestKeysOfContrib(t *testing.T) {
	t.Parallel()
	cfg := createDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(settings{
		"endpoint": "x:1", "namespace": "n", "const_labels": settings{"a": "b"}, "send_timestamps": true, "metric_expiration": "180m",
		"enable_open_metrics": true, "without_scope_info": true, "translation_strategy": "NoTranslation",
		"resource_to_telemetry_conversion": settings{"enabled": true, "exclude_service_attributes": true},
		"sending_queue":                    settings{"queue_size": 10},
		"tls":                              settings{"cert_file": "c", "key_file": "k"}, "auth": settings{"authenticator": "bearertokenauth"},
	}).Unmarshal(cfg))
	require.ErrorContains(t, confmap.NewFromStringMap(settings{"add_metric_suffixes": false}).Unmarshal(cfg), "add_metric_suffixes")
}

// names are what a pattern finds in a file, each once, in order.
func names(t *testing.T, file, pattern string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		all = append(all, found[1])
	}
	require.NotEmpty(t, all, file)
	slices.Sort(all)
	return slices.Compact(all)
}

// The README has every metric that the component tells of itself, and no other.
func TestTheREADMEHasTheMetrics(t *testing.T) {
	require.Equal(t, names(t, "metadata.yaml", `(?m)^    (scrape_\w+):$`), names(t, "README.md", "(?m)^\\| `otelcol_(scrape_\\w+)`"))
}

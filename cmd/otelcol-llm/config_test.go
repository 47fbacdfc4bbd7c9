package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/otelcol-llm/otelcol-llm/converter/check"
	"github.com/otelcol-llm/otelcol-llm/converter/moved"
	"github.com/otelcol-llm/otelcol-llm/provider/env"
	"github.com/otelcol-llm/otelcol-llm/provider/text"
)

func resolverSettings(uris ...string) confmap.ResolverSettings {
	return confmap.ResolverSettings{
		URIs: uris,
		ProviderFactories: []confmap.ProviderFactory{
			env.NewFactory(), text.NewFactory(), fileprovider.NewFactory(), yamlprovider.NewFactory(),
		},
		ConverterFactories: []confmap.ConverterFactory{moved.NewFactory(), check.NewFactory()},
		DefaultScheme:      "env",
	}
}

// checkConfig does what `otelcol-llm validate` does with a whole configuration.
func checkConfig(ctx context.Context, uri string, factories otelcol.Factories) error {
	return checkMerged(ctx, factories, uri)
}

// checkMerged does it with several files, of which each is merged over those before.
func checkMerged(ctx context.Context, factories otelcol.Factories, uris ...string) error {
	provider, err := otelcol.NewConfigProvider(otelcol.ConfigProviderSettings{ResolverSettings: resolverSettings(uris...)})
	if err != nil {
		return err
	}
	cfg, err := provider.Get(ctx, factories)
	if err != nil {
		return errors.Join(err, provider.Shutdown(ctx))
	}
	return errors.Join(confmap.Validate(cfg), provider.Shutdown(ctx))
}

func allFactories(t *testing.T) otelcol.Factories {
	t.Helper()
	factories, err := components()
	require.NoError(t, err)
	return factories
}

func TestExampleConfigurations(t *testing.T) {
	factories := allFactories(t)
	for _, file := range shipped(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Chdir(filepath.Dir(file)) // paths in an example are relative to it
			require.NoError(t, checkConfig(t.Context(), "file:"+file, factories))
		})
	}
}

// shipped are the paths of all configurations that come with the project.
func shipped(t *testing.T) []string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	files, err := filepath.Glob(root + "/configs/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return append(files, root+"/collector-config.yaml")
}

// resolve is a configuration as the collector reads it, before components look at their parts.
func resolve(t *testing.T, file string) *confmap.Conf {
	t.Helper()
	resolver, err := confmap.NewResolver(resolverSettings("file:" + file))
	require.NoError(t, err)
	conf, err := resolver.Resolve(t.Context())
	require.NoError(t, err)
	require.NoError(t, resolver.Shutdown(t.Context()))
	return conf
}

// The environment variables that the head of collector-config.yaml promises.
func TestDefaultConfigurationByEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"BACKEND_EXPORTER":      "otlp_http/backend",
		"OTLP_BACKEND":          "tempo.example:4317",
		"OTLP_BACKEND_URL":      "https://langfuse.example:4318",
		"OTLP_BACKEND_INSECURE": "false",

		"OTLP_BACKEND_COMPRESSION": "zstd",
		"OTLP_GRPC_ENDPOINT":       "0.0.0.0:14317",
		"OTLP_HTTP_ENDPOINT":       "0.0.0.0:14318",
		"PROMETHEUS_ENDPOINT":      "0.0.0.0:18889",
		"HEALTH_ENDPOINT":          "0.0.0.0:23133",
		"TELEMETRY_HOST":           "0.0.0.0",
		"TELEMETRY_PORT":           "18888",
	} {
		t.Setenv(name, value)
	}
	require.NoError(t, checkConfig(t.Context(), "file:../../collector-config.yaml", allFactories(t)))

	conf := resolve(t, "../../collector-config.yaml")
	for key, want := range map[string]any{
		"receivers::otlp::protocols::grpc::endpoint":  "0.0.0.0:14317",
		"receivers::otlp::protocols::http::endpoint":  "0.0.0.0:14318",
		"exporters::scrape::endpoint":                 "0.0.0.0:18889",
		"exporters::otlp_grpc/backend::endpoint":      "tempo.example:4317",
		"exporters::otlp_grpc/backend::tls::insecure": false,
		"exporters::otlp_grpc/backend::compression":   "zstd",
		"exporters::otlp_http/backend::compression":   "zstd",
		"exporters::otlp_http/backend::endpoint":      "https://langfuse.example:4318",
		"extensions::healthcheckv2::http::endpoint":   "0.0.0.0:23133",
	} {
		require.Equal(t, want, conf.Get(key), key)
	}
	for _, signal := range []string{"traces/backend", "metrics/backend", "logs/backend"} {
		require.Contains(t, conf.Get("service::pipelines::"+signal+"::exporters"), "otlp_http/backend", signal)
	}
}

// An address as gRPC takes it is no URL: the exporter would start, and try for ten minutes to send what it then drops.
func TestBackendWithoutSchemeIsRefused(t *testing.T) {
	t.Setenv("BACKEND_EXPORTER", "otlp_http/backend")
	t.Setenv("OTLP_BACKEND_URL", "localhost:4318")
	err := checkConfig(t.Context(), "file:../../collector-config.yaml", allFactories(t))
	require.ErrorContains(t, err, "exporters::otlp_http/backend::endpoint: must be a URL that begins with http:// or https://")
	require.ErrorContains(t, err, "exporters::otlp_http/backend/alerts::endpoint")
}

func TestWrongConfigurationIsRefused(t *testing.T) {
	text, err := os.ReadFile("../../collector-config.yaml")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(file, append(text, "\nunknown: {}\n"...), 0o600))
	require.ErrorContains(t, checkConfig(t.Context(), "file:"+file, allFactories(t)), "unknown")
}

// Between clients and a Prometheus of ours stands clientmetrics, in every file; a backend gets their metrics as they came.
func TestClientsCannotSendOurMetrics(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	require.NoError(t, err)
	reached := 0
	for _, file := range append(files, "../../collector-config.yaml") {
		for name, p := range pipelines(t, file) {
			if !strings.HasPrefix(name, "metrics") || !fromClients(p["receivers"]) {
				continue
			}
			guarded := 0
			for _, id := range p["processors"] {
				if strings.HasPrefix(id, "clientmetrics") {
					guarded++
				} else if strings.HasPrefix(id, "filter") {
					assert.Fail(t, "a filter by name", "%s %s", file, name)
				}
			}
			for _, id := range p["exporters"] {
				switch {
				case id == "scrape", strings.HasPrefix(id, "prometheus"), id == "forward/clients":
					assert.Equal(t, 1, guarded, "%s %s", file, name)
					reached++
				case strings.HasPrefix(id, "otlp"), strings.HasPrefix(id, "kafka"):
					assert.Zero(t, guarded, "%s %s", file, name)
				}
			}
		}
	}
	assert.GreaterOrEqual(t, reached, 4)
}

// The largest request to a backend is one number in each file: what the exporters cut to, and above which an item is refused; and no
// signal of clients reaches an exporter past it.
func TestOneLimitOfRequests(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	require.NoError(t, err)
	checked := 0
	for _, file := range append(files, "../../collector-config.yaml") {
		conf := resolved(t, file)
		limit := conf.Get("processors::requestsize::max_bytes")
		for id, settings := range conf.Get("exporters").(map[string]any) {
			if strings.HasSuffix(id, "/alerts") { // a few records of our own
				continue
			}
			if cut := confmap.NewFromStringMap(asMap(settings)).Get("sending_queue::batch::max_size"); cut != nil {
				assert.Equal(t, limit, cut, "%s %s", file, id)
				checked++
			} else {
				assert.False(t, strings.HasPrefix(id, "otlp") || strings.HasPrefix(id, "kafka"), "%s %s does not cut", file, id)
			}
		}
		for name, p := range pipelines(t, file) {
			own := slices.Contains(p["receivers"], "genaimetrics") // small, and told by nobody who could be refused
			for _, id := range p["exporters"] {
				if !own && (strings.HasPrefix(id, "otlp") || strings.HasPrefix(id, "kafka")) {
					assert.Contains(t, p["processors"], "requestsize", "%s %s", file, name)
				}
			}
		}
		if grpc := conf.Get("receivers::otlp::protocols::grpc::max_recv_msg_size_mib"); conf.IsSet("receivers::otlp") {
			for _, protocol := range []string{"grpc", "http"} {
				assert.Contains(t, conf.Get("receivers::otlp::protocols::"+protocol+"::middlewares"), map[string]any{"id": "intake"}, file)
			}
			assert.Equal(t, grpc.(int)<<20, conf.Get("receivers::otlp::protocols::http::max_request_body_size"), file)
		}
	}
	assert.GreaterOrEqual(t, checked, 10)
}

func asMap(settings any) map[string]any {
	m, _ := settings.(map[string]any)
	return m
}

func fromClients(receivers []string) bool {
	return slices.ContainsFunc(receivers, func(id string) bool {
		return strings.HasPrefix(id, "otlp") || strings.HasPrefix(id, "kafka") || strings.HasPrefix(id, "forward/clients")
	})
}

// Pipelines before the last of an inturn are done with spans when they return: they have connectors that read, no queue and no sampler.
func TestPipelinesInTurnOnlyRead(t *testing.T) {
	found := 0
	for _, file := range shipped(t) {
		ids, _ := resolved(t, file).Get("connectors::inturn::pipelines").([]any)
		for i, id := range ids {
			p := pipelines(t, file)[id.(string)]
			require.Equal(t, []string{"inturn"}, p["receivers"], "%s: %s", file, id)
			if i < len(ids)-1 {
				found++
				require.Subset(t, []string{"genaimetrics", "budgetalert", "dashboard"}, p["exporters"], "%s: %s", file, id)
				require.Empty(t, p["processors"], "%s: %s", file, id)
			}
		}
	}
	require.Positive(t, found)
}

// pipelines are those of a file: by name, then by receivers, processors, exporters.
func pipelines(t *testing.T, file string) map[string]map[string][]string {
	t.Helper()
	conf, err := resolved(t, file).Sub("service::pipelines")
	require.NoError(t, err)
	out := map[string]map[string][]string{}
	require.NoError(t, conf.Unmarshal(&out))
	return out
}

func resolved(t *testing.T, file string) *confmap.Conf {
	t.Helper()
	resolver, err := confmap.NewResolver(resolverSettings("file:" + file))
	require.NoError(t, err)
	conf, err := resolver.Resolve(t.Context())
	require.NoError(t, err)
	require.NoError(t, resolver.Shutdown(t.Context()))
	return conf
}

// An alert that an exporter accepted is forgotten by budgetalert: each must keep it over a crash, or hand it on before it returns. And
// nothing but budgetalert may lead there, or a client could forge an alert.
func TestAcceptedAlertsAreDurable(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	require.NoError(t, err)
	checked := 0
	for _, file := range append(files, "../../collector-config.yaml") {
		for _, backend := range []string{"", "otlp_grpc/backend", "otlp_http/backend"} {
			t.Setenv("BACKEND_EXPORTER", backend)
			exporters, _ := resolved(t, file).Get("exporters").(map[string]any)
			for name, p := range pipelines(t, file) {
				if !slices.ContainsFunc(p["receivers"], func(id string) bool { return strings.HasPrefix(id, "budgetalert") }) || !strings.HasPrefix(name, "logs") {
					continue
				}
				require.Len(t, p["receivers"], 1, "%s %s", file, name)
				for _, id := range throughEvents(p["exporters"], pipelines(t, file)) {
					require.NoError(t, durable(id, asMap(exporters[id])), "%s %s", file, name)
					checked++
				}
			}
		}
	}
	require.GreaterOrEqual(t, checked, 6)
}

// throughEvents has the exporters behind each genaievents in its place: it says yes when they have. Only requestsize may stand between.
func throughEvents(ids []string, all map[string]map[string][]string) []string {
	var out []string
	for _, id := range ids {
		if !strings.HasPrefix(id, "genaievents") {
			out = append(out, id)
			continue
		}
		for _, p := range all {
			if !slices.Contains(p["receivers"], id) {
				continue
			}
			out = append(out, p["exporters"]...)
			if slices.ContainsFunc(p["processors"], func(id string) bool { return id != "requestsize" }) {
				out = append(out, fmt.Sprintf("%s, processors %v", id, p["processors"]))
			}
		}
	}
	return out
}

// durable refuses an exporter that says yes to what is in its memory only. alertnotify and dashboard have no sending_queue: each has an alert on disk when
// it says yes.
func durable(id string, settings map[string]any) error {
	if kind, _, _ := strings.Cut(id, "/"); kind == "alertnotify" || kind == "dashboard" || kind == "nop" || kind == "debug" {
		return nil
	}
	queue, given := settings["sending_queue"]
	if enabled, ok := asMap(queue)["enabled"].(bool); given && ok && !enabled {
		return nil
	}
	if asMap(queue)["storage"] != nil {
		return nil
	}
	return fmt.Errorf("%s has a sending_queue in memory", id)
}

func TestQueuesInMemoryAreRefused(t *testing.T) {
	require.Error(t, durable("otlp_grpc/backend", map[string]any{}))
	require.Error(t, durable("otlp_grpc/backend", map[string]any{"sending_queue": map[string]any{"queue_size": 5}}))
	require.NoError(t, durable("otlp_grpc/backend", map[string]any{"sending_queue": map[string]any{"storage": "file_storage"}}))
}

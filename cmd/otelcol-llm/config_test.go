package main

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/otelcol-llm/otelcol-llm/provider/env"
	"github.com/otelcol-llm/otelcol-llm/provider/text"
)

func resolverSettings(uri string) confmap.ResolverSettings {
	return confmap.ResolverSettings{
		URIs: []string{uri},
		ProviderFactories: []confmap.ProviderFactory{
			env.NewFactory(), text.NewFactory(), fileprovider.NewFactory(), yamlprovider.NewFactory(),
		},
		DefaultScheme: "env",
	}
}

// checkConfig does what `otelcol-llm validate` does with a whole configuration.
func checkConfig(ctx context.Context, uri string, factories otelcol.Factories) error {
	provider, err := otelcol.NewConfigProvider(otelcol.ConfigProviderSettings{ResolverSettings: resolverSettings(uri)})
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
		"OTLP_GRPC_ENDPOINT":    "0.0.0.0:14317",
		"OTLP_HTTP_ENDPOINT":    "0.0.0.0:14318",
		"PROMETHEUS_ENDPOINT":   "0.0.0.0:18889",
		"HEALTH_ENDPOINT":       "0.0.0.0:23133",
		"TELEMETRY_HOST":        "0.0.0.0",
		"TELEMETRY_PORT":        "18888",
	} {
		t.Setenv(name, value)
	}
	require.NoError(t, checkConfig(t.Context(), "file:../../collector-config.yaml", allFactories(t)))

	conf := resolve(t, "../../collector-config.yaml")
	for key, want := range map[string]any{
		"receivers::otlp::protocols::grpc::endpoint":  "0.0.0.0:14317",
		"receivers::otlp::protocols::http::endpoint":  "0.0.0.0:14318",
		"exporters::prometheus::endpoint":             "0.0.0.0:18889",
		"exporters::otlp_grpc/backend::endpoint":      "tempo.example:4317",
		"exporters::otlp_grpc/backend::tls::insecure": false,
		"exporters::otlp_http/backend::endpoint":      "https://langfuse.example:4318",
		"extensions::healthcheckv2::http::endpoint":   "0.0.0.0:23133",
	} {
		require.Equal(t, want, conf.Get(key), key)
	}
	for _, signal := range []string{"traces", "metrics/clients", "logs"} {
		require.Contains(t, conf.Get("service::pipelines::"+signal+"::exporters"), "otlp_http/backend", signal)
	}
}

func TestWrongConfigurationIsRefused(t *testing.T) {
	text, err := os.ReadFile("../../collector-config.yaml")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(file, append(text, "\nunknown: {}\n"...), 0o600))
	require.ErrorContains(t, checkConfig(t.Context(), "file:"+file, allFactories(t)), "unknown")
}

// A client's metric with a name of ours must not reach Prometheus: the filter knows every name that we emit.
func TestClientsCannotSendOurMetrics(t *testing.T) {
	resolver, err := confmap.NewResolver(resolverSettings("file:../../collector-config.yaml"))
	require.NoError(t, err)
	conf, err := resolver.Resolve(t.Context())
	require.NoError(t, err)
	require.NoError(t, resolver.Shutdown(t.Context()))
	conditions, ok := conf.Get("processors::filter/ours::metric_conditions").([]any)
	require.True(t, ok)
	pattern := regexp.MustCompile(`^IsMatch\(metric\.name, (".*")\)$`)
	var dropped []*regexp.Regexp
	for _, condition := range conditions {
		match := pattern.FindStringSubmatch(condition.(string))
		require.NotNil(t, match, condition)
		text, err := strconv.Unquote(match[1])
		require.NoError(t, err)
		dropped = append(dropped, regexp.MustCompile(text))
	}
	isDropped := func(name string) bool {
		return slices.ContainsFunc(dropped, func(r *regexp.Regexp) bool { return r.MatchString(name) })
	}
	ours := metricNames(t)
	require.Contains(t, ours, "llm.cost.usd")
	for _, name := range ours {
		require.True(t, isDropped(name), name)
	}
	for _, theirs := range []string{
		"claude_code.cost.usage", "gen_ai.client.operation.time_per_output_chunk", "gemini_cli.token.usage",
		"llm.chat_completions.streaming_time_to_generate", "gen_ai.server.request.duration", "langchain_chains_total",
	} {
		require.False(t, isDropped(theirs), theirs)
	}
}

// metricNames are the values of the constants Metric…, Perf… and Langchain… of internal/genai/names.go.
func metricNames(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../internal/genai/names.go", nil, 0)
	require.NoError(t, err)
	var out []string
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		name := spec.Names[0].Name
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok && name != "MetricsScope" &&
			(strings.HasPrefix(name, "Metric") || strings.HasPrefix(name, "Perf") || strings.HasPrefix(name, "Langchain")) {
			value, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			out = append(out, value)
		}
		return true
	})
	return out
}

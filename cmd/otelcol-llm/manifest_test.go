package main

import (
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.yaml.in/yaml/v3"
)

const module = "github.com/otelcol-llm/otelcol-llm"

type manifest struct {
	Dist struct {
		Module, Name, Version, Description string
	}
	Receivers, Processors, Connectors, Exporters, Extensions, Providers, Converters []manifestModule
}

type manifestModule struct{ Gomod, Import, Name, Path string }

// modulePath is the module without its version.
func (m manifestModule) modulePath() string {
	path, _, _ := strings.Cut(m.Gomod, " ")
	return path
}

func (m manifestModule) importPath() string {
	if m.Import != "" {
		return m.Import
	}
	return m.modulePath()
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	text, err := os.ReadFile("../../builder-config.yaml")
	require.NoError(t, err)
	var m manifest
	require.NoError(t, yaml.Unmarshal(text, &m))
	return m
}

// componentImports are the imports of a file that are components, providers or converters: all but the collector's own libraries.
func componentImports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)
	kinds := []string{"/receiver/", "/processor/", "/connector/", "/exporter/", "/extension/", "/provider/", "/converter/"}
	var out []string
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if slices.ContainsFunc(kinds, func(kind string) bool { return strings.Contains(path, kind) }) {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

func importPaths(lists ...[]manifestModule) []string {
	var out []string
	for _, m := range slices.Concat(lists...) {
		out = append(out, m.importPath())
	}
	slices.Sort(out)
	return out
}

func TestManifestAndGeneratedCodeAgree(t *testing.T) {
	m := readManifest(t)
	require.Equal(t,
		importPaths(m.Receivers, m.Processors, m.Connectors, m.Exporters, m.Extensions),
		componentImports(t, "components.go"), "run make generate")
	require.Equal(t, importPaths(m.Providers, m.Converters), componentImports(t, "main.go"), "run make generate")

	main, err := os.ReadFile("main.go")
	require.NoError(t, err)
	for _, value := range []string{m.Dist.Name, m.Dist.Description, m.Dist.Version} {
		require.Contains(t, string(main), strconv.Quote(value), "run make generate")
	}
	require.Equal(t, module, m.Dist.Module)
}

// The versions in the manifest are for ocb's bookkeeping only; go.mod decides what is linked. They must say the same.
func TestManifestAndGoModAgree(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	m := readManifest(t)
	for _, one := range slices.Concat(m.Receivers, m.Processors, m.Connectors, m.Exporters, m.Extensions, m.Providers, m.Converters) {
		if one.modulePath() == module {
			require.Equal(t, module+" v0.0.0", one.Gomod)
			require.Equal(t, ".", one.Path)
			require.True(t, strings.HasSuffix(one.Import, "/"+one.Name), one.Import)
			continue
		}
		require.Contains(t, string(text), "\t"+one.Gomod+"\n")
	}
}

// typesOf leaves deprecated aliases out: they come with a component and nobody chooses them.
func typesOf[F component.Factory](factories map[component.Type]F) []string {
	var out []string
	for kind, factory := range factories {
		if kind == factory.Type() {
			out = append(out, kind.String())
		}
	}
	slices.Sort(out)
	return out
}

// What is in the binary is a promise, and so is what is not: each component more is code that reads outside data.
func TestComponentsInTheBinary(t *testing.T) {
	factories, err := components()
	require.NoError(t, err)
	require.Equal(t, []string{"hostresources", "kafka", "otlp"}, typesOf(factories.Receivers))
	require.Equal(t, []string{
		"attributes", "batch", "clientmetrics", "cumulativetodelta", "deltatocumulative", "filter", "llmcost", "memory_limiter", "perfstats", "redaction",
		"requestsize", "resource", "tail_sampling", "transform",
	}, typesOf(factories.Processors))
	require.Equal(t, []string{"budgetalert", "count", "forward", "genaievents", "genaimetrics", "inturn", "span_metrics"}, typesOf(factories.Connectors))
	require.Equal(t, []string{
		"alertnotify", "dashboard", "debug", "kafka", "nop", "otlp_grpc", "otlp_http", "prometheus", "prometheus_remote_write", "scrape",
	}, typesOf(factories.Exporters))
	require.Equal(t, []string{
		"admission", "basicauth", "bearertokenauth", "delivery", "file_storage", "healthcheckv2", "intake", "pprof", "tokenfile", "zpages",
	}, typesOf(factories.Extensions))
}

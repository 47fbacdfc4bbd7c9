package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol"
	"go.yaml.in/yaml/v3"
)

// Every YAML block of every document is loaded: a whole configuration as the collector would load it, a fragment into the
// default configuration of each component it names. Anything else (Kubernetes, Prometheus rules) must at least be YAML.
func TestYAMLInDocuments(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	factories := allFactories(t)
	documents := markdownFiles(t, root)
	require.NotEmpty(t, documents)
	t.Setenv("SLACK_WEBHOOK", "https://hooks.slack.com/services/T0/B0/x")
	t.Setenv("TEAMS_WEBHOOK", "https://teams.example/x")
	t.Setenv("PAGERDUTY_KEY", "0123456789abcdef0123456789abcdef")
	for _, document := range documents {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		name, err := filepath.Rel(root, document)
		require.NoError(t, err)
		for _, block := range yamlBlocks(string(text)) {
			t.Run(fmt.Sprintf("%s:%d", name, block.line), func(t *testing.T) {
				t.Chdir(filepath.Dir(document))
				require.NoError(t, checkBlock(t, block.text, factories))
			})
		}
	}
}

// A secret has no default: who forgets it would run with one that is printed here, or send alerts to nobody, and not know it. Nor does a variable
// hold a password that is compared: unset it is empty, and the empty one is right.
func TestSecretsHaveNoDefaults(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	byDefault := regexp.MustCompile(`\$\{env:\w*(PASSWORD|SECRET|WEBHOOK|PAGERDUTY_KEY)\w*:-[^}]`)
	compared := regexp.MustCompile(`htpasswd: \{inline: .*\$\{env:`)
	for _, file := range append(markdownFiles(t, root), shipped(t)...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NotRegexp(t, byDefault, string(text), file)
		require.NotRegexp(t, compared, string(text), file)
	}
}

func TestYAMLBlocksAreFound(t *testing.T) {
	got := yamlBlocks("a\n```yaml\nb: 1\n```\n```sh\nmake\n```\n- item\n  ```yml\n  c:\n    d: 2\n  ```\n````yaml\ne: 3\n```\n````\n")
	require.Equal(t, []yamlBlock{{3, "b: 1\n"}, {10, "c:\n  d: 2\n"}, {14, "e: 3\n```\n"}}, got)
}

func TestWrongBlocksAreRefused(t *testing.T) {
	factories := allFactories(t)
	for name, text := range map[string]string{
		"no YAML":           "a: [",
		"unknown component": "processors:\n  nosuch:\n",
		"unknown key":       "processors:\n  memory_limiter: {nosuch: 1}\n",
		"refused value":     "processors:\n  deltatocumulative: {max_stale: -1s}\n",
		"pipeline of nothing": "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters: {nop: {}}\n" +
			"service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n",
	} {
		require.Error(t, checkBlock(t, text, factories), name)
	}
}

func markdownFiles(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != root && (name == "node_modules" || name == "testdata" || name[0] == '.') {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			out = append(out, path)
		}
		return nil
	}))
	return out
}

type yamlBlock struct {
	line int // of the block's first line, counted from 1
	text string
}

// yamlBlocks finds the fenced blocks whose info string is yaml or yml, indented ones (in lists) included.
func yamlBlocks(markdown string) []yamlBlock {
	var out []yamlBlock
	var open *yamlBlock
	var fence, indent string
	for i, line := range strings.SplitAfter(markdown, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		ticks := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		info := strings.TrimSpace(trimmed[len(ticks):])
		switch {
		case fence == "" && len(ticks) >= 3:
			fence, indent = ticks, line[:len(line)-len(trimmed)]
			if info == "yaml" || info == "yml" {
				open = &yamlBlock{line: i + 2}
			}
		case fence != "" && len(ticks) >= len(fence) && info == "":
			if open != nil {
				out = append(out, *open)
			}
			fence, open = "", nil
		case open != nil:
			open.text += strings.TrimPrefix(line, indent)
		}
	}
	return out
}

func checkBlock(t *testing.T, text string, factories otelcol.Factories) error {
	var top map[string]yaml.Node
	if err := yaml.Unmarshal([]byte(text), &top); err != nil {
		var any yaml.Node // a list or a scalar
		return yaml.Unmarshal([]byte(text), &any)
	}
	_, receivers := top["receivers"]
	_, service := top["service"]
	if receivers && service {
		return checkConfig(t.Context(), "yaml:"+text, factories)
	}
	kinds := defaultsByKind(factories)
	if len(top) == 0 || !slices.ContainsFunc(mapKeys(top), func(key string) bool { return kinds[key] != nil }) {
		return nil
	}
	return checkFragment(t, text, kinds)
}

// checkFragment loads each component of a text that has only some sections of a configuration.
func checkFragment(t *testing.T, text string, kinds map[string]defaults) error {
	resolver, err := confmap.NewResolver(resolverSettings("yaml:" + text))
	if err != nil {
		return err
	}
	conf, err := resolver.Resolve(t.Context())
	if err != nil {
		return err
	}
	errs := []error{resolver.Shutdown(t.Context())}
	for kind, section := range conf.ToStringMap() {
		if kind == "service" {
			continue // its pipelines name components that the reader has elsewhere
		}
		if kinds[kind] == nil {
			errs = append(errs, fmt.Errorf("%s: no section of a configuration", kind))
			continue
		}
		components, ok := section.(map[string]any)
		if !ok {
			errs = append(errs, fmt.Errorf("%s: is no map", kind))
		}
		for id, settings := range components {
			if err := checkComponent(id, settings, kinds[kind]); err != nil {
				errs = append(errs, fmt.Errorf("%s::%s: %w", kind, id, err))
			}
		}
	}
	return errors.Join(errs...)
}

func checkComponent(name string, settings any, factory defaults) error {
	var id component.ID
	if err := id.UnmarshalText([]byte(name)); err != nil {
		return err
	}
	cfg := factory(id.Type())
	if cfg == nil {
		return errors.New("is not in this distribution")
	}
	values, ok := settings.(map[string]any)
	if !ok && settings != nil {
		return fmt.Errorf("settings must be a map, not %T", settings)
	}
	if err := confmap.NewFromStringMap(values).Unmarshal(&cfg); err != nil {
		return err
	}
	return confmap.Validate(cfg)
}

// defaults gives the default configuration of a component type, nil for an unknown one.
type defaults func(component.Type) component.Config

func defaultsByKind(factories otelcol.Factories) map[string]defaults {
	return map[string]defaults{
		"receivers":  defaultsOf(factories.Receivers),
		"processors": defaultsOf(factories.Processors),
		"connectors": defaultsOf(factories.Connectors),
		"exporters":  defaultsOf(factories.Exporters),
		"extensions": defaultsOf(factories.Extensions),
	}
}

func defaultsOf[F component.Factory](factories map[component.Type]F) defaults {
	return func(kind component.Type) component.Config {
		if factory, ok := factories[kind]; ok {
			return factory.CreateDefaultConfig()
		}
		return nil
	}
}

func mapKeys[V any](m map[string]V) []string {
	var out []string
	for key := range m {
		out = append(out, key)
	}
	return out
}

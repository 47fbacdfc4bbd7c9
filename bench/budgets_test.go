package bench

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The default configuration without a part of it still has no pipeline that leads nowhere, and no connector with one end.
func TestConfigurationsWithoutAPart(t *testing.T) {
	for name, change := range map[string]func(map[string]any) error{"budgets": dropBudgets, "dashboard": dropDashboard} {
		file := filepath.Join(t.TempDir(), "without.yaml")
		if err := writeChanged(file, change); err != nil {
			t.Fatal(name, err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var conf struct {
			Connectors map[string]any
			Service    struct {
				Pipelines map[string]struct{ Receivers, Exporters []string }
			}
		}
		if err := yaml.Unmarshal(text, &conf); err != nil {
			t.Fatal(err)
		}
		var in, out []string
		for pipeline, p := range conf.Service.Pipelines {
			if len(p.Exporters) == 0 || len(p.Receivers) == 0 {
				t.Errorf("without %s: %s leads nowhere", name, pipeline)
			}
			in, out = append(in, p.Receivers...), append(out, p.Exporters...)
		}
		for connector := range conf.Connectors {
			if !slices.Contains(in, connector) || !slices.Contains(out, connector) {
				t.Errorf("without %s: %s has one end", name, connector)
			}
		}
	}
}

package budgetalert

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
)

// budgetsFile is the file of budgets as it was read last.
type budgetsFile struct {
	text []byte
	gone bool
	// again says that the file is good, but that the ledger could not begin with its budgets.
	again bool
}

// changed says whether the file is to be read: it has another text than when it was read last, is gone since, or is to be tried again.
func (f *budgetsFile) changed(cfg *Config) bool {
	if cfg.BudgetsFile == "" {
		return false
	}
	text, err := os.ReadFile(cfg.BudgetsFile)
	if err != nil {
		return !f.gone
	}
	return f.gone || f.again || !bytes.Equal(text, f.text)
}

// read gives the budgets of the configuration and of the file.
func (f *budgetsFile) read(cfg *Config) ([]budget.Config, error) {
	if cfg.BudgetsFile == "" {
		return cfg.Budgets, nil
	}
	text, err := os.ReadFile(cfg.BudgetsFile)
	f.text, f.gone = text, err != nil
	if err != nil {
		return nil, fmt.Errorf("budgets_file: %w", err)
	}
	more, err := parseBudgets(text)
	if err != nil {
		return nil, fmt.Errorf("budgets_file %s: %w", cfg.BudgetsFile, err)
	}
	all := append(append([]budget.Config(nil), cfg.Budgets...), more...)
	if err := budget.Check(all, cfg.Overrides, cfg.Timezone); err != nil {
		return nil, fmt.Errorf("budgets_file %s, with the configuration's: %w", cfg.BudgetsFile, err)
	}
	return all, nil
}

// parseBudgets reads a list of budgets, or a map with the list under the key budgets. Errors say the line.
func parseBudgets(text []byte) ([]budget.Config, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	list := doc.Content[0]
	if list.Kind == yaml.MappingNode && len(list.Content) == 2 && list.Content[0].Value == "budgets" {
		list = list.Content[1]
	}
	if list.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("line %d: must be a list of budgets", list.Line)
	}
	var all []budget.Config
	var errs []error
	for _, item := range list.Content {
		one, err := parseBudget(item)
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", item.Line, err))
		}
		all = append(all, one)
	}
	return all, errors.Join(errs...)
}

func parseBudget(item *yaml.Node) (one budget.Config, err error) {
	var keys map[string]any
	if err := item.Decode(&keys); err != nil {
		return one, err
	}
	if err := confmap.NewFromStringMap(keys).Unmarshal(&one); err != nil {
		return one, err
	}
	return one, one.Validate()
}

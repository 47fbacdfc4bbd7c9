package budgetalert

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
)

// maxFile is the largest budgets_file.
const maxFile = 16 << 20

// budgetsFile is the file of budgets as it was read last.
type budgetsFile struct {
	text []byte
	gone bool
	// again says that the file is good, but that the ledger could not begin with its budgets.
	again bool
	// writing says that the file was another one at the last look than before that: what was seen is in draft. It is not read before two looks
	// have seen the same. A file that is emptied and written, or removed and made anew, would end all alerts for a moment.
	writing bool
	draft   draft
}

// draft is a file that somebody may be about to write.
type draft struct {
	text []byte
	gone bool
}

func (d *draft) is(other *draft) bool { return d.gone == other.gone && bytes.Equal(d.text, other.text) }

// changed says whether the file is to be read: it has another text than when it was read last, is gone since, or is to be tried again.
func (f *budgetsFile) changed(cfg *Config) bool {
	if cfg.BudgetsFile == "" {
		return false
	}
	text, err := readText(cfg.BudgetsFile)
	now := draft{text, err != nil}
	if now.is(&draft{f.text, f.gone}) || now.gone && f.gone {
		f.writing = false
		return f.again && !now.gone
	}
	settled := f.writing && now.is(&f.draft)
	f.writing, f.draft = !settled, now
	return settled
}

// read gives the budgets of the configuration and of the file.
func (f *budgetsFile) read(cfg *Config) ([]budget.Config, error) {
	if cfg.BudgetsFile == "" {
		return cfg.Budgets, nil
	}
	text, err := readText(cfg.BudgetsFile)
	f.text, f.gone = text, err != nil
	if err != nil {
		return nil, fmt.Errorf("budgets_file: %w", err)
	}
	return budgetsOf(cfg, text)
}

// budgetsOf are the budgets of the configuration and of what a file says.
func budgetsOf(cfg *Config, text []byte) ([]budget.Config, error) {
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

// readText reads a file that ends, which a pipe need not: it would keep who reads it.
func readText(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s must be a file, got %v", name, info.Mode().Type())
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s must be at most %d bytes, got %d", name, maxFile, info.Size())
	}
	return os.ReadFile(name)
}

// errNoBudgets is what an empty file says. One that was cut off would end all budgets and their alerts; who wants none says so.
var errNoBudgets = errors.New("line 1: must be a list of budgets, [] for none, got nothing")

// parseBudgets reads a list of budgets, or a map with the list under the key budgets. Errors say the line.
func parseBudgets(text []byte) ([]budget.Config, error) {
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, errNoBudgets
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&more); err == nil {
		return nil, fmt.Errorf("line %d: must be one document, got a second one", more.Line)
	}
	if len(doc.Content) == 0 {
		return nil, errNoBudgets
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
	lines := map[string]int{}
	for _, item := range list.Content {
		one, err := parseBudget(item)
		if first, twice := lines[one.Name]; twice && one.Name != "" {
			err = errors.Join(err, fmt.Errorf("name: must be unique, got %q as in line %d", one.Name, first))
		} else {
			lines[one.Name] = item.Line
		}
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
	err = one.Validate()
	if _, wrong := compile(one.Where, component.TelemetrySettings{Logger: zap.NewNop()}); wrong != nil {
		err = errors.Join(err, fmt.Errorf("where: %w", wrong))
	}
	return one, err
}

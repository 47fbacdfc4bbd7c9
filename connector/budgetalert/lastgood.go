package budgetalert

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/internal/wholefile"
)

// lastGood is the budgets_file as it was good last, beside the ledger: what a start with a bad one goes on with. A gateway that is killed while
// there is a bad file would be gone otherwise, with all that it passes on.
func lastGood(cfg *Config) string { return filepath.Join(cfg.Ledger.Directory, "budgets_file.last") }

// begin is read for a start. Bad is what is wrong with a file that is not used.
func (f *budgetsFile) begin(cfg *Config) (all []budget.Config, bad, err error) {
	all, err = f.read(cfg)
	if err == nil || cfg.BudgetsFile == "" || validating() {
		return all, nil, err
	}
	text, missing := readText(lastGood(cfg))
	if missing != nil {
		return nil, nil, err
	}
	all, unusable := budgetsOf(cfg, text)
	if unusable != nil {
		return nil, nil, err
	}
	return all, err, nil
}

// validating says whether the process only looks at the configuration: who asks hears of a bad file, whatever a start would make of it.
func validating() bool { return slices.Contains(os.Args[1:], "validate") }

// keep keeps the file that is good now, or none where the configuration has none.
func (f *budgetsFile) keep(cfg *Config) error {
	name := lastGood(cfg)
	if cfg.BudgetsFile == "" {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	return wholefile.Replace(name, 0o600, wholefile.Bytes(f.text))
}

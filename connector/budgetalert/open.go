package budgetalert

import (
	"context"
	"fmt"
	"os"

	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// openLedger opens the ledger that the configuration names.
func openLedger(_ context.Context, cfg *Config, notify func(ledger.Notice), _ *zap.Logger) (ledger.Ledger, error) {
	if err := os.MkdirAll(cfg.Ledger.Directory, 0o700); err != nil {
		return nil, fmt.Errorf("ledger.directory: %w", err)
	}
	return ledger.NewMemory(ledger.Options{MaxIDs: cfg.MaxIDs, DedupeWindow: cfg.DedupeWindow, Notify: notify}), nil
}

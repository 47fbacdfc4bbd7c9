package threshold

import (
	"context"
	"errors"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// failing is a ledger that fails when it is told to, and counts what it writes.
type failing struct {
	ledger.Ledger
	broken  bool
	changes int
}

func (f *failing) Change(ctx context.Context, decide ledger.Decide) error {
	if f.broken {
		return errors.New("the disk is full")
	}
	f.changes++
	return f.Ledger.Change(ctx, decide)
}

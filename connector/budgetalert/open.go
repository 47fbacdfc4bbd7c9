package budgetalert

import (
	"context"
	"crypto/tls"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger/bolt"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger/valkey"
)

// openLedger opens the ledger that the configuration names.
func openLedger(ctx context.Context, cfg *Config, notify func(ledger.Notice)) (ledger.Ledger, error) {
	options := ledger.Options{MaxIDs: cfg.MaxIDs, DedupeWindow: cfg.DedupeWindow, Notify: notify}
	if cfg.Valkey.HasValue() {
		return openValkey(ctx, cfg, options)
	}
	return bolt.Open(bolt.Options{Options: options, Directory: cfg.Ledger.Directory, Reject: cfg.OnUnavailable == onUnavailableReject})
}

// openValkey opens the shared ledger. What is this replica's own (its book, its journal) is in the directory.
func openValkey(ctx context.Context, cfg *Config, options ledger.Options) (ledger.Ledger, error) {
	v := cfg.Valkey.Get()
	var secured *tls.Config
	if v.TLS.HasValue() {
		var err error
		if secured, err = v.TLS.Get().LoadTLSConfig(ctx); err != nil {
			return nil, fmt.Errorf("valkey.tls: %w", err)
		}
	}
	both := together{away: map[string]bool{}, notify: options.Notify}
	own := options
	own.Notify, options.Notify = both.of("own"), both.of("server")
	local, err := bolt.Open(bolt.Options{Options: own, Directory: filepath.Join(cfg.Ledger.Directory, "own")})
	if err != nil {
		return nil, err
	}
	l, err := valkey.Open(ctx, valkey.Options{
		Options: options, Endpoints: []string{v.Endpoint}, Username: v.Username, Password: string(v.Password), TLS: secured,
		KeyPrefix: v.KeyPrefix, Directory: cfg.Ledger.Directory, Journal: v.Journal, AllowVolatile: v.AllowVolatile,
		OnUnavailable: valkey.OnUnavailable(cfg.OnUnavailable), Secret: string(v.Password), Local: local,
	})
	if err != nil {
		_ = local.Close() // the error says why there is nothing to keep
		return nil, err
	}
	return l, nil
}

// together makes one store of some: it is available again when all are.
type together struct {
	mu     sync.Mutex
	away   map[string]bool
	notify func(ledger.Notice)
}

// of takes what one of them says.
func (g *together) of(store string) func(ledger.Notice) {
	return func(n ledger.Notice) {
		g.mu.Lock()
		defer g.mu.Unlock()
		switch n.Kind {
		case ledger.StoreUnavailable:
			g.away[store] = true
		case ledger.StoreAvailable:
			if delete(g.away, store); len(g.away) > 0 {
				return
			}
		}
		g.notify(n)
	}
}

package alertnotify

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

func (e *alertNotify) newStore(ctx context.Context, host component.Host) (store, error) {
	if e.cfg.Storage == nil {
		return &boltStore{path: filepath.Join(e.cfg.Directory, fileName(e.set.ID))}, nil
	}
	extension, ok := host.GetExtensions()[*e.cfg.Storage]
	if !ok {
		return nil, fmt.Errorf("storage: there is no extension %s in service::extensions", e.cfg.Storage)
	}
	s, ok := extension.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: must be a storage extension such as file_storage, got %s", e.cfg.Storage)
	}
	client, err := s.GetClient(ctx, component.KindExporter, e.set.ID, "alerts")
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return extensionStore{client}, nil
}

// fileName is one for each component that shares a directory.
func fileName(id component.ID) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, id.String())
	return safe + ".db"
}

func (e *alertNotify) destinations(ctx context.Context, k *keeper) (peers []*peer, webhooks []*webhook, err error) {
	am := &e.cfg.Alertmanager
	for _, endpoint := range am.Endpoints {
		u, err := endpointURL(endpoint)
		if err != nil {
			return nil, nil, fmt.Errorf("alertmanager::endpoints: %w", err)
		}
		client, err := e.newClient(ctx, &am.Client)
		if err != nil {
			return nil, nil, fmt.Errorf("alertmanager: %w", err)
		}
		peers = append(peers, &peer{
			name: u.Host, url: peerURL(endpoint), client: withoutRedirects(client), interval: am.Interval,
			keeper: k, telemetry: e.telemetry, log: e.log,
		})
	}
	for i := range e.cfg.Webhooks {
		c := &e.cfg.Webhooks[i]
		client, err := e.newClient(ctx, &c.Client)
		if err != nil {
			return nil, nil, fmt.Errorf("webhooks::%d: %w", i, err)
		}
		render, err := newRenderer(c)
		if err != nil {
			return nil, nil, fmt.Errorf("webhooks::%d::template: %w", i, err)
		}
		webhooks = append(webhooks, &webhook{
			cfg: c, client: withoutRedirects(client), render: render, keeper: k, telemetry: e.telemetry, log: e.log,
		})
	}
	return peers, webhooks, nil
}

func namesOf(peers []*peer) (names []string) {
	for _, p := range peers {
		names = append(names, p.name)
	}
	return names
}

// readAlerts takes the alerts out of a batch and counts what is none.
func readAlerts(logs plog.Logs) (alerts []alert.Alert, ignored int) {
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				if a, ok := alert.Read(record); ok {
					alerts = append(alerts, a)
				} else {
					ignored++
				}
			}
		}
	}
	return alerts, ignored
}

package alertnotify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// keeper owns the table and its store. Its lock is held across a write to disk, never across a request.
type keeper struct {
	store    store
	interval time.Duration
	peers    int
	webhooks []string                    // all that are configured
	route    func(*alert.Alert) []string // those that want an alert

	mu    sync.Mutex
	table *table
	told  map[string]map[string]bool // by alert.id: the Alertmanagers that know it is over

	loaded bool
	report func(error) // of each write: its fault, or none

	bells []chan struct{} // of the workers; each holds one ring
}

func newKeeper(s store, cfg *Config, report func(error)) *keeper {
	k := &keeper{
		store: s, interval: cfg.Alertmanager.Interval, peers: len(cfg.Alertmanager.Endpoints), report: report,
		table: newTable(), told: map[string]map[string]bool{},
	}
	for i := range cfg.Webhooks {
		k.webhooks = append(k.webhooks, cfg.Webhooks[i].Name)
	}
	k.route = func(a *alert.Alert) (wanted []string) {
		if a.Elsewhere {
			return nil
		}
		for i := range cfg.Webhooks {
			if w := &cfg.Webhooks[i]; w.wants(a) {
				wanted = append(wanted, w.Name)
			}
		}
		return wanted
	}
	return k
}

// bell is for one worker: it rings when there is something new.
func (k *keeper) bell() <-chan struct{} {
	b := make(chan struct{}, 1)
	k.bells = append(k.bells, b)
	return b
}

func (k *keeper) ring() {
	for _, b := range k.bells {
		select {
		case b <- struct{}{}:
		default:
		}
	}
}

// load reads what an earlier run left. Until it has worked, alerts are in memory only, and each write tries it again.
func (k *keeper) load(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.loadOnce(ctx)
}

func (k *keeper) loadOnce(ctx context.Context) error {
	t, damaged := newTable(), 0
	lost, err := k.store.load(ctx, func(slot uint32, body []byte) {
		r, err := decodeRow(body)
		if err != nil || slot >= maxRows {
			damaged++
			t.set(slot, nil)
			return
		}
		t.load(slot, r)
	})
	if err != nil {
		return err
	}
	k.loaded = true
	t.forgetWebhooks(k.webhooks)
	t.adopt(k.table)
	k.table = t
	if lost != "" {
		k.report(fmt.Errorf("%w: %s, and what it knew of open alerts is lost", errDamaged, lost))
	}
	if damaged > 0 {
		k.report(fmt.Errorf("%w: %d rows could not be read and are lost", errDamaged, damaged))
	}
	return nil
}

// accept adds alerts. With an error they are in memory, and are worked on, but not on disk: the caller is to be sent them again.
func (k *keeper) accept(ctx context.Context, alerts []alert.Alert, now time.Time) ([]outcome, error) {
	k.mu.Lock()
	outcomes := make([]outcome, len(alerts))
	for i := range alerts {
		outcomes[i] = k.table.accept(&alerts[i], k.route(&alerts[i]), now, k.interval)
	}
	err := k.save(ctx)
	k.mu.Unlock()
	k.ring()
	return outcomes, err
}

// save writes what is not on disk yet. A caller that goes away does not end a write that others wait for.
func (k *keeper) save(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	err := k.saveOnce(ctx)
	if errors.Is(err, errDamaged) { // it is empty now
		k.report(err)
		for slot := range k.table.rows {
			k.table.unsaved[slot] = true
		}
		err = k.saveOnce(ctx)
	}
	k.report(err)
	return err
}

func (k *keeper) saveOnce(ctx context.Context) error {
	if !k.loaded {
		if err := k.loadOnce(ctx); err != nil {
			return err
		}
	}
	if len(k.table.unsaved) == 0 {
		return nil
	}
	changes := make(map[uint32][]byte, len(k.table.unsaved))
	for slot := range k.table.unsaved {
		var body []byte
		if r := k.table.rows[slot]; r != nil {
			var err error
			if body, err = r.encode(); err != nil {
				return err
			}
		}
		changes[slot] = body
	}
	if err := k.store.save(ctx, changes); err != nil {
		return err
	}
	clear(k.table.unsaved)
	return nil
}

// tidy ends what is over and writes what could not be written before.
func (k *keeper) tidy(ctx context.Context, now time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.table.expire(now, func(r *row) bool { return len(k.told[r.alert.ID]) >= k.peers })
	known := map[string]bool{}
	for _, r := range k.table.rows {
		known[r.alert.ID] = true
	}
	for id := range k.told {
		if !known[id] {
			delete(k.told, id)
		}
	}
	return k.save(ctx)
}

// current are the rows that Alertmanager hears of, oldest first.
func (k *keeper) current() []*row {
	k.mu.Lock()
	defer k.mu.Unlock()
	slots := k.table.bySeq(func(r *row) bool { return r.current })
	rows := make([]*row, len(slots))
	for i, slot := range slots {
		rows[i] = k.table.rows[slot]
	}
	return rows
}

// taken notes that an Alertmanager has taken rows.
func (k *keeper) taken(peer string, rows []*row) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range rows {
		if r.open() {
			continue
		}
		if k.told[r.alert.ID] == nil {
			k.told[r.alert.ID] = map[string]bool{}
		}
		k.told[r.alert.ID][peer] = true
	}
}

// next is the oldest alert that a webhook has to get, nil when it has all.
func (k *keeper) next(webhook string) (uint32, *row) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.table.next(webhook)
}

// done takes an alert off a webhook's list.
func (k *keeper) done(ctx context.Context, webhook string, slot uint32, id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r := k.table.rows[slot]; r != nil && r.alert.ID == id {
		k.table.set(slot, r.without(webhook))
	}
	return k.save(ctx)
}

func (k *keeper) counts() (open, waiting int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.table.counts()
}

func (k *keeper) close(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return errors.Join(k.save(ctx), k.store.close(ctx))
}

package budgetalert

import (
	"sync"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// unkept are alerts that no ledger keeps: with on_unavailable: reject it refuses what it cannot write, and the alert that says so with it. There
// is one for each time that it begins to refuse, and none once it writes again.
type unkept struct {
	mu     sync.Mutex
	alerts []ledger.Alert
}

func (u *unkept) add(a ledger.Alert) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.alerts = append(u.alerts, a)
}

func (u *unkept) all() []ledger.Alert {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.alerts[:len(u.alerts):len(u.alerts)]
}

// delivered removes the first n.
func (u *unkept) delivered(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.alerts = u.alerts[n:]
}

package shared

import (
	"slices"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
)

// hosts are those of all components that share a state, as one: what it reports is reported on each of them, and one that comes later
// hears what was reported last. The extensions are the first one's; they are the same for all.
type hosts struct {
	mu   sync.Mutex
	all  []component.Host
	last *componentstatus.Event
}

var (
	_ component.Host           = (*hosts)(nil)
	_ componentstatus.Reporter = (*hosts)(nil)
)

func (h *hosts) add(host component.Host) {
	h.mu.Lock()
	h.all = append(h.all, host)
	last := h.last
	h.mu.Unlock()
	if last != nil {
		componentstatus.ReportStatus(host, last)
	}
}

func (h *hosts) remove(host component.Host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.Index(h.all, host); i >= 0 {
		h.all = slices.Delete(h.all, i, i+1)
	}
}

// GetExtensions is part of component.Host.
func (h *hosts) GetExtensions() map[component.ID]component.Component {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.all) == 0 {
		return nil
	}
	return h.all[0].GetExtensions()
}

// Report is part of componentstatus.Reporter. Hosts are called without the lock.
func (h *hosts) Report(event *componentstatus.Event) {
	h.mu.Lock()
	h.last = event
	all := slices.Clone(h.all)
	h.mu.Unlock()
	for _, host := range all {
		componentstatus.ReportStatus(host, event)
	}
}

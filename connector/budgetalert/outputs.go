package budgetalert

import (
	"slices"
	"sync"

	"go.opentelemetry.io/collector/consumer"
)

// outputs are the connectors of one configuration that run. All that write one signal write to the same pipelines, so one of them does.
type outputs struct {
	mu  sync.RWMutex
	all []*budgetAlert
}

func (o *outputs) add(c *budgetAlert) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, c)
}

// remove says whether c was the last one that writes its signal.
func (o *outputs) remove(c *budgetAlert) (lastLogs, lastMetrics bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = slices.DeleteFunc(o.all, func(other *budgetAlert) bool { return other == c })
	logs := slices.ContainsFunc(o.all, func(other *budgetAlert) bool { return other.logs != nil })
	metrics := slices.ContainsFunc(o.all, func(other *budgetAlert) bool { return other.metrics != nil })
	return c.logs != nil && !logs, c.metrics != nil && !metrics
}

// records says whether c is the one that records what it reads: every other one of its signal is handed the same.
func (o *outputs) records(c *budgetAlert) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, other := range o.all {
		if other.reads == c.reads {
			return other == c
		}
	}
	return false
}

// logs is where alerts go; nil while nobody listens.
func (o *outputs) logs() consumer.Logs {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, c := range o.all {
		if c.logs != nil {
			return c.logs
		}
	}
	return nil
}

// metrics is where metrics go; nil while nobody listens.
func (o *outputs) metrics() consumer.Metrics {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, c := range o.all {
		if c.metrics != nil {
			return c.metrics
		}
	}
	return nil
}

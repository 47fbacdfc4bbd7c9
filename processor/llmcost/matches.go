package llmcost

import (
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// maxMatches and maxMatchName bound what distinct model names can make the processor remember: about 2 MB of names of the
// usual length, 10 MB at the very most. A longer name is looked up each time.
const (
	maxMatches   = 20_000
	maxMatchName = 512
)

// matches remembers the price row of a provider's model, so that the price of a lookup does not depend on the size of the
// table. Unknown models are remembered too. It is safe for concurrent use.
type matches struct {
	table   *pricing.Table
	factors map[string]pricing.Factor // by provider id of the table

	mu    sync.RWMutex
	known *bounded.Map[matchKey, pricedModel]
}

type matchKey struct{ provider, model string }

func newMatches(table *pricing.Table, factors map[string]pricing.Factor) *matches {
	return &matches{table: table, factors: factors, known: bounded.New[matchKey, pricedModel](maxMatches, 0)}
}

func (m *matches) find(provider, model string) pricedModel {
	key := matchKey{provider, model}
	m.mu.RLock()
	row, ok := m.known.Get(key, time.Time{})
	m.mu.RUnlock()
	if ok {
		return row
	}
	row = m.lookUp(provider, model)
	if len(provider) > maxMatchName || len(model) > maxMatchName {
		return row
	}
	key = matchKey{strings.Clone(provider), strings.Clone(model)} // the span's memory is not ours to keep
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known.Put(key, row, time.Time{})
	return row
}

func (m *matches) lookUp(provider, model string) pricedModel {
	row := m.table.Find(provider, model)
	if row == nil {
		return pricedModel{}
	}
	seller := row.Provider
	if provider != "" {
		seller = m.table.Provider(provider) // Azure sells at OpenAI's rows, but the contract is with Azure
	}
	return pricedModel{model: row, factor: m.factors[seller]}
}

func (m *matches) len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.known.Len()
}

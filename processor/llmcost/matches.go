package llmcost

import (
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// maxMatches, maxMatchName and maxServers bound what distinct model names can make the processor remember: about 2 MB of names of the
// usual length, 10 MB at the very most. A longer name is looked up each time.
const (
	maxMatches   = 20_000
	maxMatchName = 512
	maxServers   = 2_000
)

// matches remembers who sold a provider's model and at which price row, so that the price of a lookup does not depend on the size of the
// table. Unknown models are remembered too. It is safe for concurrent use.
type matches struct {
	table   *pricing.Table
	factors map[string]pricing.Factor // by provider id of the table
	local   string

	mu      sync.RWMutex
	known   *bounded.Map[question, sold]
	servers *bounded.Map[string, pricing.Seller] // by address
}

func newMatches(table *pricing.Table, factors map[string]pricing.Factor, local string) *matches {
	return &matches{
		table: table, factors: factors, local: local,
		known: bounded.New[question, sold](maxMatches, 0), servers: bounded.New[string, pricing.Seller](maxServers, 0),
	}
}

// find answers for a call, and the model under one of its names.
func (m *matches) find(op *dialect.Call, model string) sold {
	q := question{provider: op.Provider, sure: op.Sure, model: model}
	if op.Server != "" || op.URL != "" {
		q.at, q.torn = m.seller(op.Server, op.URL)
		q.foreign = q.at == pricing.Seller{}
	}
	m.mu.RLock()
	s, ok := m.known.Get(q, time.Time{})
	m.mu.RUnlock()
	if ok {
		return s
	}
	s = m.lookUp(q)
	if len(q.provider) > maxMatchName || len(model) > maxMatchName {
		return s
	}
	q.provider, q.model = strings.Clone(q.provider), strings.Clone(model) // the span's memory is not ours to keep
	q.at = pricing.Seller{Provider: strings.Clone(q.at.Provider), Region: strings.Clone(q.at.Region), Local: q.at.Local}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known.Put(q, s, time.Time{})
	return s
}

func (m *matches) lookUp(q question) sold {
	s := whoSold(m.table, q, m.local)
	s.speaks, s.paints = speaks(s.model), paints(s.model)
	if s.model != nil {
		s.kin = kinOf(s.model.ID)
	}
	if s.model == nil || s.reason != "" {
		return s // whose contract it falls under is not known
	}
	seller := s.model.Provider
	switch {
	case s.seller != "":
		seller = s.seller
	case q.provider != "":
		seller = m.table.Provider(q.provider) // Azure sells at OpenAI's rows, but the contract is with Azure
	}
	s.factor = m.factors[seller]
	if s.anyProfile() && m.table.SellerByName(q.model).Provider != "aws" {
		s.reason = pricing.GuessRegion
	}
	return s
}

// anyProfile says that Bedrock's price goes by the inference profile. Of a model that is called as its maker calls it none is told.
func (s *sold) anyProfile() bool {
	return s.model != nil && s.model.Provider == "aws" && !s.model.Own && s.reason == "" && strings.HasPrefix(s.model.ID, "regional.")
}

// othersMake says that the model that answered is another maker's than the one that was asked for, which is sold there: a gateway fell back
// to it.
func (m *matches) othersMake(answered, asked string, there *pricing.Model) bool {
	a, only := m.table.Maker(answered)
	if !only {
		return false
	}
	if b, _ := m.table.Maker(asked); b != nil {
		return a.Provider != b.Provider
	}
	// A name of the seller's own, as Bedrock's are, has the maker's or the family's in it; one of the user's own says nothing.
	family, _, _ := strings.Cut(strings.ToLower(answered[strings.LastIndexByte(answered, '/')+1:]), "-")
	return !there.Own && !genai.ContainsFold(asked, a.Provider) && !genai.ContainsFold(asked, family)
}

// seller is who answers at a span's addresses. torn is true where the two are not one seller's.
func (m *matches) seller(server, url string) (who pricing.Seller, torn bool) {
	if server == "" || url == "" {
		return m.sellerAt(server + url), false
	}
	a, b := m.sellerAt(server), m.sellerAt(url)
	switch {
	case b == pricing.Seller{}:
		return a, false
	case a == pricing.Seller{} || a.Local: // a proxy, and what it stands for
		return b, false
	case a.Provider == b.Provider:
		return a, false
	}
	return pricing.Seller{}, true
}

func (m *matches) sellerAt(address string) pricing.Seller {
	m.mu.RLock()
	s, ok := m.servers.Get(address, time.Time{})
	m.mu.RUnlock()
	if ok {
		return s
	}
	s = m.table.SellerAt(address)
	if len(address) <= maxMatchName {
		address = strings.Clone(address)
		s.Region = strings.Clone(s.Region)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.servers.Put(address, s, time.Time{})
	}
	return s
}

func (m *matches) len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.known.Len()
}

package history

import (
	"encoding/json"
	"maps"
	"os"
	"sync"

	"github.com/prometheus/prometheus/model/metadata"

	"github.com/otelcol-llm/otelcol-llm/internal/wholefile"
)

const (
	metadataName = "metadata.json"
	maxFamilies  = 10_000
)

// family is what is known of the metrics of one name, as /api/v1/metadata says it.
type family struct {
	Type string `json:"type"`
	Help string `json:"help"`
	Unit string `json:"unit"`
}

// metadataStore has type, help and unit of metrics, up to maxFamilies, in a file: the databases do not keep them.
type metadataStore struct {
	path    string
	mu      sync.Mutex
	all     map[string]family
	changed bool
}

// openMetadata begins anew where the file is none: it fills again as metrics come in.
func openMetadata(path string) *metadataStore {
	m := &metadataStore{path: path}
	if text, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(text, &m.all)
	}
	if m.all == nil || len(m.all) > maxFamilies {
		m.all = map[string]family{}
	}
	return m
}

func (m *metadataStore) set(name string, md metadata.Metadata) {
	if name == "" || md.IsEmpty() {
		return
	}
	f := family{Type: string(md.Type), Help: md.Help, Unit: md.Unit}
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.all[name]
	if known == f || !ok && len(m.all) >= maxFamilies {
		return
	}
	m.all[name] = f
	m.changed = true
}

func (m *metadataStore) get() map[string]family {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.all)
}

func (m *metadataStore) save() error {
	m.mu.Lock()
	if !m.changed {
		m.mu.Unlock()
		return nil
	}
	text, err := json.Marshal(m.all)
	m.changed = false
	m.mu.Unlock()
	if err == nil {
		err = wholefile.Replace(m.path, 0o600, wholefile.Bytes(text))
	}
	if err != nil {
		m.mu.Lock()
		m.changed = true
		m.mu.Unlock()
	}
	return err
}

package pricing

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// Data is a price table as it is stored: gzipped JSON.
type Data struct {
	Source    string         `json:"source"`   // "@pydantic/genai-prices"
	Version   string         `json:"version"`  // of the source
	Released  string         `json:"released"` // date of that version, "2006-01-02"
	Providers []ProviderData `json:"providers"`
	Overlay   Overlay        `json:"overlay"`
}

// ProviderData is one provider. The order of providers and of models is part of the data: the first match wins.
type ProviderData struct {
	ID         string      `json:"id"`
	Match      *Clause     `json:"match,omitempty"`       // other names of the provider
	ModelMatch *Clause     `json:"model_match,omitempty"` // models that name the provider by themselves
	API        string      `json:"api,omitempty"`         // pattern of its addresses
	Fallback   []string    `json:"fallback,omitempty"`    // providers whose rows count where this one has none
	Models     []ModelData `json:"models"`
}

// ModelData is one row.
type ModelData struct {
	ID     string     `json:"id"`
	Match  Clause     `json:"match"`
	Prices []ListData `json:"prices"`
}

// ListData is one price list: from a date ("2006-01-02", UTC), or between two times of day, or always.
type ListData struct {
	From  string   `json:"from,omitempty"`
	Daily []string `json:"daily,omitempty"`
	Rates string   `json:"rates"` // as FormatRates writes it
}

// Overlay is what the source lacks.
type Overlay struct {
	Source       string       `json:"source,omitempty"`
	ServiceTiers []TierRule   `json:"service_tiers,omitempty"`
	Regions      []RegionRule `json:"regions,omitempty"`
	MinAudio     []AudioRule  `json:"min_audio,omitempty"`
	Fees         []FeeRule    `json:"fees,omitempty"`
	Rows         []RowRule    `json:"rows,omitempty"`
	Doubts       []DoubtRule  `json:"doubts,omitempty"`
}

// RowRule is a whole row that comes before the source's own of the provider: one that the source lacks, or the right one for names that
// a row of the source takes in by mistake.
type RowRule struct {
	Provider string     `json:"provider"`
	ID       string     `json:"id"`
	Match    Clause     `json:"match"`
	Prices   []ListData `json:"prices"`
	Source   string     `json:"source"` // where the price was read
	Read     string     `json:"read"`   // and when, "2006-01-02"; a Cost names it
}

// DoubtRule names models whose right price is not in the table: the row's is a guess.
type DoubtRule struct {
	Provider string  `json:"provider"`
	Match    *Clause `json:"match,omitempty"`    // of the model's name; none: all
	From     string  `json:"from,omitempty"`     // only since that day
	Above    int64   `json:"above,omitempty"`    // only of calls with more input tokens
	Searches bool    `json:"searches,omitempty"` // only of calls that searched: it is the fee that is a guess
	Seller   bool    `json:"seller,omitempty"`   // the provider does not sell the model: who did is a guess
	Source   string  `json:"source"`             // why
}

// TierRule is a factor on the list price of the provider's models in a service tier. The first rule that fits wins.
type TierRule struct {
	Provider string   `json:"provider"` // "" for rows and calls without a provider
	Tier     string   `json:"tier"`
	Models   []string `json:"models,omitempty"` // row ids; empty: all
	Factor   string   `json:"factor"`
}

// RegionRule is a factor on the list price at the endpoints of a region ("*": all but the global one).
type RegionRule struct {
	Provider string  `json:"provider"`
	Region   string  `json:"region"`
	Match    *Clause `json:"match,omitempty"`   // of the model's name
	Factor   string  `json:"factor"`            // on the list price
	Unknown  bool    `json:"unknown,omitempty"` // the price there is not known, so that what the factor gives is a guess
}

// AudioRule is the shortest audio that the provider bills.
type AudioRule struct {
	Provider string   `json:"provider"`
	Models   []string `json:"models"`
	Seconds  int64    `json:"seconds"`
}

// FeeRule is what tools of the provider cost by use, beside models whose rows do not say it. The first rule that fits wins.
type FeeRule struct {
	Provider string  `json:"provider"`
	Match    *Clause `json:"match,omitempty"` // of the model's name
	Rates    string  `json:"rates"`           // as FormatRates writes it
}

// Encode writes a table. Equal data gives equal bytes.
func Encode(d *Data) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	j := json.NewEncoder(z)
	j.SetEscapeHTML(false)
	if err := errors.Join(j.Encode(d), z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// maxTable bounds an unpacked table; the present one is a third of a megabyte.
const maxTable = 64 << 20

// Decode reads a table and checks all of it.
func Decode(b []byte) (*Table, error) {
	d, err := decodeData(b)
	if err != nil {
		return nil, err
	}
	t, err := newTable(d)
	if err != nil {
		return nil, err
	}
	return t, t.check()
}

func decodeData(b []byte) (*Data, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("price table: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxTable+1))
	if err != nil {
		return nil, fmt.Errorf("price table: %w", err)
	}
	if len(text) > maxTable {
		return nil, fmt.Errorf("price table is larger than %d bytes unpacked", maxTable)
	}
	d := &Data{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("price table: %w", err)
	}
	return d, nil
}

// List makes a stored price list ready.
func (l *ListData) List() (PriceList, error) {
	var p PriceList
	var err error
	if l.From != "" {
		if p.From, err = time.Parse(time.DateOnly, l.From); err != nil {
			return p, err
		}
	}
	switch len(l.Daily) {
	case 0:
	case 2:
		start, err := ParseTimeOfDay(l.Daily[0])
		end, err2 := ParseTimeOfDay(l.Daily[1])
		if err = errors.Join(err, err2); err != nil {
			return p, err
		}
		p.Windows = []Window{NewWindow(start, end, 0)}
	default:
		return p, errors.New("daily needs a start and an end")
	}
	p.Rates, err = ParseRates(l.Rates)
	return p, err
}

// check reports everything that would fail later: patterns, prices, dates, fallbacks to nowhere.
func (t *Table) check() error {
	var errs []error
	if _, err := time.Parse(time.DateOnly, t.data.Released); err != nil {
		errs = append(errs, fmt.Errorf("price table: released: %w", err))
	}
	for i := range t.data.Providers {
		p := &t.data.Providers[i]
		errs = append(errs, p.check(t))
	}
	for i := range t.data.Overlay.Rows {
		errs = append(errs, t.data.Overlay.Rows[i].check())
	}
	for i := range t.providers {
		for _, r := range t.providers[i].index.rows {
			if _, err := r.model(); err != nil {
				errs = append(errs, fmt.Errorf("%s/%s: %w", t.providers[i].id, r.id, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (r *RowRule) check() error {
	_, err := time.Parse(time.DateOnly, r.Read)
	err = errors.Join(err, r.Match.Check())
	if r.Source == "" {
		err = errors.Join(err, errors.New("no source"))
	}
	if err != nil {
		return fmt.Errorf("overlay: row %s: %w", clip(r.ID), err)
	}
	return nil
}

func (p *ProviderData) check(t *Table) error {
	var errs []error
	for _, c := range [...]*Clause{p.Match, p.ModelMatch} {
		if c != nil {
			errs = append(errs, c.Check())
		}
	}
	if _, err := regexp.Compile(p.API); err != nil {
		errs = append(errs, err)
	}
	for _, id := range p.Fallback {
		if t.byID[id] == nil {
			errs = append(errs, fmt.Errorf("fallback to unknown provider %q", clip(id)))
		}
	}
	for i := range p.Models {
		if err := p.Models[i].Match.Check(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", clip(p.Models[i].ID), err))
		}
		if len(p.Models[i].Prices) == 0 {
			errs = append(errs, fmt.Errorf("%s: no prices", clip(p.Models[i].ID)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", clip(p.ID), err)
	}
	return nil
}

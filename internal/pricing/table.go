package pricing

import (
	_ "embed" // the table
	"errors"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:generate make -C generate
//go:embed table.json.gz
var embedded []byte

// Table is a set of price rows. It does not change after it is made and may be shared.
type Table struct {
	data      *Data
	providers []*provider
	byID      map[string]*provider
	overlay   map[string]*rules
	user      []userRow
}

type provider struct {
	id       string
	match    matcher
	models   matcher
	api      func() *regexp.Regexp
	fallback []string
	index    rowIndex
}

// row is made ready when it is first found: a gateway meets a few of the table's 1,700 rows.
type row struct {
	id       string
	provider string
	match    *Clause
	words    func() map[string]int
	model    func() (Model, error) // as its own provider sells it, without what goes by the name asked for
}

// Row is one price row of a user's own.
type Row struct {
	Provider string // "" for any
	ID       string // shown in Cost.Row
	Origin   string // where the row stands, for audits: "my-prices.yaml:12"
	Match    Clause
	Prices   []PriceList       // never empty; a list without rates is free
	Tiers    map[string][]Rate // prices of service tiers, by name
}

type userRow struct {
	Row
	seller string // the table's id of Provider; "" for any
	match  matcher
	lists  []compiled
	tiers  []serviceTier
}

// Default is the embedded table, parsed once.
var Default = sync.OnceValue(func() *Table {
	d, err := decodeData(embedded)
	if err == nil {
		var t *Table
		if t, err = newTable(d); err == nil {
			return t
		}
	}
	panic("embedded price table: " + err.Error()) // a test proves that the embedded table decodes
})

func newTable(d *Data) (*Table, error) {
	t := &Table{data: d, byID: make(map[string]*provider, len(d.Providers))}
	var err error
	if t.overlay, err = compileOverlay(&d.Overlay); err != nil {
		return nil, err
	}
	for i := range d.Providers {
		pd := &d.Providers[i]
		if pd.ID == "" || t.byID[pd.ID] != nil {
			return nil, fmt.Errorf("price table: provider id %q is empty or twice there", clip(pd.ID))
		}
		p := &provider{id: pd.ID, fallback: pd.Fallback, api: lazyRegexp("^(?:" + pd.API + ")")}
		if pd.Match != nil {
			p.match = pd.Match.compile()
		}
		if pd.ModelMatch != nil {
			p.models = pd.ModelMatch.compile()
		}
		if pd.API == "" {
			p.api = nil
		}
		t.fill(p, pd)
		t.providers = append(t.providers, p)
		t.byID[pd.ID] = p
	}
	return t, nil
}

// fill gives the provider its rows: those of the overlay first.
func (t *Table) fill(p *provider, pd *ProviderData) {
	p.index = rowIndex{rows: make([]*row, 0, len(pd.Models)), named: make(map[string]int, len(pd.Models))}
	for i := range t.data.Overlay.Rows {
		if r := &t.data.Overlay.Rows[i]; r.Provider == pd.ID {
			p.index.add(t.newRow(pd.ID, &ModelData{ID: r.ID, Match: r.Match, Prices: r.Prices}, r.Read), &r.Match)
		}
	}
	for i := range pd.Models {
		p.index.add(t.newRow(pd.ID, &pd.Models[i], t.data.Released), &pd.Models[i].Match)
	}
}

func (t *Table) newRow(provider string, m *ModelData, read string) *row {
	words := sync.OnceValue(func() map[string]int { return namesOf(m) })
	return &row{id: m.ID, provider: provider, match: &m.Match, words: words, model: sync.OnceValues(func() (Model, error) {
		lists := make([]PriceList, len(m.Prices))
		for i := range m.Prices {
			var err error
			if lists[i], err = m.Prices[i].List(); err != nil {
				return Model{}, err
			}
		}
		ready := Model{Provider: provider, ID: m.ID, Row: provider + "/" + m.ID + "@" + read}
		var err error
		if ready.lists, err = compileLists(lists); err != nil {
			return Model{}, err
		}
		if r := t.overlay[provider]; r != nil {
			r.addTiers(&ready)
		}
		return ready, nil
	})}
}

func compileLists(lists []PriceList) ([]compiled, error) {
	if len(lists) == 0 {
		return nil, errors.New("no prices")
	}
	out := make([]compiled, len(lists))
	for i := range lists {
		var err error
		if out[i], err = compileList(lists[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// With is the table with a user's rows before its own. Rows that came with an earlier With are replaced.
func (t *Table) With(rows []Row) (*Table, error) {
	out := *t
	out.user = make([]userRow, len(rows))
	var errs []error
	for i := range rows {
		var err error
		if out.user[i], err = compileMatched(rows[i]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", rows[i].Origin, err))
		}
		if rows[i].Provider != "" {
			out.user[i].seller = t.Provider(rows[i].Provider)
		}
	}
	return &out, errors.Join(errs...)
}

func compileMatched(r Row) (userRow, error) {
	u, err := compileUser(r)
	if err = errors.Join(r.Match.Check(), err); err == nil {
		u.match = r.Match.compile()
	}
	return u, err
}

func compileUser(r Row) (userRow, error) {
	u := userRow{Row: r}
	var errs []error
	var err error
	if u.lists, err = compileLists(r.Prices); err != nil {
		errs = append(errs, err)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Tiers)) {
		list, err := compileList(PriceList{Rates: r.Tiers[name]})
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
		u.tiers = append(u.tiers, serviceTier{name: name, list: &list})
	}
	return u, errors.Join(errs...)
}

// Check reports what is wrong with a row's prices.
func (r *Row) Check() error {
	_, err := compileUser(*r)
	return err
}

// NewModel is a row that belongs to no table: the rates came with the call, or are a guess for every unknown model. Its Match is
// not looked at.
func (t *Table) NewModel(r Row) (*Model, error) {
	u, err := compileUser(r)
	if err != nil {
		return nil, err
	}
	return t.userModel(&u, t.Provider(r.Provider), strings.ToLower(r.ID)), nil
}

// Data is what the table was made from. It must not be changed.
func (t *Table) Data() *Data { return t.data }

// Version is the version of the source that the table was made from.
func (t *Table) Version() string { return t.data.Version }

// Released is the day on which that version appeared.
func (t *Table) Released() time.Time {
	day, err := time.Parse(time.DateOnly, t.data.Released)
	if err != nil {
		return time.Time{}
	}
	return day
}

// All lists the table's own rows in order.
func (t *Table) All() iter.Seq[*Model] {
	return func(yield func(*Model) bool) {
		for _, p := range t.providers {
			for _, r := range p.index.rows {
				if m := t.model(r, p.id, strings.ToLower(r.id)); m != nil && !yield(m) {
					return
				}
			}
		}
	}
}

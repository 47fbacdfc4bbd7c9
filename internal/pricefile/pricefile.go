// Package pricefile reads a user's own price rows, in the schema of genai-prices, from a YAML (or JSON) file or from the
// collector's configuration. All faults of a file are reported at once, each with file, line, key and reason.
//
//   - provider: openai                       # without a provider the row holds for all
//     match: {starts_with: "ft:gpt-4o-mini"} # or equals, ends_with, contains, regex, and, or, not; or id: NAME alone
//     prices: {input_mtok: 0.3, output_mtok: 1.2, cache_read_mtok: 0.15}
//   - match: {starts_with: "llama-local"}
//     prices: {}                             # free, which is not the same as unknown
//   - id: deepseek-local
//     prices: {input_mtok: 0.6, off_peak: {windows: [{hours_utc: "16:30-00:30", weekdays: [1, 2, 3, 4, 5]}, {weekdays: [6, 7]}], input_mtok: 0.3}}
package pricefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// Bounds of a price file.
const (
	maxBytes = 4 << 20
	maxRows  = 10_000
	maxDepth = 20
	maxErrs  = 50
)

// noRows is what a file without rows is told. An editor that saves in place empties the file first, and who reads at that moment must
// not take it for a file that has no rows any more.
const noRows = "there are no price rows; a file that is to have none says []"

// ParseFile reads a price file.
func ParseFile(path string) ([]pricing.Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	return Parse(path, b)
}

// Parse reads the text of a price file: a list of rows, or a mapping whose key models holds one. Name stands in errors and in the
// rows' Origin.
func Parse(name string, text []byte) ([]pricing.Row, error) {
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%s: a price file may have at most %d bytes", name, maxBytes)
	}
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %s", name, noRows)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: a price file is one YAML document", name)
	}
	p := &parser{name: name}
	rows := p.document(doc.Content[0])
	return p.result(rows)
}

// FromConfig reads rows that stand in a configuration as lists and maps. Path names the value, such as "prices::models".
func FromConfig(models any, path string) ([]pricing.Row, error) {
	p := &parser{}
	n, err := node(models, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p.result(p.rows(n, path))
}

// Inline reads the value of one row's prices: {input_mtok: 0.3, …}. The row has no match.
func Inline(prices any, path string) (pricing.Row, error) {
	p := &parser{}
	n, err := node(prices, 0)
	if err != nil {
		return pricing.Row{}, fmt.Errorf("%s: %w", path, err)
	}
	r := pricing.Row{ID: "inline", Origin: path}
	p.prices(n, path, &r)
	_, err = p.result([]pricing.Row{r})
	return r, err
}

// parser collects faults; what it returns counts only when there are none.
type parser struct {
	name string // of the file; empty for a configuration
	errs []error
	more int
}

func (p *parser) fault(n *yaml.Node, path, format string, args ...any) {
	if len(p.errs) >= maxErrs {
		p.more++
		return
	}
	p.errs = append(p.errs, fmt.Errorf("%s: %s", p.at(n, path), fmt.Sprintf(format, args...)))
}

// at says where a node stands.
func (p *parser) at(n *yaml.Node, path string) string {
	switch {
	case p.name == "":
		return path
	case path == "":
		return fmt.Sprintf("%s:%d", p.name, n.Line)
	}
	return fmt.Sprintf("%s:%d: %s", p.name, n.Line, path)
}

func (p *parser) result(rows []pricing.Row) ([]pricing.Row, error) {
	if p.more > 0 {
		p.errs = append(p.errs, fmt.Errorf("and %d more faults", p.more))
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return rows, nil
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/otelcol-llm/otelcol-llm/internal/cli"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

func (c *command) models(_ context.Context, args []string) error {
	fs := c.flags("models", "[FLAGS] [TEXT]")
	var tf tableFlags
	tf.register(fs)
	provider := fs.String("provider", "", "only models of this provider `ID`")
	rest, err := cli.Parse(fs, args, 0, 1)
	if err != nil {
		return err
	}
	table, err := loadTable(tf.table)
	if err != nil {
		return err
	}
	own, err := tf.rows()
	if err != nil {
		return err
	}
	text := strings.ToLower(strings.Join(rest, ""))
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for i := range own {
		listOwn(w, table, &own[i], *provider, text)
	}
	for _, p := range table.Data().Providers {
		if *provider != "" && p.ID != *provider {
			continue
		}
		for _, m := range p.Models {
			name := p.ID + "/" + m.ID
			if !strings.Contains(strings.ToLower(name), text) {
				continue
			}
			for _, l := range m.Prices {
				fmt.Fprintf(w, "%s\t%s\n", name, describe(l))
			}
		}
	}
	return w.Flush()
}

// listOwn writes a row of the user's own as the table's are written, with * for any provider and where the row stands.
func listOwn(w io.Writer, table *pricing.Table, r *pricing.Row, provider, text string) {
	if provider != "" && r.Provider != "" && table.Provider(r.Provider) != table.Provider(provider) {
		return
	}
	name := cmp.Or(r.Provider, "*") + "/" + r.ID
	if !strings.Contains(strings.ToLower(name), text) {
		return
	}
	for _, l := range r.Prices {
		fmt.Fprintf(w, "%s\t%s  (%s)\n", name, pricesText(&l), r.Origin)
	}
}

// describe writes a price list of the table in USD, with its constraint.
func describe(l pricing.ListData) string {
	list, err := l.List()
	if err != nil {
		return l.Rates
	}
	return pricesText(&list)
}

func pricesText(l *pricing.PriceList) string {
	s := cmp.Or(ratesText(l.Rates), "free")
	if when := l.When(); when != "" {
		s += "  " + when
	}
	return s
}

func ratesText(rates []pricing.Rate) string {
	parts := make([]string, len(rates))
	for i := range rates {
		parts[i] = rates[i].String()
	}
	return strings.Join(parts, "  ")
}

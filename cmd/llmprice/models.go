package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

func (c *command) models(_ context.Context, args []string) error {
	fs := c.flags("models", "[FLAGS] [TEXT]")
	var tf tableFlags
	tf.register(fs)
	provider := fs.String("provider", "", "only models of this provider `ID`")
	if err := parse(fs, args, 1); err != nil {
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
	text := strings.ToLower(fs.Arg(0))
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
		from, daily := "", []string(nil)
		if !l.From.IsZero() {
			from = l.From.UTC().Format(time.RFC3339)
		}
		if l.Daily != nil {
			midnight := time.Time{}
			daily = []string{midnight.Add(l.Daily.Start).Format("15:04:05Z"), midnight.Add(l.Daily.End).Format("15:04:05Z")}
		}
		fmt.Fprintf(w, "%s\t%s  (%s)\n", name, pricesText(ratesText(l.Rates), from, daily), r.Origin)
	}
}

// describe writes a price list of the table in USD, with its constraint.
func describe(l pricing.ListData) string {
	rates, err := pricing.ParseRates(l.Rates)
	if err != nil {
		return pricesText(l.Rates, l.From, l.Daily)
	}
	return pricesText(ratesText(rates), l.From, l.Daily)
}

func ratesText(rates []pricing.Rate) string {
	parts := make([]string, len(rates))
	for i := range rates {
		parts[i] = rates[i].String()
	}
	return strings.Join(parts, "  ")
}

func pricesText(rates, from string, daily []string) string {
	s := cmp.Or(rates, "free")
	switch {
	case from != "":
		s += "  from " + from
	case len(daily) == 2:
		s += "  daily " + daily[0] + " to " + daily[1]
	}
	return s
}

package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

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
	table, err := tf.load()
	if err != nil {
		return err
	}
	text := strings.ToLower(fs.Arg(0))
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
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

// describe writes a price list in USD, with its constraint.
func describe(l pricing.ListData) string {
	s := l.Rates
	if rates, err := pricing.ParseRates(l.Rates); err == nil {
		parts := make([]string, len(rates))
		for i := range rates {
			parts[i] = rates[i].String()
		}
		s = strings.Join(parts, "  ")
	}
	if s == "" {
		s = "free"
	}
	switch {
	case l.From != "":
		s += "  from " + l.From
	case len(l.Daily) == 2:
		s += "  daily " + l.Daily[0] + " to " + l.Daily[1]
	}
	return s
}

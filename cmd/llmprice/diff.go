package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/cli"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

func (c *command) diff(_ context.Context, args []string) error {
	fs := c.flags("diff", "OLD [NEW]   (with one file: the built-in table is OLD)")
	files, err := cli.Parse(fs, args, 1, 2)
	if err != nil {
		return err
	}
	if len(files) == 1 {
		files = []string{"", files[0]}
	}
	before, err := loadTable(files[0])
	if err != nil {
		return err
	}
	after, err := loadTable(files[1])
	if err != nil {
		return err
	}
	a, b := before.Data(), after.Data()
	fmt.Fprintf(c.out, "%s %s (%s) → %s (%s)\n", a.Source, a.Version, a.Released, b.Version, b.Released)
	changes := compare(rowsOf(a), rowsOf(b))
	for _, line := range changes {
		fmt.Fprintln(c.out, line)
	}
	if len(changes) == 0 {
		fmt.Fprintln(c.out, "no price changed")
	}
	return nil
}

// rowsOf are the prices by row. A table may hold an id several times at one provider; the second is "id #2".
func rowsOf(d *pricing.Data) map[string]string {
	out := map[string]string{}
	for _, p := range d.Providers {
		for _, m := range p.Models {
			name := p.ID + "/" + m.ID
			for n := 2; ; n++ {
				if _, taken := out[name]; !taken {
					break
				}
				name = fmt.Sprintf("%s/%s #%d", p.ID, m.ID, n)
			}
			lists := make([]string, len(m.Prices))
			for i, l := range m.Prices {
				lists[i] = describe(l)
			}
			out[name] = strings.Join(lists, " | ")
		}
	}
	return out
}

func compare(before, after map[string]string) []string {
	var out []string
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a, was := before[name]
		b, is := after[name]
		switch {
		case !was:
			out = append(out, "+ "+name+"  "+b)
		case !is:
			out = append(out, "- "+name+"  "+a)
		case a != b:
			out = append(out, "~ "+name, "    was "+a, "    is  "+b)
		}
	}
	return out
}

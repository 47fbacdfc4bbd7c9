package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/cli"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// explainFlags are the flags of explain; each count has a unit.
type explainFlags struct {
	tableFlags
	call   pricing.Call
	at     string
	factor string
}

// counts are the flags for the common units; --usage serves all.
var counts = []struct {
	flag string
	unit pricing.Unit
	help string
}{
	{"input", pricing.UnitInput, "input `TOKENS`, cached ones included"},
	{"output", pricing.UnitOutput, "output `TOKENS`, reasoning included"},
	{"cache-read", pricing.UnitCacheRead, "`TOKENS` of the input that were read from the prompt cache"},
	{"cache-write", pricing.UnitCacheWrite, "`TOKENS` of the input that were written to the prompt cache"},
	{"cache-write-1h", pricing.UnitCacheWrite1h, "`TOKENS` of those that were written for an hour"},
	{"reasoning", pricing.UnitReasoning, "`TOKENS` of the output that were reasoning"},
	{"input-audio", pricing.UnitInputAudio, "`TOKENS` of the input that were audio"},
	{"output-audio", pricing.UnitOutputAudio, "`TOKENS` of the output that were audio"},
	{"web-searches", pricing.UnitWebSearches, "web searches, a `COUNT`"},
}

func (c *command) explain(_ context.Context, args []string) error {
	fs := c.flags("explain", "--model MODEL [FLAGS]")
	var f explainFlags
	f.register(fs)
	if _, err := cli.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if f.call.Model == "" {
		fmt.Fprintln(c.err, "--model is missing")
		fs.Usage()
		return cli.ErrUsage
	}
	table, err := f.load()
	if err != nil {
		return err
	}
	f.call.Time = c.now()
	if f.at != "" {
		if f.call.Time, err = parseTime(f.at); err != nil {
			return err
		}
	}
	factor, err := pricing.ParseFactor(f.factor)
	if err != nil {
		return err
	}
	m := table.Find(f.call.Provider, f.call.Model)
	if m == nil {
		return fmt.Errorf("no price for model %q at provider %q; llmprice models searches the table", f.call.Model, f.call.Provider)
	}
	e, err := m.Explain(&f.call, factor)
	if err != nil {
		return err
	}
	if f.call.Usage.Empty() {
		return showRates(c.out, m, e)
	}
	return show(c.out, m, e)
}

// showRates shows the row where no counts were given: what the call cost is not known, which is not 0.
func showRates(out io.Writer, m *pricing.Model, e *pricing.Explanation) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	showRow(w, e)
	for i := range e.Rates {
		name, rate, _ := strings.Cut(e.Rates[i].String(), " ")
		fmt.Fprintf(w, "%s\t%s\n", name, rate)
	}
	if m.Free() {
		fmt.Fprint(w, freeText)
	} else {
		fmt.Fprintf(w, "total\tnot known: no usage; give --input, --output or another count (-h lists them)\n")
	}
	return w.Flush()
}

const freeText = "free\tthe row says that this model costs nothing\n"

func showRow(w io.Writer, e *pricing.Explanation) {
	fmt.Fprintf(w, "price\t%s\n", e.Cost.Row)
	if e.When != "" {
		fmt.Fprintf(w, "holds\t%s\n", e.When)
	}
}

func (f *explainFlags) register(fs *flag.FlagSet) {
	f.tableFlags.register(fs)
	fs.StringVar(&f.call.Provider, "provider", "", "`NAME` of the provider; without one the model's name decides")
	fs.StringVar(&f.call.Model, "model", "", "`NAME` of the model")
	fs.StringVar(&f.call.ServiceTier, "service-tier", "", "served `TIER`: batch, flex, priority; without one the list price")
	fs.StringVar(&f.call.Region, "region", "", "`REGION` of the endpoint")
	fs.StringVar(&f.at, "at", "", "`TIME` of the call, such as 2026-09-23T12:00:00Z (default now)")
	fs.StringVar(&f.factor, "factor", "1", "your contract's `FACTOR` on table prices, such as 0.9")
	for _, n := range counts {
		fs.Func(n.flag, n.help, func(s string) error { return f.set(n.unit, s) })
	}
	fs.Func("usage", "any other unit, `NAME=N`, such as input_document_pages=3; may be repeated", func(s string) error {
		name, n, _ := strings.Cut(s, "=")
		unit, ok := pricing.UnitByUsageName(name)
		if !ok {
			return errors.New("unknown unit")
		}
		return f.set(unit, n)
	})
}

func (f *explainFlags) set(unit pricing.Unit, text string) error {
	n, err := pricing.ParseQuantity(unit, text, 0)
	if err == nil {
		f.call.Usage.Set(unit, n)
	}
	return err
}

func show(out io.Writer, m *pricing.Model, e *pricing.Explanation) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	showRow(w, e)
	for _, l := range e.Lines {
		n := fmt.Sprint(l.Quantity)
		if l.Duration {
			n = time.Duration(l.Quantity).String()
		}
		fmt.Fprintf(w, "%s\t%s\t× %s USD per %s\t= %s USD\n", l.Name, n, l.Rate, l.Per, l.Amount)
	}
	if e.Factor != "1" {
		fmt.Fprintf(w, "service tier, region\t× %s\tnot on fees\n", e.Factor)
	}
	if e.Contract != "1" {
		fmt.Fprintf(w, "contract\t× %s\n", e.Contract)
	}
	fmt.Fprintf(w, "input\t%s USD\noutput\t%s USD\ntotal\t%s USD\n", e.Input, e.Output, e.Total)
	if e.Cost.Saved != 0 {
		fmt.Fprintf(w, "saved by caching\t%s USD\n", nano(e.Cost.Saved))
	}
	if e.Cost.Guess != "" {
		fmt.Fprintf(w, "estimated\t%s\n", e.Cost.Guess)
	}
	if m.Free() {
		fmt.Fprint(w, freeText)
	}
	return w.Flush()
}

// nano writes nano-USD as USD.
func nano(n int64) string {
	s := fmt.Sprintf("%+011d", n)
	sign, digits := strings.TrimPrefix(s[:1], "+"), s[1:]
	whole, frac := digits[:len(digits)-9], strings.TrimRight(digits[len(digits)-9:], "0")
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}

// Command llmprice prices model calls from the shell, with the gateway's table, matching and arithmetic.
//
//	llmprice explain --provider openai --model gpt-4o-mini --input 1200 --cache-read 1024 --output 85
//	llmprice batch < calls.jsonl > priced.jsonl
//	llmprice models gpt-4o
//	llmprice refresh -o newer.json.gz && llmprice diff newer.json.gz
//
// Exit status: 0 when the command did its work, also when calls turn out to have no price or lines of a batch are bad (each line
// says so); 1 when explain finds no price, or something could not be read or written; 2 for wrong flags; 130 when it was interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/cli"
	"github.com/otelcol-llm/otelcol-llm/internal/pricefile"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// command is one run of the program; now and the streams are given so that tests can give theirs.
type command struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
}

const usage = `usage: llmprice COMMAND [FLAGS]

  explain   show the price row, each charge and the sum for one call
  batch     price JSON lines from standard input
  models    search the price table
  refresh   write a newer price table from the npm package @pydantic/genai-prices
  diff      show what differs between two price tables

llmprice COMMAND -h shows the flags.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := &command{in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now}
	os.Exit(c.run(ctx, os.Args[1:]))
}

func (c *command) run(ctx context.Context, args []string) int {
	p := cli.Program{Usage: usage, Out: c.out, Err: c.err, Commands: map[string]func(context.Context, []string) error{
		"explain": c.explain, "batch": c.batch, "models": c.models, "refresh": c.refresh, "diff": c.diff,
	}}
	err := p.Run(ctx, args)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, cli.ErrUsage):
		return 2
	case ctx.Err() != nil:
		fmt.Fprintln(c.err, "llmprice: interrupted")
		return 130
	}
	fmt.Fprintln(c.err, "llmprice:", err)
	return 1
}

// flags makes the flag set of a command.
func (c *command) flags(name, args string) *flag.FlagSet {
	return cli.Flags("llmprice "+name, args, c.err)
}

// tableFlags choose the price table.
type tableFlags struct{ table, prices string }

func (t *tableFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&t.table, "table", "", "price table `FILE` that refresh wrote, instead of the built-in one")
	fs.StringVar(&t.prices, "prices", "", "YAML `FILE` with your own price rows, which come first")
}

func (t *tableFlags) load() (*pricing.Table, error) {
	table, err := loadTable(t.table)
	if err != nil || t.prices == "" {
		return table, err
	}
	rows, err := t.rows()
	if err != nil {
		return nil, err
	}
	return table.With(rows)
}

// rows are the user's own.
func (t *tableFlags) rows() ([]pricing.Row, error) {
	if t.prices == "" {
		return nil, nil
	}
	return pricefile.ParseFile(t.prices)
}

// loadTable reads a table file; without a name it is the built-in table.
func loadTable(name string) (*pricing.Table, error) {
	if name == "" {
		return pricing.Default(), nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	table, err := pricing.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return table, nil
}

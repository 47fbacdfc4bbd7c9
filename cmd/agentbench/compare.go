package main

import (
	"context"
	"fmt"
	"os"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/bench"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/compare"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/report"
	"github.com/otelcol-llm/otelcol-llm/internal/cli"
)

func (c *command) capacity(ctx context.Context, args []string) error {
	var f runFlags
	rest, err := f.register(c, "capacity")(args)
	if err != nil {
		return err
	}
	return c.onFile(ctx, rest[0], &f, func(b *bench.Bench, ctx context.Context) (*report.Report, error) {
		if b.File.Capacity == nil {
			fmt.Fprintf(c.err, "%s:1: capacity: is needed, such as capacity: {search: rate, min: 0.5, max: 200}\n", rest[0])
			return nil, cli.ErrUsage
		}
		return b.Capacity(ctx)
	})
}

// compare says whether the second run is worse than the first.
func (c *command) compare(_ context.Context, args []string) error {
	fs := c.flags("compare", "OLD.json NEW.json")
	var o compare.Options
	fs.Float64Var(&o.Alpha, "alpha", 0.01, "probability of a false alarm, of all figures together")
	fs.Float64Var(&o.MinEffect, "min-effect", 0.05, "smallest relative difference that counts")
	rest, err := cli.Parse(fs, args, 2, 2)
	if err != nil {
		return err
	}
	var runs [2]*compare.Run
	for i, name := range rest {
		if runs[i], err = readRun(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	r := compare.Runs(runs[0], runs[1], o)
	if err := r.Write(c.out); err != nil {
		return err
	}
	if r.Worse || r.Unusable {
		return errBroken
	}
	return nil
}

func readRun(name string) (*compare.Run, error) {
	f, err := os.Open(name) //nolint:gosec // the file is the user's own argument
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return compare.Read(f)
}

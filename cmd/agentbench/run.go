package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/bench"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/progress"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/report"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/resources"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/spans"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/target"
	"github.com/otelcol-llm/otelcol-llm/internal/cli"
	"github.com/otelcol-llm/otelcol-llm/internal/wholefile"
)

// runFlags are those of commands that put load on a target.
type runFlags struct {
	scenario.Output
	raw bool
}

func (f *runFlags) register(c *command, name string) func([]string) ([]string, error) {
	fs := c.flags(name, "FILE")
	fs.StringVar(&f.JSON, "json", "", "write the report to `FILE` instead of output.json of the scenario file (- is standard output)")
	fs.StringVar(&f.HTML, "html", "", "write a page to `FILE`, instead of output.html")
	fs.StringVar(&f.JUnit, "junit", "", "write the checks as JUnit to `FILE`, instead of output.junit")
	fs.BoolVar(&f.raw, "raw", false, "put every request into the JSON report")
	return func(args []string) ([]string, error) { return cli.Parse(fs, args, 1, 1) }
}

func (c *command) runFile(ctx context.Context, args []string) error {
	var f runFlags
	rest, err := f.register(c, "run")(args)
	if err != nil {
		return err
	}
	return c.onFile(ctx, rest[0], &f, (*bench.Bench).Run)
}

// onFile reads a scenario file, does work with it, and writes the report.
func (c *command) onFile(ctx context.Context, path string, f *runFlags, work func(*bench.Bench, context.Context) (*report.Report, error)) error {
	file, err := scenario.Read(path, c.lookup)
	if err != nil {
		fmt.Fprintln(c.err, err)
		return cli.ErrUsage
	}
	file.Output.JSON = cmp.Or(f.JSON, file.Output.JSON)
	file.Output.HTML, file.Output.JUnit = cmp.Or(f.HTML, file.Output.HTML), cmp.Or(f.JUnit, file.Output.JUnit)
	to, err := target.New(&file.Target, c.transport)
	if err != nil {
		return err
	}
	line := progress.New(c.err, c.terminal)
	b := &bench.Bench{
		ID: newID(), File: file, Target: to, OwnCPU: resources.OwnCPU, Cores: runtime.GOMAXPROCS(0), Tell: line.Tell, KeepRaw: f.raw,
		Watch: func(p []scenario.Process) bench.Watch { return resources.Watch(p) },
	}
	if file.Gateway != nil {
		b.Ledger = spans.NewLedger()
		server, err := spans.Listen(ctx, file.Gateway.OTLP, b.Ledger)
		if err != nil {
			return fmt.Errorf("gateway.otlp: %w", err)
		}
		defer server.Stop()
	}
	r, err := work(b, ctx)
	line.End()
	if err != nil {
		return err
	}
	if err := c.write(file, r); err != nil {
		return err
	}
	if !r.Summary.Passed {
		return errBroken
	}
	return nil
}

// newID is what a run is called: the time, and so many random digits that no two have the same.
func newID() string {
	var b [3]byte
	_, _ = rand.Read(b[:]) // never fails
	return time.Now().UTC().Format("20060102-150405") + "-" + hex.EncodeToString(b[:])
}

// write writes the files that were asked for, and the text for people.
func (c *command) write(file *scenario.File, r *report.Report) error {
	text := c.out
	for _, one := range []struct {
		name string
		how  func(io.Writer) error
	}{
		{file.Output.JSON, r.WriteJSON}, {file.Output.HTML, r.WriteHTML}, {file.Output.JUnit, r.WriteJUnit},
	} {
		switch one.name {
		case "":
			continue
		case "-":
			text = c.err
			if err := one.how(c.out); err != nil {
				return err
			}
			continue
		}
		if err := wholefile.Replace(one.name, 0o666, one.how); err != nil {
			return err
		}
	}
	return r.WriteText(text)
}

package main

import (
	"context"
	"fmt"
	"math"
	"os"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/record"
	"github.com/otelcol-llm/otelcol-llm/internal/cli"
)

// record writes a scenario file to standard output.
func (c *command) record(_ context.Context, args []string) error {
	rest, err := cli.Parse(c.flags("record", "CAPTURES… > scenario.yaml"), args, 1, math.MaxInt)
	if err != nil {
		return err
	}
	var r record.Recorder
	for _, name := range rest {
		data, err := os.ReadFile(name) //nolint:gosec // the file is the user's own argument
		if err != nil {
			return err
		}
		if err := r.Add(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.Write(c.out)
}

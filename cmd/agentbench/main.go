// Command agentbench puts load on an agent and says how many users it serves within its SLO, what a good answer costs by the spans that
// the gateway has priced, where the time went, and whether it got worse.
//
//	agentbench run scenario.yaml
//	agentbench capacity scenario.yaml
//	agentbench compare yesterday.json today.json
//	agentbench record captures.json > scenario.yaml
//
// Exit status: 0 when all checks hold; 1 when one is broken or could not be answered, a scenario is invalid, the new run is worse, or
// something could not be done; 2 for wrong flags or a scenario file with faults; 130 when it was interrupted (the report is of what was done).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/target"
	"github.com/otelcol-llm/otelcol-llm/internal/cli"
)

// command is one run of the program; what it needs of the world is given so that tests can give theirs.
type command struct {
	out, err  io.Writer
	terminal  bool // err is one
	transport http.RoundTripper
	lookup    func(string) (string, bool)
}

// errBroken is a run that did its work and found what must not be.
var errBroken = errors.New("broken")

const usage = `usage: agentbench COMMAND [FLAGS] ARGUMENTS

  run FILE            run the scenarios of a file and report
  capacity FILE       search the largest load within the SLO
  record CAPTURES…    write a scenario of what users did, from spans (OTLP JSON)
  compare OLD NEW     say whether the second JSON report is worse than the first

agentbench COMMAND -h shows the flags. docs/agentbench.md describes the file.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() { // a second Ctrl-C ends at once
		<-ctx.Done()
		stop()
	}()
	info, err := os.Stderr.Stat()
	c := &command{
		out: os.Stdout, err: os.Stderr, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, transport: target.Transport(), lookup: os.LookupEnv,
	}
	os.Exit(c.run(ctx, os.Args[1:]))
}

func (c *command) run(ctx context.Context, args []string) int {
	p := cli.Program{Usage: usage, Out: c.out, Err: c.err, Commands: map[string]func(context.Context, []string) error{
		"run": c.runFile, "capacity": c.capacity, "compare": c.compare, "record": c.record,
	}}
	err := p.Run(ctx, args)
	switch {
	case errors.Is(err, cli.ErrUsage):
		return 2
	case ctx.Err() != nil && (err == nil || errors.Is(err, errBroken)):
		fmt.Fprintln(c.err, "agentbench: interrupted; the report is of what was done")
		return 130
	case err == nil:
		return 0
	case errors.Is(err, errBroken):
		return 1
	}
	fmt.Fprintln(c.err, "agentbench:", err)
	return 1
}

// flags makes the flag set of a command.
func (c *command) flags(name, args string) *flag.FlagSet {
	return cli.Flags("agentbench "+name, "[FLAGS] "+args, c.err)
}

// Command ratios measures the distribution's parts against their peers and prints the table of bench/README.md. Run it from
// bench/. It ends with an error only when it cannot measure: a missed target is a finding, not a failure.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/bench"
)

func main() {
	only := flag.String("only", "", "sections to run, with commas between; all when empty")
	rounds := flag.Int("rounds", 20, "rounds of every subject in turn")
	pieces := flag.Int("pieces", 20, "pieces of work in a round")
	quickest := flag.Bool("quickest", false, "take the quickest round, not the median one; with one piece in a round it shows what code takes on a busy machine")
	flag.Parse()
	if err := run(*only, bench.Effort{Rounds: *rounds, Pieces: *pieces, Quickest: *quickest}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(only string, e bench.Effort) error {
	fmt.Printf("%s, %s/%s, %d cores\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	var wanted []string
	if only != "" {
		wanted = strings.Split(only, ",")
	}
	var rows []bench.Row
	var errs []error
	for _, s := range bench.Sections() {
		if wanted != nil && !slices.Contains(wanted, s.Name) {
			continue
		}
		more, err := s.Rows(e)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.Name, err))
		}
		rows = append(rows, more...)
	}
	return errors.Join(append(errs, bench.Write(os.Stdout, rows))...)
}

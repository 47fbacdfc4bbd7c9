// Command profile writes where the gateway spends its CPU under bench's load, for the compiler. Run it from bench/.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/otelcol-llm/otelcol-llm/bench"
)

func main() {
	seconds := flag.Int("seconds", 60, "how long to measure")
	out := flag.String("o", "../cmd/otelcol-llm/release.pgo", "the file to write")
	flag.Parse()
	profile, err := bench.Profile(*seconds)
	if err == nil {
		err = os.WriteFile(*out, profile, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

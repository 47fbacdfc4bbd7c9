package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// callsFile has calls from other projects' own price tests, one in JSON a line; both engines price all of them.
const callsFile = "testdata/calls.jsonl"

// Calls reads callsFile.
func Calls() ([]pricing.Call, error) {
	data, err := os.ReadFile(callsFile)
	if err != nil {
		return nil, err
	}
	var calls []pricing.Call
	for line := range strings.Lines(string(data)) {
		call, err := parseCall(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", callsFile, len(calls)+1, err)
		}
		calls = append(calls, call)
	}
	return calls, nil
}

func parseCall(line string) (pricing.Call, error) {
	var c struct {
		Provider, Model string
		Timestamp       time.Time
		Usage           map[string]float64
	}
	if err := json.Unmarshal([]byte(line), &c); err != nil {
		return pricing.Call{}, err
	}
	call := pricing.Call{Provider: c.Provider, Model: c.Model, Time: c.Timestamp}
	for name, n := range c.Usage {
		unit, ok := pricing.UnitByUsageName(name)
		if !ok {
			return call, fmt.Errorf("unknown unit %s", name)
		}
		if unit.Duration() {
			n *= float64(time.Second)
		}
		call.Usage.Set(unit, int64(n))
	}
	return call, nil
}

// Pricing are the subjects that price all calls: with the matches remembered as llmcost does it, with a search of the table
// for every call, and in JavaScript. stop ends the JavaScript engine.
func Pricing() (subjects []Subject, stop func() error, err error) {
	calls, err := Calls()
	if err != nil {
		return nil, nil, err
	}
	js, stop, err := javaScript(len(calls))
	if err != nil {
		return nil, nil, err
	}
	table := pricing.Default()
	type key struct{ provider, model string }
	known := bounded.New[key, *pricing.Model](20_000, 0)
	remembered := func(c *pricing.Call) *pricing.Model {
		k := key{c.Provider, c.Model}
		m, ok := known.Get(k, time.Time{})
		if !ok {
			m = table.Find(c.Provider, c.Model)
			known.Put(k, m, time.Time{})
		}
		return m
	}
	searched := func(c *pricing.Call) *pricing.Model { return table.Find(c.Provider, c.Model) }
	return []Subject{pricer("Find remembered + Price", calls, remembered), pricer("Find + Price", calls, searched), js}, stop, nil
}

func pricer(name string, calls []pricing.Call, find func(*pricing.Call) *pricing.Model) Subject {
	return Subject{Name: name, Unit: len(calls), Work: func() func() {
		return func() {
			for i := range calls {
				if _, err := find(&calls[i]).Price(&calls[i], pricing.Factor{}); err != nil {
					panic(fmt.Sprintf("%s %s: %v", calls[i].Provider, calls[i].Model, err))
				}
			}
		}
	}}
}

// jsRounds is how often the JavaScript engine prices all calls in one round.
const jsRounds = 50

func javaScript(n int) (Subject, func() error, error) {
	cmd := exec.Command("node", "js/price.mjs", callsFile)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return Subject{}, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Subject{}, nil, err
	}
	if err := cmd.Start(); err != nil {
		return Subject{}, nil, err
	}
	lines := bufio.NewReader(out)
	stop := func() error {
		_ = in.Close()
		return cmd.Wait()
	}
	return Subject{Name: "genai-prices (JavaScript)", Unit: n, Time: func() (float64, error) { return askJavaScript(in, lines) }}, stop, nil
}

// askJavaScript has the engine price all calls and gives the nanoseconds of one.
func askJavaScript(in io.Writer, out *bufio.Reader) (float64, error) {
	if _, err := fmt.Fprintln(in, jsRounds); err != nil {
		return 0, err
	}
	line, err := out.ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("js/price.mjs (npm ci in bench/js?): %w", err)
	}
	return strconv.ParseFloat(strings.TrimSpace(line), 64)
}

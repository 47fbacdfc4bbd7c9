package bench

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// budgetRows compare the default configuration with the same without budgets.
func budgetRows(Effort) ([]Row, error) {
	return withBinary(func(dir, binary string) (rows []Row, err error) {
		without := filepath.Join(dir, "no-budgets.yaml")
		if err := writeChanged(without, dropBudgets); err != nil {
			return nil, err
		}
		for _, calls := range []int{1, 100} {
			more, err := budgetsOf(binary, without, calls)
			if err != nil {
				return rows, err
			}
			rows = append(rows, more...)
		}
		for _, senders := range []int{1, 8, 64} {
			row, err := singleCalls(binary, without, senders)
			if err != nil {
				return rows, err
			}
			rows = append(rows, row)
		}
		agents, err := AgentMix()
		if err != nil {
			return rows, err
		}
		p, err := ComparePipelines(agents, PipelineEffort{Rounds: 4, Requests: 60, Senders: 4},
			Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: without})
		if err != nil {
			return rows, err
		}
		return append(rows, cpuRow(agents.Name, "budgets", p)), nil
	})
}

// budgetsOf sends batches of n model calls, four at a time for the CPU and 64 at a time for the rest.
func budgetsOf(binary, without string, n int) (rows []Row, err error) {
	b, err := CallsOnly(n, FourModels)
	if err != nil {
		return nil, err
	}
	const inMemory = "/dev/shm"
	name := fmt.Sprintf("model calls in batches of %d", n)
	effort := PipelineEffort{Rounds: 4, Requests: max(20, 1500/n), Senders: 4}
	p, err := ComparePipelines(b, effort, Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: without})
	if err != nil {
		return nil, err
	}
	rows = append(rows, cpuRow(name, "budgets", p))
	effort.Senders, effort.Requests = 64, max(10, 100/n)
	if _, err := os.Stat(inMemory); err == nil {
		effort.State = inMemory
		if p, err = ComparePipelines(b, effort, Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: without}); err != nil {
			return rows, err
		}
		row := Row{What: "spans/s, ledger on tmpfs, 64 in flight, " + name, Ratio: p[0].SpansPerS / p[1].SpansPerS}
		row.Ours, row.Peer = fmt.Sprintf("%.0f", p[0].SpansPerS), fmt.Sprintf("without budgets: %.0f", p[1].SpansPerS)
		rows = append(rows, AtLeast(row, ledgerTarget))
	}
	effort.State = ""
	if p, err = ComparePipelines(b, effort, Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: without}); err != nil {
		return rows, err
	}
	row := Row{What: "until acknowledged, with fsync, 64 in flight, " + name, Ratio: p[0].P50.Seconds() / p[1].P50.Seconds()}
	row.Ours = fmt.Sprintf("p50 %.1f ms, p99 %.1f ms; %.0f requests a commit", ms(p[0].P50), ms(p[0].P99), p[0].Requests/p[0].Commits)
	row.Peer = fmt.Sprintf("without budgets: p50 %.1f ms, p99 %.1f ms", ms(p[1].P50), ms(p[1].P99))
	return append(rows, row), nil
}

// singleCalls sends single calls from senders that each wait for the answer: one alone has a commit for each, many share them.
func singleCalls(binary, without string, senders int) (Row, error) {
	b, err := CallsOnly(1, FourModels)
	if err != nil {
		return Row{}, err
	}
	effort := PipelineEffort{Rounds: 4, Requests: 6000 / senders, Senders: senders}
	p, err := ComparePipelines(b, effort, Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: without})
	if err != nil {
		return Row{}, err
	}
	row := cpuRow(fmt.Sprintf("single model calls, senders: %d", senders), "budgets", p)
	row.Ours += fmt.Sprintf("; %.1f requests a commit", p[0].Requests/p[0].Commits)
	return row, nil
}

func ms(d interface{ Seconds() float64 }) float64 { return d.Seconds() * 1e3 }

// cpuRow compares the default configuration with the one that lacks a part.
func cpuRow(what, part string, p []Pipeline) Row {
	row := Row{What: "CPU of the gateway, " + what, Ratio: float64(p[0].CPUPerSpan) / float64(p[1].CPUPerSpan)}
	row.Ours = fmt.Sprintf("default configuration: %.1f µs a span", p[0].CPUPerSpan.Seconds()*1e6)
	row.Peer = fmt.Sprintf("without %s: %.1f µs a span", part, p[1].CPUPerSpan.Seconds()*1e6)
	return AtMost(row, partTarget)
}

// writeChanged writes the default configuration with a change.
func writeChanged(path string, change func(conf map[string]any) error) error {
	text, err := os.ReadFile(defaultConfig)
	if err != nil {
		return err
	}
	var conf map[string]any
	if err := yaml.Unmarshal(text, &conf); err != nil {
		return err
	}
	if err := change(conf); err != nil {
		return err
	}
	if text, err = yaml.Marshal(conf); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// dropBudgets removes budgetalert and what only it feeds.
func dropBudgets(conf map[string]any) error {
	delete(conf["connectors"].(map[string]any), "budgetalert")
	pipelines := conf["service"].(map[string]any)["pipelines"].(map[string]any)
	removed := 0
	for name, p := range pipelines {
		pipeline := p.(map[string]any)
		if slices.Contains(pipeline["receivers"].([]any), any("budgetalert")) {
			delete(pipelines, name)
			removed++
			continue
		}
		removed += dropExporter(pipeline, "budgetalert")
	}
	if removed == 0 {
		return errors.New("the default configuration has no budgets")
	}
	dropEmpty(conf, pipelines)
	return nil
}

// dropEmpty removes pipelines that lead nowhere any more, and the connectors that fed them.
func dropEmpty(conf, pipelines map[string]any) {
	for name, p := range pipelines {
		pipeline := p.(map[string]any)
		if len(pipeline["exporters"].([]any)) > 0 {
			continue
		}
		delete(pipelines, name)
		for _, fed := range pipeline["receivers"].([]any) {
			delete(conf["connectors"].(map[string]any), fed.(string))
			for _, other := range pipelines {
				dropExporter(other.(map[string]any), fed.(string))
			}
		}
	}
}

// dropExporter takes an exporter out of a pipeline, and is how often it was there.
func dropExporter(pipeline map[string]any, name string) int {
	exporters := pipeline["exporters"].([]any)
	kept := slices.DeleteFunc(slices.Clone(exporters), func(one any) bool { return one == name })
	pipeline["exporters"] = kept
	return len(exporters) - len(kept)
}

// Commits is how many requests the ledger recorded so far, in how many commits; 0 without budgets.
func (g *Gateway) Commits() (requests, commits float64, err error) {
	req, err := http.NewRequestWithContext(background, http.MethodGet, "http://"+g.Telemetry+"/metrics", http.NoBody)
	if err != nil {
		return 0, 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, nil //nolint:nilerr // a configuration without its own metrics
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		switch name {
		case "otelcol_budgetalert_requests":
			requests, err = strconv.ParseFloat(value, 64)
		case "otelcol_budgetalert_commits":
			commits, err = strconv.ParseFloat(value, 64)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return requests, commits, lines.Err()
}

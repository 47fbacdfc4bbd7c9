package bench

import "fmt"

// pipelineRows compare the default configuration with what a user would take instead: an ordinary Collector that only passes on, and
// contrib's components for the cost and the metrics of the same calls.
func pipelineRows(e Effort) ([]Row, error) {
	return withBinary(func(dir, binary string) (rows []Row, err error) {
		stock, err := BuildStock(dir)
		if err != nil {
			return nil, err
		}
		setups := []Setup{
			{Name: "default configuration", Binary: binary, Config: defaultConfig},
			{Name: "stock otlp → otlp", Binary: stock, Config: otlpOnlyConfig},
			{Name: "transform + spanmetrics", Binary: binary, Config: contribConfig},
			{Name: "the same with gzip to the backend, as the others", Binary: binary, Config: defaultConfig, Env: []string{"OTLP_BACKEND_COMPRESSION=gzip"}},
		}
		all, err := batches()
		if err != nil {
			return nil, err
		}
		for i, b := range all {
			requests := max(1, 15_000/b.Spans)
			p, err := ComparePipelines(b, PipelineEffort{Rounds: min(e.Rounds, 6), Requests: requests, Senders: 4}, setups...)
			if err != nil {
				return rows, err
			}
			rows = append(rows, gatewayRows(b.Name, i == agentTraces, setups, p)...)
		}
		return rows, nil
	})
}

// agentTraces is where batches has them: the targets are about them.
const agentTraces = 1

func gatewayRows(what string, targets bool, setups []Setup, p []Pipeline) (rows []Row) {
	for i, target := range []float64{stockTarget, contribTarget} {
		row := pipelineRow("CPU of the gateway, "+what, setups, p, 0, i+1)
		if targets {
			row = AtMost(row, target)
		}
		rows = append(rows, row)
	}
	rows = append(rows, pipelineRow("CPU of the gateway, "+what, setups, p, 0, 3))
	row := Row{What: "spans/s through the gateway, " + what, Ratio: p[0].SpansPerS / p[1].SpansPerS}
	row.Ours = fmt.Sprintf("%s: %.0f", setups[0].Name, p[0].SpansPerS)
	row.Peer = fmt.Sprintf("%s: %.0f", setups[1].Name, p[1].SpansPerS)
	return append(rows, row)
}

// pipelineRow compares the CPU of setup i with that of setup j.
func pipelineRow(what string, setups []Setup, p []Pipeline, i, j int) Row {
	side := func(k int) string {
		return fmt.Sprintf("%s: %.1f µs a span, %d MiB", setups[k].Name, p[k].CPUPerSpan.Seconds()*1e6, p[k].Memory>>20)
	}
	return Row{What: what, Ours: side(i), Peer: side(j), Ratio: float64(p[i].CPUPerSpan) / float64(p[j].CPUPerSpan)}
}

// growthRows say how the CPU of the default configuration grows with what it is sent.
func growthRows(e Effort) ([]Row, error) {
	return withBinary(func(_, binary string) (rows []Row, err error) {
		for _, kind := range []func() (string, []grown, error){byModels, bySeries, bySenders, bySize} {
			what, all, err := kind()
			if err != nil {
				return rows, err
			}
			var setups []Setup
			var loads []Loaded
			for _, g := range all {
				setup := Setup{Name: g.name, Binary: binary, Config: defaultConfig}
				setups = append(setups, setup)
				loads = append(loads, Loaded{setup, g.batch, g.senders, max(1, 20_000/g.batch.Spans/g.senders)})
			}
			p, err := CompareLoads(PipelineEffort{Rounds: min(e.Rounds, 4)}, loads...)
			if err != nil {
				return rows, err
			}
			for i := 1; i < len(p); i++ {
				rows = append(rows, pipelineRow("CPU of the gateway "+what, setups, p, i, 0))
			}
		}
		return rows, nil
	})
}

// grown is one size of what grows.
type grown struct {
	name    string
	batch   *Batch
	senders int
}

func byModels() (string, []grown, error) {
	var all []grown
	for _, n := range []int{1, 10, 100, 1000} {
		b, err := CallsOnly(1000, ManyModels(n))
		if err != nil {
			return "", nil, err
		}
		all = append(all, grown{fmt.Sprintf("%d models", n), b, 4})
	}
	return "by models, model calls", all, nil
}

func bySeries() (string, []grown, error) {
	var all []grown
	for _, models := range []int{1, 10, 100} { // of 80 to 8,000 spans: what a request takes by itself is little of each
		b, err := Fleet(20, models)
		if err != nil {
			return "", nil, err
		}
		all = append(all, grown{fmt.Sprintf("20 agents × %d models", models), b, 4})
	}
	return "by series", all, nil
}

func bySenders() (string, []grown, error) {
	b, err := AgentMix()
	var all []grown
	for _, n := range []int{1, 4, 16, 64} {
		all = append(all, grown{fmt.Sprintf("%d senders", n), b, n})
	}
	return "by senders, agent traces", all, err
}

func bySize() (string, []grown, error) {
	var all []grown
	for _, n := range []int{1000, 100, 10, 1} {
		b, err := CallsOnly(n, FourModels)
		if err != nil {
			return "", nil, err
		}
		all = append(all, grown{fmt.Sprintf("batches of %d", n), b, 4})
	}
	return "by spans a request, model calls", all, nil
}

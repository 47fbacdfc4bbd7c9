package bench

import (
	"fmt"
	"os"
)

// The targets, from the design of the distribution.
const (
	costTarget     = 0.25 // llmcost to the OTTL statements
	flatTarget     = 1.25 // llmcost with a thousand models to llmcost with four
	lookupTarget   = 20   // JavaScript to ours
	metricsTarget  = 0.5  // genaimetrics to spanmetrics
	pipelineTarget = 0.85 // throughput of the default configuration to that of passing on
	budgetTarget   = 1.10 // CPU of the gateway with budgets to that without
	ledgerTarget   = 0.90 // throughput of the gateway with budgets to that without, with the ledger in memory
)

// Section is one part of the report.
type Section struct {
	Name string
	Rows func(Effort) ([]Row, error)
}

// Sections are all parts of the report, in order.
func Sections() []Section {
	return []Section{
		{"cost", costRows},
		{"flat", flatRows},
		{"lookup", lookupRows},
		{"metrics", metricsRows},
		{"histogram", histogramRows},
		{"compression", compressionRows},
		{"pipeline", pipelineRows},
		{"budgets", budgetRows},
		{"alerts", alertRows},
	}
}

// batches are the spans that processors are compared on.
func batches() ([]*Batch, error) {
	var all []*Batch
	for _, make := range []func() (*Batch, error){
		Captures, AgentMix,
		func() (*Batch, error) { return CallsOnly(256, FourModels) },
		func() (*Batch, error) { return PlainOnly(64) },
	} {
		b, err := make()
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func costRows(e Effort) ([]Row, error) {
	all, err := batches()
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, b := range all {
		s, err := Costing(b, FourModels)
		if err != nil {
			return nil, err
		}
		replay, err := Replayed(b)
		if err != nil {
			return nil, err
		}
		r, err := Compare(e, append(s, replay)...)
		if err != nil {
			return nil, err
		}
		rows = append(rows,
			AtMost(Against(b.Name, s, r, 0, 1), costTarget),
			Against(b.Name, s, r, 0, 2), Against(b.Name, s, r, 0, 3), Against(b.Name, append(s, replay), r, 4, 0))
	}
	return rows, nil
}

func flatRows(e Effort) ([]Row, error) {
	s, err := Flatness(4, 100, 1000)
	if err != nil {
		return nil, err
	}
	r, err := Compare(e, s...)
	if err != nil {
		return nil, err
	}
	const what = "1,024 model calls"
	return []Row{AtMost(Against(what, s, r, 1, 0), flatTarget), AtMost(Against(what, s, r, 2, 0), flatTarget)}, nil
}

func lookupRows(e Effort) (rows []Row, err error) {
	s, stop, err := Pricing()
	if err != nil {
		return nil, err
	}
	r, err := Compare(e, s...)
	if err != nil {
		return nil, err
	}
	for i := range 2 {
		row := Row{
			What: "price of a call", Ours: s[i].Name + ": " + r[i].cost(), Peer: s[2].Name + ": " + r[2].cost(),
			Ratio: r[2].Nanos / r[i].Nanos,
		}
		rows = append(rows, AtLeast(row, lookupTarget))
	}
	return rows, stop()
}

func metricsRows(e Effort) ([]Row, error) {
	all, err := batches()
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, b := range all {
		if b, err = Priced(b); err != nil {
			return nil, err
		}
		s, err := SpansToMetrics(b)
		if err != nil {
			return nil, err
		}
		s = append(s, decode(b))
		r, err := Compare(e, s...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, AtMost(Against(b.Name, s, r, 0, 1), metricsTarget), Against(b.Name, s, r, 0, 3))
	}
	return rows, nil
}

func histogramRows(e Effort) ([]Row, error) {
	s := Recording()
	r, err := Compare(e, s...)
	if err != nil {
		return nil, err
	}
	rows := []Row{Against("record a duration", s, r, 0, 1), Against("record a duration", s, r, 0, 2)}
	for _, n := range []int{100, 10_000} {
		size := SeriesBytes(n)
		for peer := 1; peer < len(s); peer++ {
			rows = append(rows, Row{
				What: fmt.Sprintf("memory of a series after %d durations", n), Ours: fmt.Sprintf("%s: %.0f B", s[0].Name, size[0]),
				Peer: fmt.Sprintf("%s: %.0f B", s[peer].Name, size[peer]), Ratio: size[0] / size[peer],
			})
		}
	}
	return rows, nil
}

// withBinary measures with the distribution built into a directory of its own.
func withBinary(measure func(dir, binary string) ([]Row, error)) ([]Row, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary, err := Build(dir)
	if err != nil {
		return nil, err
	}
	return measure(dir, binary)
}

func pipelineRows(Effort) ([]Row, error) {
	return withBinary(func(_, binary string) ([]Row, error) {
		rows, err := throughputRows(binary)
		if err != nil {
			return rows, err
		}
		fleet, err := Fleet(20, 100)
		if err != nil {
			return rows, err
		}
		text, protobuf, err := ScrapeSize(binary, fleet)
		size := fmt.Sprintf("%d KiB text, %d KiB protobuf with native histograms", text>>10, protobuf>>10)
		return append(rows, Row{What: "a scrape of /metrics, " + fleet.Name, Ours: size, Peer: "–"}), err
	})
}

func throughputRows(binary string) ([]Row, error) {
	b, err := AgentMix()
	if err != nil {
		return nil, err
	}
	p, err := ComparePipelines(b, PipelineEffort{Rounds: 4, Requests: 60, Senders: 4},
		Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: otlpOnlyConfig})
	if err != nil {
		return nil, err
	}
	row := Row{What: "spans/s through the gateway, " + b.Name, Ratio: p[0].SpansPerS / p[1].SpansPerS}
	row.Ours = fmt.Sprintf("default configuration: %.0f", p[0].SpansPerS)
	row.Peer = fmt.Sprintf("otlp → otlp only: %.0f", p[1].SpansPerS)
	perCPU := Row{What: "spans per CPU second of the gateway", Ratio: float64(p[1].CPUPerSpan) / float64(p[0].CPUPerSpan)}
	perCPU.Ours = fmt.Sprintf("default configuration: %.1f µs a span", p[0].CPUPerSpan.Seconds()*1e6)
	perCPU.Peer = fmt.Sprintf("otlp → otlp only: %.1f µs a span", p[1].CPUPerSpan.Seconds()*1e6)
	return []Row{AtLeast(row, pipelineTarget), AtLeast(perCPU, pipelineTarget)}, nil
}

package bench

import (
	"fmt"
	"os"
)

// The targets, from the design of the distribution.
const (
	flatTarget       = 1.25 // llmcost with a thousand models to llmcost with four
	lookupTarget     = 20   // JavaScript to ours
	stockTarget      = 1.0  // CPU of the default configuration to that of an ordinary Collector that passes on
	contribTarget    = 0.7  // CPU of the default configuration to that of transform and spanmetrics
	scrapeTarget     = 5    // MB of a scrape
	scrapeTimeTarget = 0.25 // seconds of a scrape under load
	eventsTarget     = 0.5  // genaievents to marshalling the same spans
	partTarget       = 1.10 // CPU of the gateway to that without a part of it: budgets, the dashboard
	ledgerTarget     = 0.90 // throughput of the gateway with budgets to that without, with the ledger in memory
)

// Targets by batch, in their order: captures, agent traces, model calls, no GenAI. 0 is none.
var (
	costTargets    = [...]float64{0, 0.10, 0.25, 0.04} // llmcost to decoding the same spans
	metricsTargets = [...]float64{0.5, 0.5, 1, 0.5}    // genaimetrics to spanmetrics
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
		{"events", eventRows},
		{"histogram", histogramRows},
		{"compression", compressionRows},
		{"pipeline", pipelineRows},
		{"scrape", scrapeRows},
		{"growth", growthRows},
		{"budgets", budgetRows},
		{"dashboard", dashboardRows},
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
	for i, b := range all {
		s, err := Costing(b)
		if err != nil {
			return nil, err
		}
		replay, err := Replayed(b)
		if err != nil {
			return nil, err
		}
		alone, err := WrittenAlone(b)
		if err != nil {
			return nil, err
		}
		s = append(s, replay, alone)
		r, err := Compare(e, s...)
		if err != nil {
			return nil, err
		}
		row := Against(b.Name, s, r, 0, 1)
		if costTargets[i] > 0 {
			row = AtMost(row, costTargets[i])
		}
		rows = append(rows, row, Against(b.Name, s, r, 2, 0))
		if i == 1 || i == 2 { // agent traces and model calls
			rows = append(rows, Against(b.Name, s, r, 3, 1))
		}
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
	for i, b := range all {
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
		rows = append(rows, AtMost(Against(b.Name, s, r, 0, 1), metricsTargets[i]), Against(b.Name, s, r, 0, 3))
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
	defer func() { _ = os.RemoveAll(dir) }()
	binary, err := Build(dir)
	if err != nil {
		return nil, err
	}
	return measure(dir, binary)
}

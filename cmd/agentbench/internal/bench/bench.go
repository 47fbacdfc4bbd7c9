// Package bench runs the scenarios of a file one after the other and makes a report of them.
package bench

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/report"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/resources"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/spans"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

// quiet is how long nothing must come before the gateway is believed to have sent all: agents send their spans every 5 s.
const quiet = 6 * time.Second

// Bench is one run of a file.
type Bench struct {
	ID     string
	File   *scenario.File
	Target load.Target
	Ledger *spans.Ledger // nil: no gateway is listened to
	// OwnCPU is the CPU time that the generator has used, in seconds, Cores how many cores it may use.
	OwnCPU  func() (float64, bool)
	Cores   int
	Watch   func([]scenario.Process) Watch
	Tell    func(Progress) // every second; nil: nobody
	KeepRaw bool
}

// Watch is a look at processes, from its start until Stop, which says what each component used.
type Watch interface {
	Stop() map[string]resources.Usage
}

// Progress is where a run stands.
type Progress struct {
	Scenario string
	Step     string // of a capacity search
	At, Of   time.Duration
	Live     measure.Live
	CostUSD  float64
	HasCost  bool
	Waiting  bool // for spans
}

// Run runs all scenarios. When ctx ends, the report is of what was done by then.
func (b *Bench) Run(ctx context.Context) (*report.Report, error) {
	r := b.begin()
	for i := 0; i < len(b.File.Scenarios) && ctx.Err() == nil; i++ {
		m, err := b.measure(ctx, b.planned(i), "")
		if err != nil {
			return nil, err
		}
		b.finish(r, i, m)
	}
	b.end(ctx, r)
	return r, nil
}

func (b *Bench) begin() *report.Report {
	return &report.Report{BenchmarkID: b.ID, StartTime: time.Now(), Config: b.File.Raw, Scenarios: map[string]*report.Scenario{}}
}

func (b *Bench) finish(r *report.Report, i int, m *report.Measured) {
	m.Raw, m.KeepRaw = b.rawScenario(i), b.KeepRaw
	s := &b.File.Scenarios[i]
	r.Scenarios[s.Name] = report.Of(m, b.File.Limits, b.File.Conditions)
}

func (b *Bench) end(ctx context.Context, r *report.Report) {
	r.EndTime = time.Now()
	r.TotalDuration = r.EndTime.Sub(r.StartTime).Seconds()
	r.Interrupted = ctx.Err() != nil
	r.Finish()
}

// rawScenario is the scenario as the file has it.
func (b *Bench) rawScenario(i int) any {
	file, _ := b.File.Raw.(map[string]any)
	list, _ := file["scenarios"].([]any)
	if i < len(list) {
		return list[i]
	}
	return nil
}

// planned is a scenario's own load.
func (b *Bench) planned(i int) step {
	s := &b.File.Scenarios[i]
	return step{
		conf: s,
		plan: load.Plan{
			Run: b.ID + "-" + s.Name, Scenario: s, Users: s.ConcurrentUsers, Rate: float64(s.Rate), Duration: time.Duration(s.TestDuration),
			PerUser: s.RequestsPerUser, InFlight: s.MaxInFlight, Warmup: s.WarmupRequests, Seed: b.File.Seed,
		},
	}
}

// step is one load on the target, and the part of it that is measured.
type step struct {
	conf   *scenario.Scenario
	plan   load.Plan
	settle time.Duration // not measured, at the beginning
	window time.Duration // how long the measured part takes; 0: until the last answer
	bare   bool          // neither spans nor resources are looked at
}

// measure runs one load.
func (b *Bench) measure(ctx context.Context, s step, name string) (*report.Measured, error) {
	c := &measure.Collector{From: s.settle, To: s.plan.Duration, Meets: b.meets(s.conf)}
	var watch Watch
	if b.Watch != nil && !s.bare {
		watch = b.Watch(s.conf.Resources.Processes)
	}
	before, known := b.OwnCPU()
	began := time.Now()
	stop := b.watchProgress(c, s, name)
	took, err := load.Run(ctx, s.plan, b.Target, &sink{Collector: c, ledger: b.Ledger})
	whole := time.Since(began)
	stop()
	if err != nil {
		return nil, err
	}
	m := &report.Measured{Conf: s.conf, Result: c.Result(), Took: took - s.settle, OwnCPU: math.NaN()}
	if s.window > 0 {
		m.Took = s.window
	}
	if after, still := b.OwnCPU(); known && still && whole > 0 {
		m.OwnCPU = (after - before) / whole.Seconds() / float64(b.Cores)
	}
	if watch != nil {
		m.Resources = watch.Stop()
	}
	if b.Ledger != nil && !s.bare {
		b.await(ctx, c, s)
		m.Bill = b.Ledger.Bill(m.Result.Kept)
	}
	return m, nil
}

// meets says which good requests are within the SLO's limits: each limit on a latency or time to first token is one on every request.
func (b *Bench) meets(s *scenario.Scenario) func(response, ttft time.Duration) bool {
	most, first := math.Inf(1), math.Inf(1)
	for _, l := range b.File.Limits {
		if _, percentile := l.Metric.Quantile(); !percentile {
			continue
		}
		switch {
		case l.Metric.Name == "ttft":
			first = min(first, l.Most)
		case l.Metric.Name == "latency" || l.Metric.Name == "response_time" || (l.Metric.Name == "service_time" && !s.Open()):
			most = min(most, l.Most)
		}
	}
	return func(response, ttft time.Duration) bool { return response.Seconds() <= most && ttft.Seconds() <= first }
}

// await waits for the spans of the measured requests.
func (b *Bench) await(ctx context.Context, c *measure.Collector, s step) {
	var traces [][16]byte
	kept := c.Result().Kept
	for i := range kept {
		if kept[i].Good() {
			traces = append(traces, kept[i].Trace)
		}
	}
	began := time.Now()
	wait := time.Duration(b.File.Gateway.Wait)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for time.Since(began) < wait && !b.Ledger.Settled(traces, time.Now(), quiet) {
		select {
		case <-tick.C:
		case <-ctx.Done(): // who has pressed Ctrl-C does not want to wait
			return
		}
		b.showProgress(Progress{Scenario: s.conf.Name, At: time.Since(began), Of: wait, Live: c.Live(), Waiting: true})
	}
}

// sink gives requests to who counts them and to who expects their spans.
type sink struct {
	*measure.Collector
	ledger *spans.Ledger
}

func (s *sink) Begin(trace [16]byte, span [8]byte) {
	if s.ledger != nil {
		s.ledger.Expect(trace, span)
	}
	s.Collector.Begin(trace, span)
}

func (b *Bench) showProgress(p Progress) {
	if b.Tell == nil {
		return
	}
	if b.Ledger != nil {
		p.CostUSD, p.HasCost = b.Ledger.SoFar(), true
	}
	b.Tell(p)
}

// watchProgress tells every second where the load stands, until it is stopped.
func (b *Bench) watchProgress(c *measure.Collector, s step, name string) (stop func()) {
	if b.Tell == nil {
		return func() {}
	}
	done := make(chan struct{})
	var work sync.WaitGroup
	began := time.Now()
	say := func() {
		b.showProgress(Progress{Scenario: s.conf.Name, Step: name, At: time.Since(began), Of: s.plan.Duration, Live: c.Live()})
	}
	work.Go(func() {
		for range ticks.Until(done, time.Second) {
			say()
		}
		say()
	})
	return func() {
		close(done)
		work.Wait()
	}
}

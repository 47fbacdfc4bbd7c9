// Package measure collects what a load did and makes numbers of it.
package measure

import (
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/stats"
	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// Request is what is kept of a request. Times are since the start of the measured part.
type Request struct {
	Trace                    [16]byte
	User, Turn               int
	Intended, Started, Ended time.Duration
	FirstText                time.Duration // since Started; 0: none
	Chunks                   int
	In, Out                  int64
	Status                   int
	Failure                  string // empty: good
}

// Good says whether the answer was one.
func (r *Request) Good() bool { return r.Failure == "" }

// Collector is a load.Sink. What was intended outside of [From, To) is not measured; To 0 is no end.
type Collector struct {
	From, To time.Duration
	// Meets says whether a good request met the SLO; nil: all did.
	Meets func(response, ttft time.Duration) bool

	mu       sync.Mutex
	inFlight int
	live     expohist.Histogram
	r        Result
}

// Result is all that was measured. Samples are in seconds.
type Result struct {
	Requests  int // measured, ended
	Good, Met int
	Failures  map[string]int
	Details   map[string]string // an example of each class

	Interrupted, Warmups int
	PeakInFlight         int
	Last                 time.Duration // when the last measured request ended
	Busy                 time.Duration // service times added up

	// Latencies are of good requests and of those that timed out: neither quick failures nor lost patience may make an agent look fast.
	Response, Service stats.Sample
	TTFT, Gap         stats.Sample
	Lag               stats.Sample // of the generator, all requests
	In, Out           int64
	WithUsage         int
	Chunks            int // with text, of requests with usage
	OutputRate        stats.Sample

	Kept []Request // the first stats.MaxRaw
}

// Begin counts a request in flight.
func (c *Collector) Begin([16]byte, [8]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight++
	c.r.PeakInFlight = max(c.r.PeakInFlight, c.inFlight)
}

// Interrupted counts a request that was given up because the run was.
func (c *Collector) Interrupted([16]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
	c.r.Interrupted++
}

// End counts a request that has ended.
func (c *Collector) End(rec load.Record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
	if rec.Warmup {
		c.r.Warmups++
		c.r.PeakInFlight = 0
		return
	}
	if rec.Intended < c.From || (c.To > 0 && rec.Intended >= c.To) {
		return
	}
	r := &c.r
	r.Requests++
	r.Last = max(r.Last, rec.Ended)
	r.Busy += rec.Service()
	r.Lag.Add(rec.Lag.Seconds())
	if rec.Failure != "" {
		if r.Failures == nil {
			r.Failures, r.Details = map[string]int{}, map[string]string{}
		}
		if r.Failures[rec.Failure]++; r.Failures[rec.Failure] == 1 {
			r.Details[rec.Failure] = rec.Detail
		}
	}
	if rec.Failure == "" || rec.Failure == load.Timeout {
		r.Response.Add(rec.Response().Seconds())
		r.Service.Add(rec.Service().Seconds())
		c.live.Record(rec.Response().Seconds())
	}
	if rec.Failure == "" {
		c.good(&rec)
	}
	if len(r.Kept) < stats.MaxRaw {
		r.Kept = append(r.Kept, Request{
			Trace: rec.Trace, User: rec.User, Turn: rec.Turn, Intended: rec.Intended, Started: rec.Started, Ended: rec.Ended,
			FirstText: rec.FirstText, Chunks: chunks(&rec), In: rec.In, Out: rec.Out, Status: rec.Status, Failure: rec.Failure,
		})
	}
}

func (c *Collector) good(rec *load.Record) {
	r := &c.r
	r.Good++
	if c.Meets == nil || c.Meets(rec.Response(), rec.FirstText) {
		r.Met++
	}
	if rec.FirstText > 0 {
		r.TTFT.Add(rec.FirstText.Seconds())
	}
	for _, gap := range rec.Gaps {
		r.Gap.Add(gap.Seconds())
	}
	if rec.In > 0 || rec.Out > 0 {
		r.WithUsage++
		r.In += rec.In
		r.Out += rec.Out
		r.Chunks += chunks(rec)
		if took := rec.Service().Seconds(); rec.Out > 0 && took > 0 {
			r.OutputRate.Add(float64(rec.Out) / took)
		}
	}
}

func chunks(rec *load.Record) int {
	if rec.FirstText == 0 {
		return 0
	}
	return len(rec.Gaps) + 1
}

// Result is what was measured; call it after the load has ended.
func (c *Collector) Result() *Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &c.r
}

// Live is where a run stands.
type Live struct {
	Ended, Good, Failed, InFlight int
	P95                           float64 // seconds, within half a percent; NaN: none yet
}

// Live says where the run stands.
func (c *Collector) Live() Live {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Live{Ended: c.r.Requests, Good: c.r.Good, Failed: c.r.Requests - c.r.Good, InFlight: c.inFlight, P95: c.live.Quantile(0.95)}
}

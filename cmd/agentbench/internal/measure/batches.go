package measure

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/stats"
)

// MaxBatches is how many batches a run is cut into.
const MaxBatches = 32

// Batch is a part of a run: so many requests that were intended one after the other. Two runs are compared by their batches, because
// requests that lie together wait for each other and are no independent observations. Times are means in seconds; nil where there is none.
type Batch struct {
	Requests int      `json:"requests"`
	Good     int      `json:"good"`
	Response *float64 `json:"response_time"`
	Service  *float64 `json:"service_time"`
	P95      *float64 `json:"p95"` // of the latency
	TTFT     *float64 `json:"ttft"`
	CostUSD  *float64 `json:"cost_usd"`
}

// Batches cuts the requests; latency is the time that percentiles are of, cost what a trace cost (nil: not known).
func Batches(kept []Request, latency func(*Request) time.Duration, cost func(trace [16]byte) (float64, bool)) []Batch {
	requests := slices.Clone(kept)
	slices.SortFunc(requests, func(a, b Request) int { return cmp.Compare(a.Intended, b.Intended) })
	n := min(MaxBatches, len(requests))
	out := make([]Batch, 0, n)
	for i := range n {
		out = append(out, batch(requests[i*len(requests)/n:(i+1)*len(requests)/n], latency, cost))
	}
	return out
}

func batch(part []Request, latency func(*Request) time.Duration, cost func([16]byte) (float64, bool)) Batch {
	b := Batch{Requests: len(part)}
	var response, service, all, ttft stats.Sample
	money, known := 0.0, cost != nil
	for i := range part {
		r := &part[i]
		if cost != nil {
			usd, ok := cost(r.Trace)
			money, known = money+usd, known && (ok || !r.Good())
		}
		if r.Good() || r.Failure == load.Timeout {
			response.Add((r.Ended - r.Intended).Seconds())
			service.Add((r.Ended - r.Started).Seconds())
			all.Add(latency(r).Seconds())
		}
		if r.Good() {
			b.Good++
			if r.FirstText > 0 {
				ttft.Add(r.FirstText.Seconds())
			}
		}
	}
	b.Response, b.Service, b.TTFT = number(response.Mean()), number(service.Mean()), number(ttft.Mean())
	b.P95 = number(all.Quantile(0.95))
	if known && b.Good > 0 {
		b.CostUSD = number(money)
	}
	return b
}

func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// Slot is a part of a run's time, for pictures. Seconds.
type Slot struct {
	From     float64  `json:"from"`
	To       float64  `json:"to"`
	Requests int      `json:"requests"`
	Failed   int      `json:"failed"`
	P50      *float64 `json:"p50"`
	P95      *float64 `json:"p95"`
	TTFT     *float64 `json:"ttft_p50,omitempty"`
}

// Timeline cuts a run into at most n parts of the same whole number of seconds, by intended start.
func Timeline(kept []Request, took time.Duration, n int, latency func(*Request) time.Duration) []Slot {
	width := time.Duration(math.Ceil(took.Seconds()/float64(n))) * time.Second
	if width <= 0 || len(kept) == 0 {
		return nil
	}
	count := int((took + width - 1) / width)
	type part struct {
		latency, ttft stats.Sample
		slot          Slot
	}
	parts := make([]part, count)
	for i := range kept {
		r := &kept[i]
		p := &parts[min(max(int(r.Intended/width), 0), count-1)]
		p.slot.Requests++
		if !r.Good() {
			p.slot.Failed++
		}
		if r.Good() || r.Failure == load.Timeout {
			p.latency.Add(latency(r).Seconds())
		}
		if r.FirstText > 0 && r.Good() {
			p.ttft.Add(r.FirstText.Seconds())
		}
	}
	out := make([]Slot, count)
	for i := range parts {
		p := &parts[i]
		p.slot.From, p.slot.To = (time.Duration(i) * width).Seconds(), min(time.Duration(i+1)*width, took).Seconds()
		p.slot.P50, p.slot.P95 = number(p.latency.Quantile(0.5)), number(p.latency.Quantile(0.95))
		p.slot.TTFT = number(p.ttft.Quantile(0.5))
		out[i] = p.slot
	}
	return out
}

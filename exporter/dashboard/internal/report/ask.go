package report

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// ask puts the questions of one answer, several at once, and remembers what went wrong. What could not be asked is not known.
type ask struct {
	ctx context.Context
	q   series.Querier
	now time.Time

	work  sync.WaitGroup
	slots chan struct{}

	mu   sync.Mutex
	good int
	err  error
}

// atOnce is how many questions of one answer are asked at a time.
const atOnce = 4

func newAsk(ctx context.Context, q series.Querier, now time.Time) *ask {
	return &ask{ctx: ctx, q: q, now: now, slots: make(chan struct{}, atOnce)}
}

// also does something at the same time as others.
func (a *ask) also(do func()) {
	a.work.Go(func() {
		a.slots <- struct{}{}
		defer func() { <-a.slots }()
		do()
	})
}

// wait waits for all that was also asked, and gives an error where nothing could be asked.
func (a *ask) wait() error {
	a.work.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.ctx.Err(); err != nil {
		return err
	}
	if a.good == 0 {
		return a.err
	}
	return nil
}

func (a *ask) note(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.good++
	} else if a.err == nil {
		a.err = err
	}
}

// vector gives numbers only.
func (a *ask) vector(expr string, at time.Time) []series.Sample {
	found, err := a.q.Instant(a.ctx, expr, at)
	a.note(err)
	out := found[:0]
	for _, s := range found {
		if s.Value = noDust(s.Value); !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) {
			out = append(out, s)
		}
	}
	return out
}

// dust is less than anything counted here can be. Quantiles of durations that are 0 lie in the bucket around it: 9e-129.
const dust = 1e-12

func noDust(f float64) float64 {
	if math.Abs(f) < dust {
		return 0
	}
	return f
}

// number is nil where nothing is known.
func (a *ask) number(expr string) *float64 {
	found := a.vector(expr, a.now)
	if len(found) == 0 {
		return nil
	}
	return &found[0].Value
}

// into asks for a number at the same time as others.
func (a *ask) into(to **float64, expr string) {
	a.also(func() { *to = a.number(expr) })
}

// by gives numbers by the value of a label, without those that lack it.
func (a *ask) by(label, expr string) map[string]float64 {
	out := map[string]float64{}
	for _, s := range a.vector(expr, a.now) {
		if s.Labels[label] != "" {
			out[s.Labels[label]] = s.Value
		}
	}
	return out
}

// byInto is by at the same time as others.
func (a *ask) byInto(to *map[string]float64, label, expr string) {
	a.also(func() { *to = a.by(label, expr) })
}

// percent is a part of a whole; nil where one is not known or there is nothing.
func percent(part, whole *float64) *float64 {
	if part == nil || whole == nil || *whole <= 0 {
		return nil
	}
	return value(100 * *part / *whole)
}

// rest is what of a hundred is left.
func restOf(p *float64) *float64 {
	if p == nil {
		return nil
	}
	return value(100 - *p)
}

func times(f *float64, by float64) *float64 {
	if f == nil {
		return nil
	}
	return value(*f * by)
}

func value(f float64) *float64 { return &f }

// known is nil for a name that is missing.
func known(m map[string]float64, name string) *float64 {
	if f, ok := m[name]; ok {
		return &f
	}
	return nil
}

// whole is a count: increase gives fractions.
func whole(f *float64) *float64 {
	if f == nil {
		return nil
	}
	return value(math.Round(*f))
}

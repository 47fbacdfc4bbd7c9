package budgetalert

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// emitter says the book as counters, and where the budgets stand as gauges.
type emitter struct {
	cfg       *Config
	ledger    ledger.Ledger
	resource  pcommon.Resource
	version   string
	component string // its id, where there may be another of its type
	zeros     *zeros
	rows      []bookedRow
	said      said
	last      time.Time // of the points exported last
}

// bookedRow is a row of the book with its totals as they are exported: 0 while its 0 stands.
type bookedRow struct {
	hash  uint64
	row   book.Row
	sums  book.Sums
	began time.Time
}

func newEmitter(cfg *Config, set connector.Settings, l ledger.Ledger) *emitter {
	e := &emitter{
		cfg: cfg, ledger: l, resource: genai.GatewayResource(set.Resource), version: set.BuildInfo.Version,
		zeros: newZeros(cfg.ZeroFor), said: newSaid(),
	}
	if set.ID.Name() != "" {
		e.component = set.ID.String()
	}
	return e
}

// zerosMark is where the ledger keeps which series of the book had their 0.
const zerosMark = "book/zeros"

func (e *emitter) restore(ctx context.Context) error {
	return e.ledger.Marks(ctx, zerosMark, func(key string, value []byte) {
		if key == zerosMark {
			e.zeros.restore(value)
		}
	})
}

// levels says where the budgets stand.
type levels func(ctx context.Context, now time.Time) ([]budget.Level, error)

// extent is how much an export says.
type extent uint8

const (
	news  extent = iota // what is not as it was said last
	whole               // everything
	last                // everything, and no value waits for its 0 any more
)

// export hands on how things are now. What fails is not lost: the next export says the totals again.
func (e *emitter) export(ctx context.Context, next consumer.Metrics, stand levels, now time.Time, much extent) error {
	all, err := stand(ctx, now)
	if err != nil {
		return fmt.Errorf("read where the budgets stand: %w", err)
	}
	e.collect()
	if err := e.keepZeros(ctx, now, much == last); err != nil {
		return fmt.Errorf("keep which series of the book had their 0: %w", err)
	}
	if much == news {
		e.rows, all = e.said.news(e.rows, all)
		if len(e.rows) == 0 && len(all) == 0 {
			return nil
		}
	}
	if earliest := e.last.Add(time.Millisecond); now.Before(earliest) { // the clock was set back
		now = earliest
	}
	e.last = now
	md := e.metrics(all, now, much)
	if err := next.ConsumeMetrics(ctx, md); err != nil {
		return fmt.Errorf("export %d points: %w", md.DataPointCount(), err)
	}
	e.said.keep(e.rows, all, much != news)
	return nil
}

// collect copies the totals: what the ledger shows is its own.
func (e *emitter) collect() {
	clear(e.rows)
	e.rows = e.rows[:0]
	var key []byte
	e.ledger.Booked(func(row *book.Row, sums *book.Sums, began time.Time) {
		key = book.AppendKey(key[:0], row)
		h := fnv.New64a()
		_, _ = h.Write(key)
		one := bookedRow{h.Sum64(), *row, *sums, began}
		one.row.Keys = slices.Clone(row.Keys)
		e.rows = append(e.rows, one)
	})
}

// keepZeros stores, before values are exported for the first time, that they are, and makes 0 of those that are not.
func (e *emitter) keepZeros(ctx context.Context, now time.Time, last bool) error {
	save := e.zeros.begin(now.UnixNano(), last || e.cfg.ZeroFor == 0, func(visit func(row uint64, began int64)) {
		for i := range e.rows {
			visit(e.rows[i].hash, e.rows[i].began.UnixNano())
		}
	})
	for i := range e.rows {
		if e.zeros.waits(e.rows[i].hash) {
			e.rows[i].sums = book.Sums{}
		}
	}
	if !save {
		return nil
	}
	kept := ledger.Change{Key: zerosMark, Value: e.zeros.saved(), Local: true}
	return e.ledger.Change(ctx, func(ledger.View) []ledger.Change { return []ledger.Change{kept} })
}

// metrics are the points as of now.
func (e *emitter) metrics(all []budget.Level, now time.Time, much extent) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	e.resource.CopyTo(rm.Resource())
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(genai.BudgetScope)
	sm.Scope().SetVersion(e.version)
	w := pointWriter{emitter: e, to: sm.Metrics(), at: pcommon.NewTimestampFromTime(now)}
	w.book()
	w.budgets(&standings{all, e.said.turns(all, much != news)})
	if much == news {
		return md
	}
	const horizon = "Age of the oldest call that is still known; one that is sent again later counts twice."
	w.gauge(genai.MetricBudgetHorizon, "s", horizon, func(to pmetric.NumberDataPointSlice) {
		w.point(to).SetDoubleValue(e.ledger.Stats().Horizon.Seconds())
	})
	return md
}

package budgetalert

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// pointWriter writes one export.
type pointWriter struct {
	*emitter
	to pmetric.MetricSlice
	at pcommon.Timestamp
}

// metric adds a metric, unless fill has no point for it.
func (w *pointWriter) metric(name, unit, description string, fill func(pmetric.Metric) int) {
	m := w.to.AppendEmpty()
	m.SetName(name)
	m.SetUnit(unit)
	m.SetDescription(description)
	if fill(m) == 0 {
		w.to.RemoveIf(func(one pmetric.Metric) bool { return one.Name() == name })
	}
}

func (w *pointWriter) gauge(name, unit, description string, fill func(pmetric.NumberDataPointSlice)) {
	w.metric(name, unit, description, func(m pmetric.Metric) int {
		to := m.SetEmptyGauge().DataPoints()
		fill(to)
		return to.Len()
	})
}

func (w *pointWriter) counter(name, unit, description string, fill func(to pmetric.NumberDataPointSlice, row *bookedRow)) {
	w.metric(name, unit, description, func(m pmetric.Metric) int {
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		for i := range w.rows {
			fill(sum.DataPoints(), &w.rows[i])
		}
		return sum.DataPoints().Len()
	})
}

func (w *pointWriter) point(to pmetric.NumberDataPointSlice) pmetric.NumberDataPoint {
	p := to.AppendEmpty()
	p.SetTimestamp(w.at)
	if w.component != "" {
		p.Attributes().PutStr(genai.AttrComponentID, w.component)
	}
	return p
}

// tokenTypes are those of the book, in its order.
var tokenTypes = [book.TokenTypes]string{
	genai.TokensInputUncached, genai.TokensCacheRead, genai.TokensCacheWrite, genai.TokensOutputVisible, genai.TokensReasoning,
}

func (w *pointWriter) book() {
	type points = pmetric.NumberDataPointSlice
	w.counter(genai.MetricBookedUSD, "{USD}", "Cost of model calls as the durable book has it.", func(to points, row *bookedRow) {
		w.booked(to, row).SetDoubleValue(float64(row.sums.NanoUSD) / 1e9)
	})
	w.counter(genai.MetricBookedCalls, "{call}", "Model calls in the durable book.", func(to points, row *bookedRow) {
		w.booked(to, row).SetIntValue(row.sums.Calls)
	})
	w.counter(genai.MetricBookedUnpriced, "{call}", "Model calls in the durable book that have no price.", func(to points, row *bookedRow) {
		w.booked(to, row).SetIntValue(row.sums.Unpriced)
	})
	w.counter(genai.MetricBookedTokens, "{token}", "Tokens of model calls in the durable book, by disjoint types.", func(to points, row *bookedRow) {
		for i, word := range tokenTypes { // all of them: one that came later would have no 0 before it
			p := w.booked(to, row)
			p.Attributes().PutStr(genai.TokenType, word)
			p.SetIntValue(row.sums.Tokens[i])
		}
	})
}

// booked is a point of a row, since the row began.
func (w *pointWriter) booked(to pmetric.NumberDataPointSlice, row *bookedRow) pmetric.NumberDataPoint {
	p := w.point(to)
	p.SetStartTimestamp(min(pcommon.NewTimestampFromTime(row.began), w.at))
	attrs := p.Attributes()
	if row.row.Overflow {
		attrs.PutBool(genai.AttrOverflow, true)
		return p
	}
	put := func(key, value string) {
		if value != "" {
			attrs.PutStr(key, value)
		}
	}
	put(genai.ServiceName, row.row.Service)
	put(genai.ProviderName, row.row.Provider)
	put(genai.RequestModel, row.row.Model)
	put(genai.AgentName, row.row.Agent)
	for i, value := range row.row.Keys {
		if i < len(w.cfg.Book.By) {
			put(w.cfg.Book.By[i].Name, value)
		}
	}
	return p
}

// quantities are the gauges of a budget.
var quantities = [...]struct {
	word, description string
	of                func(*budget.Level) (float64, bool)
}{
	{"limit", "What may be spent in the period.", func(l *budget.Level) (float64, bool) { return l.Limit, l.Limit > 0 }},
	{"spent", "What was spent in the period so far.", func(l *budget.Level) (float64, bool) { return l.Spent, true }},
	{"remaining", "What is left in the period; negative where more was spent.", func(l *budget.Level) (float64, bool) { return l.Remaining, l.Limit > 0 }},
	{"forecast", "What will be spent by the end of the period at this pace.", func(l *budget.Level) (float64, bool) { return l.Forecast, l.HasForecast }},
}

// units are the words of metrics and their units.
var units = map[budget.Unit]struct{ word, unit string }{
	budget.USD: {"usd", "{USD}"}, budget.Tokens: {"tokens", "{token}"}, budget.Calls: {"calls", "{call}"},
}

func (w *pointWriter) budgets(all []budget.Level) {
	for _, q := range quantities {
		for _, unit := range [...]budget.Unit{budget.USD, budget.Tokens, budget.Calls} {
			w.gauge(genai.MetricBudgetPrefix+q.word+"."+units[unit].word, units[unit].unit, q.description, func(to pmetric.NumberDataPointSlice) {
				for i := range all {
					if value, ok := q.of(&all[i]); ok && all[i].Unit == unit {
						w.level(to, &all[i]).SetDoubleValue(value)
					}
				}
			})
		}
	}
	w.gauge(genai.MetricBudgetUtilization, "1", "Part of the limit that was spent.", func(to pmetric.NumberDataPointSlice) {
		for i := range all {
			if all[i].Limit > 0 {
				w.level(to, &all[i]).SetDoubleValue(all[i].Utilization)
			}
		}
	})
	w.period(genai.MetricBudgetPeriodStart, "When the period began, Unix time.", all, func(l *budget.Level) time.Time { return l.Start })
	w.period(genai.MetricBudgetPeriodEnd, "When the period ends, Unix time; not of one that has no end.", all, func(l *budget.Level) time.Time { return l.End })
}

func (w *pointWriter) period(name, description string, all []budget.Level, of func(*budget.Level) time.Time) {
	w.gauge(name, "s", description, func(to pmetric.NumberDataPointSlice) {
		for i := range all {
			if at := of(&all[i]); !at.IsZero() {
				p := w.level(to, &all[i])
				p.Attributes().PutStr(genai.BudgetTimezone, all[i].Timezone)
				p.SetDoubleValue(float64(at.Unix()))
			}
		}
	})
}

func (w *pointWriter) level(to pmetric.NumberDataPointSlice, l *budget.Level) pmetric.NumberDataPoint {
	p := w.point(to)
	attrs := p.Attributes()
	attrs.PutStr(genai.BudgetName, l.Budget)
	attrs.PutStr(genai.BudgetPeriod, l.Period)
	if l.Overflow {
		attrs.PutBool(genai.AttrOverflow, true)
		return p
	}
	for i, key := range l.Keys {
		if i < len(l.Values) && l.Values[i] != "" {
			attrs.PutStr(key, l.Values[i])
		}
	}
	return p
}

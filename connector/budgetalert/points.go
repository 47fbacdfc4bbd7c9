package budgetalert

import (
	"iter"

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

// standings are the levels in an export, and how those that were said last turned out.
type standings struct {
	all   []budget.Level
	turns []turn
}

func (w *pointWriter) budgets(s *standings) {
	for _, q := range quantities {
		for _, unit := range [...]budget.Unit{budget.USD, budget.Tokens, budget.Calls} {
			w.standing(genai.MetricBudgetPrefix+q.word+"."+units[unit].word, units[unit].unit, q.description, s, w.level, func(l *budget.Level) (float64, bool) {
				value, ok := q.of(l)
				return value, ok && l.Unit == unit
			})
		}
	}
	w.standing(genai.MetricBudgetUtilization, "1", "Part of the limit that was spent.", s, w.level, func(l *budget.Level) (float64, bool) {
		return l.Utilization, l.Limit > 0
	})
	w.standing(genai.MetricBudgetPeriodStart, "s", "When the period began, Unix time.", s, w.zoned, func(l *budget.Level) (float64, bool) {
		return float64(l.Start.Unix()), !l.Start.IsZero()
	})
	const periodEnd = "When the period ends, Unix time; not of one that has no end."
	w.standing(genai.MetricBudgetPeriodEnd, "s", periodEnd, s, w.zoned, func(l *budget.Level) (float64, bool) {
		return float64(l.End.Unix()), !l.End.IsZero()
	})
}

// standing is one gauge of the budgets that have a value, and the end of it for those that had one.
func (w *pointWriter) standing(
	name, unit, description string, s *standings, point func(pmetric.NumberDataPointSlice, *budget.Level) pmetric.NumberDataPoint,
	of func(*budget.Level) (float64, bool),
) {
	w.gauge(name, unit, description, func(to pmetric.NumberDataPointSlice) {
		for i := range s.all {
			if value, ok := of(&s.all[i]); ok {
				point(to, &s.all[i]).SetDoubleValue(value)
			}
		}
		for _, l := range ended(s.turns, of) {
			point(to, l).SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
		}
	})
}

// ended are the levels that had a value and have none.
func ended(turns []turn, of func(*budget.Level) (float64, bool)) (gone []*budget.Level) {
	for _, t := range turns {
		if _, had := of(t.was); !had {
			continue
		}
		if t.is != nil {
			if _, has := of(t.is); has {
				continue
			}
		}
		gone = append(gone, t.was)
	}
	return gone
}

// zoned is a point of a time, which says in what time zone the period is.
func (w *pointWriter) zoned(to pmetric.NumberDataPointSlice, l *budget.Level) pmetric.NumberDataPoint {
	p := w.level(to, l)
	p.Attributes().PutStr(genai.BudgetTimezone, l.Timezone)
	return p
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
	for key, value := range groupOf(l) {
		attrs.PutStr(key, value)
	}
	return p
}

// groupOf are the keys of a group that have a value.
func groupOf(l *budget.Level) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i, key := range l.Keys {
			if i < len(l.Values) && l.Values[i] != "" && !yield(key, l.Values[i]) {
				return
			}
		}
	}
}

package budgetalert

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// maxReportRows is how many rows one report tells, the dearest first.
const maxReportRows = 1000

// reportDue is when the report was due last, and the span of time that it tells of.
func reportDue(r *Report, zone *time.Location, now time.Time) (due, from, to time.Time) {
	at, _ := time.Parse("15:04", r.At)
	y, m, d := now.In(zone).Date()
	start := func(back int) (int, time.Month, int) { // the first day of the period that is back periods before this one
		switch r.Every {
		case everyWeek:
			monday := d - (int(now.In(zone).Weekday())+6)%7
			return y, m, monday - 7*back
		case everyMonth:
			return y, m - time.Month(back), 1
		}
		return y, m, d - back
	}
	for back := 0; ; back++ {
		toY, toM, toD := start(back)
		to = midnight.Of(zone, toY, toM, toD)
		due = time.Date(toY, toM, toD, at.Hour(), at.Minute(), 0, 0, zone)
		if due.Before(to) { // the clocks leave that time out
			due = to
		}
		if !due.After(now) {
			fromY, fromM, fromD := start(back + 1)
			return due, midnight.Of(zone, fromY, fromM, fromD), to
		}
	}
}

// reportMark is set when the report of that time was handed on.
func reportMark(r *Report, due time.Time) string {
	return "report/" + r.Name + "/" + due.UTC().Format(time.RFC3339)
}

// reportLate is how long after its time a report is still told: a gateway that was away for longer begins with the next.
const reportLate = 24 * time.Hour

// sendReports hands on the reports that are due. What is not accepted comes again with the next tick.
func (s *state) sendReports(ctx context.Context, now time.Time) {
	for i := range s.cfg.Reports {
		r := &s.cfg.Reports[i]
		due, from, to := reportDue(r, s.zone, now)
		if now.Sub(due) > reportLate || s.reported[r.Name].Equal(due) {
			continue
		}
		if err := s.reportOnce(ctx, r, due, from, to); err != nil {
			if ctx.Err() == nil {
				s.logger.Warn("A report could not be handed on; it is tried again", zap.String("report", r.Name), zap.Error(err))
			}
			continue
		}
		s.reported[r.Name] = due
	}
}

func (s *state) reportOnce(ctx context.Context, r *Report, due, from, to time.Time) error {
	next := s.outputs.logs()
	if next == nil {
		return nil
	}
	handedOn := false
	if err := s.ledger.Marks(ctx, reportMark(r, due), func(string, []byte) { handedOn = true }); err != nil || handedOn {
		return err
	}
	from, to = wholeHours(from), wholeHours(to)
	rows, err := reportRows(ctx, s.ledger, s.cfg, r, from, to)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		ld := s.emptyLogs()
		writeReport(ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords(), r, rows, due, from, to)
		if err := next.ConsumeLogs(ctx, ld); err != nil {
			return err
		}
	}
	return s.change(ctx, ledger.Change{Key: reportMark(r, due), Value: []byte{1}, Expires: due.Add(2 * reportLate).Unix(), Local: true})
}

// wholeHours is the beginning of the hour of the book, which are UTC's: where a zone is half an hour away from these, a report begins and ends
// before midnight, and says so.
func wholeHours(t time.Time) time.Time { return t.Truncate(time.Hour) }

// reportRow is a row of a report: the values of its columns, and their sums.
type reportRow struct {
	values []string
	sums   book.Sums
}

// reportRows adds up the book by the columns of a report, the dearest first. Hours of the book are UTC's.
func reportRows(ctx context.Context, l ledger.Ledger, cfg *Config, r *Report, from, to time.Time) ([]reportRow, error) {
	found := map[string]*reportRow{}
	err := l.Book(ctx, from.Unix()/3600, to.Unix()/3600, func(_ int64, row *book.Row, sums *book.Sums) {
		values := make([]string, len(r.By))
		for i, column := range r.By {
			values[i] = columnOf(cfg, row, column)
		}
		key := strings.Join(values, "\x00")
		if found[key] == nil {
			found[key] = &reportRow{values: values}
		}
		found[key].sums.Add(sums)
	})
	rows := make([]reportRow, 0, len(found))
	for _, row := range found {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b reportRow) int {
		return cmp.Or(cmp.Compare(b.sums.NanoUSD, a.sums.NanoUSD), slices.Compare(a.values, b.values))
	})
	return rows[:min(len(rows), maxReportRows)], err
}

func columnOf(cfg *Config, row *book.Row, column string) string {
	if row.Overflow {
		return genai.AttrOverflow
	}
	switch column {
	case "service":
		return row.Service
	case "provider":
		return row.Provider
	case "model":
		return row.Model
	case "agent":
		return row.Agent
	}
	i := slices.IndexFunc(cfg.Book.By, func(k Key) bool { return k.Name == column })
	if i < 0 || i >= len(row.Keys) {
		return ""
	}
	return row.Keys[i]
}

// columnKeys are the attributes of the columns that the book always has.
var columnKeys = map[string]string{
	"service": genai.ServiceName, "provider": genai.ProviderName, "model": genai.RequestModel, "agent": genai.AgentName,
}

func writeReport(to plog.LogRecordSlice, r *Report, rows []reportRow, due, from, until time.Time) {
	for i := range rows {
		row := &rows[i]
		rec := to.AppendEmpty()
		rec.SetEventName(genai.EventCostReport)
		rec.SetTimestamp(pcommon.NewTimestampFromTime(due))
		rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(due))
		rec.SetSeverityNumber(plog.SeverityNumberInfo)
		rec.SetSeverityText("INFO")
		attrs := rec.Attributes()
		attrs.PutStr(genai.EventName, genai.EventCostReport)
		attrs.PutStr(genai.ReportName, r.Name)
		attrs.PutStr(genai.ReportStart, from.Format(time.RFC3339))
		attrs.PutStr(genai.ReportEnd, until.Format(time.RFC3339))
		for j, column := range r.By {
			key := column
			if known, ok := columnKeys[column]; ok {
				key = known
			}
			if row.values[j] != "" {
				attrs.PutStr(key, row.values[j])
			}
		}
		var tokens int64
		for _, n := range row.sums.Tokens {
			tokens = book.Saturate(tokens, n)
		}
		attrs.PutDouble(genai.ReportUSD, float64(row.sums.NanoUSD)/1e9)
		attrs.PutDouble(genai.ReportSavedUSD, float64(row.sums.SavedNanoUSD)/1e9)
		attrs.PutInt(genai.ReportCalls, row.sums.Calls)
		attrs.PutInt(genai.ReportFailed, row.sums.Failed)
		attrs.PutInt(genai.ReportUnpriced, row.sums.Unpriced)
		attrs.PutInt(genai.ReportTokens, tokens)
		who := strings.Join(slices.DeleteFunc(slices.Clone(row.values), func(v string) bool { return v == "" }), ", ")
		rec.Body().SetStr(strings.TrimSpace(fmt.Sprintf("%s: %.2f USD in %d calls from %s to %s. %s",
			r.Name, float64(row.sums.NanoUSD)/1e9, row.sums.Calls, dayText(from), dayText(until), who)))
	}
}

// dayText is the day that begins, or the time of it where it does not begin then.
func dayText(t time.Time) string {
	if t.Hour()+t.Minute() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04")
}

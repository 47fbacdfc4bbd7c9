package budgetalert

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestWhenReportsAreDue(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := func(text string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", text, berlin)
		require.NoError(t, err)
		return x
	}
	for _, c := range []struct{ every, now, due, from, to string }{
		{everyDay, "2026-11-28 10:00", "2026-11-28 09:00", "2026-11-27 00:00", "2026-11-28 00:00"},
		{everyDay, "2026-11-28 08:59", "2026-11-27 09:00", "2026-11-26 00:00", "2026-11-27 00:00"},
		{everyWeek, "2026-11-28 10:00", "2026-11-23 09:00", "2026-11-16 00:00", "2026-11-23 00:00"}, // a Saturday
		{everyWeek, "2026-11-23 08:00", "2026-11-16 09:00", "2026-11-09 00:00", "2026-11-16 00:00"},
		{everyWeek, "2026-11-29 23:00", "2026-11-23 09:00", "2026-11-16 00:00", "2026-11-23 00:00"},
		{everyMonth, "2027-01-01 09:00", "2027-01-01 09:00", "2026-12-01 00:00", "2027-01-01 00:00"},
		{everyDay, "2026-10-26 10:00", "2026-10-26 09:00", "2026-10-25 00:00", "2026-10-26 00:00"}, // 25 hours
	} {
		due, from, to := reportDue(&Report{Every: c.every, At: "09:00"}, berlin, at(c.now))
		require.Equal(t, []time.Time{at(c.due), at(c.from), at(c.to)}, []time.Time{due, from, to}, c)
	}
}

func bookOf(t *testing.T, l ledger.Ledger, hour time.Time, rows map[string]int64) {
	t.Helper()
	id := uint64(1)
	for team, usd := range rows {
		for _, model := range []string{"a", "b"} {
			id++
			require.NoError(t, l.Record(t.Context(), []ledger.Call{{ID: id, Minute: hour.Unix() / 60, Book: []book.Entry{{
				Hour: hour.Unix() / 3600, Row: book.Row{Service: "s", Model: model, Keys: []string{team}},
				Sums: book.Sums{NanoUSD: usd * 1e9, Calls: 1, Tokens: [book.TokenTypes]int64{1, 2}},
			}}}}, nil))
		}
	}
}

func TestAReportAddsUpTheBook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, cfg := new(consumertest.LogsSink), testConfig(t)
		cfg.Book.By = []Key{{Name: "team", From: fromSpan}}
		cfg.Reports = []Report{{Name: "daily", Every: everyDay, At: "09:00", By: []string{"team"}}}
		toLogs, _ := startTraces(t, cfg, logs, nil)
		s, err := toLogs.Get()
		require.NoError(t, err)
		bookOf(t, s.ledger, time.Now(), map[string]int64{"search": 3, "ads": 5}) // at midnight, where a bubble begins
		synctest.Wait()
		require.Zero(t, logs.LogRecordCount())
		time.Sleep(33*time.Hour + 2*time.Second)
		synctest.Wait()
		require.Equal(t, 2, logs.LogRecordCount())
		records := logs.AllLogs()[0].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
		get := func(rec plog.LogRecord, key string) any {
			v, _ := rec.Attributes().Get(key)
			return v.AsRaw()
		}
		require.Equal(t, genai.EventCostReport, records.At(0).EventName())
		require.Equal(t, "ads", get(records.At(0), "team"), "the dearest first")
		require.Equal(t, 10.0, get(records.At(0), genai.ReportUSD))
		require.EqualValues(t, 2, get(records.At(0), genai.ReportCalls))
		require.EqualValues(t, 6, get(records.At(0), genai.ReportTokens))
		require.Equal(t, "search", get(records.At(1), "team"))
		require.Equal(t, "daily: 10.00 USD in 2 calls from 2000-01-01 to 2000-01-02. ads", records.At(0).Body().Str())
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, 2, logs.LogRecordCount(), "once")
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// Where midnight is within an hour of the book, a report tells what it adds up: whole hours, each in one report.
func TestAReportSaysWhichHoursItAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, cfg := new(consumertest.LogsSink), testConfig(t)
		cfg.Timezone, cfg.Reports = "Asia/Kolkata", []Report{{Name: "daily", Every: everyDay, At: "09:00"}}
		toLogs, _ := startTraces(t, cfg, logs, nil)
		s, err := toLogs.Get()
		require.NoError(t, err)
		bookOf(t, s.ledger, time.Date(1999, 12, 31, 18, 40, 0, 0, time.UTC), map[string]int64{"after midnight": 3})
		time.Sleep(36 * time.Hour)
		synctest.Wait()
		require.Equal(t, 1, logs.LogRecordCount())
		rec := logs.AllLogs()[0].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
		require.Equal(t, "daily: 6.00 USD in 2 calls from 1999-12-31 23:30 to 2000-01-01 23:30.", rec.Body().Str())
		start, _ := rec.Attributes().Get(genai.ReportStart)
		require.Equal(t, "1999-12-31T23:30:00+05:30", start.Str())
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
	for zone, want := range map[string]string{
		"UTC": "2026-11-28", "Asia/Kolkata": "2026-11-27 23:30", "Asia/Kathmandu": "2026-11-27 23:45", "Australia/Lord_Howe": "2026-11-28",
	} {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		require.Equal(t, want, dayText(wholeHours(time.Date(2026, 11, 28, 0, 0, 0, 0, loc))), zone)
	}
}

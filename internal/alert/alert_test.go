package alert

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var update = flag.Bool("update", false, "write the golden files")

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// examples are one alert of each kind; testdata has the record of each.
func examples() map[string]Alert {
	group := map[string]string{"team": "search"}
	start := at("2026-10-31T23:00:00Z")
	print1 := Fingerprint("team-monthly", group, "0.8")
	print2 := Fingerprint("HIGH_MEMORY_USAGE", map[string]string{"service.name": "gateway"})
	return map[string]Alert{
		"budget": {
			Event: genai.EventBudgetAlert, Time: at("2026-11-21T08:30:00.5Z"), ID: ID(print1, start, "firing"), Fingerprint: print1,
			Body: "team search has spent 1,203.44 of 1,500 USD (80 %) this month.",
			Name: "team-monthly", Type: "MONTHLY_BUDGET_WARNING", Severity: genai.SeverityWarning, State: genai.AlertFiring, Reason: "threshold",
			Value: 1203.44, Threshold: 1200, Unit: genai.UnitUSD, StartsAt: at("2026-11-21T08:30:00.5Z"), EndsAt: at("2026-11-30T23:00:00Z"),
			Budget: Budget{
				Name: "team-monthly", Period: "month", PeriodStart: start, Unit: genai.UnitUSD, Limit: 1500, Spent: 1203.44, Remaining: 296.56,
				Forecast: 1610, ResetsAt: at("2026-11-30T23:00:00Z"), ExhaustsAt: at("2026-11-28T08:10:00Z"),
			},
			Group: group, Drivers: []string{"search-agent, gpt-5: 800.00 USD (66 %)", "other: 403.44 USD"},
			URL: "http://127.0.0.1:8890/?budget=team-monthly", Trace: [16]byte{1, 2, 15: 3}, Span: [8]byte{4, 7: 5},
		},
		"tokens-resolved": {
			Event: genai.EventBudgetAlert, Time: at("2026-11-02T00:00:00Z"), ID: "tokens-2026-resolved", Fingerprint: "tokens-2026", Name: "tokens",
			Type: "DAILY_BUDGET_EXCEEDED", Severity: genai.SeverityError, State: genai.AlertResolved, Reason: "period_ended",
			Budget:    Budget{Name: "tokens", Period: "day", Unit: genai.UnitTokens, Limit: 50_000_000, Spent: 60_000_000, Remaining: -10_000_000},
			Elsewhere: true,
		},
		"threshold": {
			Event: genai.EventThresholdAlert, Time: at("2026-11-21T08:30:00Z"), ID: ID(print2, at("2026-11-21T08:29:30Z"), "firing"),
			Fingerprint: print2, Name: "HIGH_MEMORY_USAGE", Type: genai.AlertHighMemory, Severity: genai.SeverityError, State: genai.AlertFiring,
			Value: 1100, Threshold: 1000, Unit: "MB", Metric: "process.memory.usage", StartsAt: at("2026-11-21T08:29:30Z"), Group: map[string]string{"service.name": "gateway"},
		},
	}
}

// A golden file is the record as OTLP/JSON.
func TestRecord(t *testing.T) {
	for name, a := range examples() {
		t.Run(name, func(t *testing.T) {
			logs := plog.NewLogs()
			record := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
			a.Write(record)
			got, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
			require.NoError(t, err)
			file := filepath.Join("testdata", name+".json")
			if *update {
				require.NoError(t, os.WriteFile(file, append(got, '\n'), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.JSONEq(t, string(want), string(got))

			read, ok := Read(record)
			require.True(t, ok)
			assert.Equal(t, a, read)
		})
	}
}

func TestEncode(t *testing.T) {
	for name, a := range examples() {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(a.Encode())
			require.NoError(t, err)
			assert.Equal(t, a, got)
		})
	}
}

// What an older gateway wrote is read by a newer one, and the other way round: replicas share one outbox.
func TestDecodeKnowsTheFirstVersion(t *testing.T) {
	got, err := Decode([]byte("\x01" + `{"event":"llm.budget.alert","id":"i","fingerprint":"f","state":"firing","severity":"error","a later field":[1]}`))
	require.NoError(t, err)
	assert.Equal(t, Alert{Event: genai.EventBudgetAlert, ID: "i", Fingerprint: "f", State: genai.AlertFiring, Severity: genai.SeverityError}, got)
}

func TestDecodeRefuses(t *testing.T) {
	good := examples()["budget"]
	for name, c := range map[string]struct{ body, want string }{
		"nothing":          {"", "unknown version"},
		"a later version":  {"\x02{}", "unknown version (02)"},
		"no JSON":          {"\x01{", "damaged"},
		"cut off":          {string(good.Encode()[:100]), "damaged"},
		"no alert":         {"\x01{}", "missing or unknown"},
		"a list":           {"\x01[]", "damaged"},
		"too long":         {"\x01" + strings.Repeat(" ", maxEncoded), "longer than"},
		"an unknown state": {"\x01" + `{"event":"llm.budget.alert","id":"i","fingerprint":"f","state":"x","severity":"error"}`, "missing or unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(c.body))
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, spoil := range map[string]func(plog.LogRecord){
		"another event":       func(r plog.LogRecord) { r.SetEventName("gen_ai.evaluation.result") },
		"no id":               func(r plog.LogRecord) { r.Attributes().Remove(genai.AlertID) },
		"an id of a type":     func(r plog.LogRecord) { r.Attributes().PutInt(genai.AlertID, 1) },
		"no fingerprint":      func(r plog.LogRecord) { r.Attributes().Remove(genai.AlertFingerprint) },
		"no state":            func(r plog.LogRecord) { r.Attributes().PutStr(genai.AlertState, "open") },
		"an unknown severity": func(r plog.LogRecord) { r.Attributes().PutStr(genai.AlertSeverity, "page") },
	} {
		t.Run(name, func(t *testing.T) {
			a, record := examples()["budget"], plog.NewLogRecord()
			a.Write(record)
			_, ok := Read(record)
			require.True(t, ok)
			spoil(record)
			_, ok = Read(record)
			assert.False(t, ok)
		})
	}
}

// A backend between may have dropped EventName: the attribute says it too.
func TestReadWithoutEventName(t *testing.T) {
	a, record := examples()["threshold"], plog.NewLogRecord()
	a.Write(record)
	record.SetEventName("")
	got, ok := Read(record)
	require.True(t, ok)
	assert.Equal(t, a, got)
}

func TestBounds(t *testing.T) {
	a := examples()["budget"]
	a.ID, a.Fingerprint = strings.Repeat("a", 300), "x\xff"
	a.Body = strings.Repeat("<", 4095) + "€"
	a.Value, a.Threshold, a.Budget.Limit = math.NaN(), math.Inf(1), math.Inf(-1)
	a.StartsAt, a.Time = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 100 {
		a.Drivers = append(a.Drivers, strings.Repeat("\x01", 1000))
		a.Group[strings.Repeat("k", i)] = strings.Repeat("\x02", 1000)
	}
	got, err := Decode(a.Encode())
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("a", 64)+"-"+digest(a.ID), got.ID)
	assert.Equal(t, "x_-"+digest(a.Fingerprint), got.Fingerprint)
	assert.Equal(t, strings.Repeat("<", 4095), got.Body, "a character is not cut in two")
	assert.Equal(t, [3]float64{0, math.MaxFloat64, -math.MaxFloat64}, [3]float64{got.Value, got.Threshold, got.Budget.Limit})
	assert.Zero(t, got.StartsAt)
	assert.Zero(t, got.Time)
	assert.Len(t, got.Drivers, maxDrivers)
	assert.Len(t, got.Group, maxGroup)

	record := plog.NewLogRecord()
	a.Write(record)
	read, ok := Read(record)
	require.True(t, ok)
	assert.Equal(t, got, read)
}

// The names are written down: a later gateway that made others would fire everything once more.
func TestNames(t *testing.T) {
	print := Fingerprint("team-monthly", map[string]string{"team": "search & co", "env": "prod"}, "0.8")
	assert.Equal(t, "team-monthly-0.8-prod-search___co-297c5b210fee6f70320d", print)
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("", 3600))
	assert.Equal(t, print+"-20261031T230000Z-firing", ID(print, start, "firing"))
	assert.NotEqual(t, ID(print, start, "a b"), ID(print, start, "a_b"))

	seen := map[string]bool{}
	for _, f := range []string{
		Fingerprint("a", nil), Fingerprint("a", nil, ""), Fingerprint("a", nil, "b", "c"), Fingerprint("a", map[string]string{"b": "c"}), Fingerprint("a", nil, "bc"), Fingerprint("a-b", nil, "c"),
		Fingerprint("a", map[string]string{"b": "d"}, "c"), Fingerprint("a", map[string]string{"c": "d"}, "b"),
		Fingerprint("a", nil, strings.Repeat("x", 100)), Fingerprint("a", nil, strings.Repeat("x", 101)),
	} {
		assert.False(t, seen[f], f)
		seen[f] = true
	}
}

// What Decode takes is written and read as the same alert, and fits again.
func FuzzDecode(f *testing.F) {
	for _, a := range examples() {
		f.Add(a.Encode())
	}
	f.Add([]byte("\x01{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := Decode(body)
		if err != nil {
			return
		}
		again, err := Decode(a.Encode())
		require.NoError(t, err)
		require.Equal(t, a, again)
		record := plog.NewLogRecord()
		a.Write(record)
		read, ok := Read(record)
		require.True(t, ok)
		require.Equal(t, a, read)
	})
}

// Read bears any record.
func FuzzRead(f *testing.F) {
	for _, a := range examples() {
		logs := plog.NewLogs()
		a.Write(logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
		body, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
		require.NoError(f, err)
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(body)
		if err != nil {
			return
		}
		for _, rl := range logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, record := range sl.LogRecords().All() {
					if a, ok := Read(record); ok {
						again, err := Decode(a.Encode())
						require.NoError(t, err)
						require.Equal(t, a, again)
					}
				}
			}
		}
	})
}

// A name that a sender chose reaches a terminal, a chat and a page within a sentence.
func TestASentenceIsLegible(t *testing.T) {
	a := examples()["budget"]
	a.Body = "calls of m\x1b[31m\n\u202ed\u2066 have no price\u0085."
	a.Drivers = []string{"m\u202e: 1 USD"}
	record := plog.NewLogRecord()
	a.Write(record)
	assert.Equal(t, "calls of m [31m  d  have no price .", record.Body().Str())
	got, ok := Read(record)
	require.True(t, ok)
	assert.Equal(t, []string{"m : 1 USD"}, got.Drivers)
	assert.Equal(t, "Größe 漢字 שלום 👍🏽 a\u200db", Legible("Größe 漢字 שלום 👍🏽 a\u200db"))
}

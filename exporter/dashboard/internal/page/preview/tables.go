package main

import (
	"fmt"
	"math"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/report"
)

func (m *made) agents() []string {
	if m.kind == "hostile" {
		return hostile
	}
	return []string{"code-reviewer", "paper-reader", "triage", "support-bot", "planner"}
}

func (m *made) table(kind, rangeName string) report.Table {
	t := report.Table{Timestamp: m.now().UTC(), Range: rangeName, Rows: []report.Row{}}
	if m.kind == "empty" {
		return t
	}
	names := map[string][]string{
		"agents": m.agents(), "groups": {"search", "support", "research", "platform"},
		"tools": {"web_search", "read_file", "run_tests", "sql_query", "send_mail"},
	}[kind]
	if m.kind == "hostile" {
		names = hostile
	}
	for i, model := range m.models() {
		calls := 900 / float64(i+1) * 4
		row := report.Row{
			Name: model.name, Calls: ptr(math.Round(calls)), ErrorPercent: ptr(0.4 * float64(i*i)), P50: ptr(model.speed * 0.6),
			P95: ptr(model.speed * 2.1),
		}
		if kind != "models" {
			if i >= len(names) {
				break
			}
			row.Name = names[i]
		}
		if kind != "tools" {
			usd := m.today() * model.share
			row.USD, row.Share, row.USDPerCall, row.Tokens, row.CacheHit = ptr(usd), ptr(100*model.share), ptr(usd/calls), ptr(math.Round(calls*4211)),
				ptr(61-12*float64(i))
		}
		switch kind {
		case "models":
			row.Provider, row.FirstChunkP50, row.OutputPerSec = text(model.provider), ptr(model.speed/7), ptr(140/model.speed)
		case "groups":
			row.Group, row.P50, row.P95, row.ErrorPercent = map[string]string{"team": row.Name}, nil, nil, nil
		}
		t.Rows = append(t.Rows, row)
	}
	if kind == "models" && m.kind == "full" {
		t.Rows = append(t.Rows, report.Row{Name: "mystery-large-2", Provider: text("mystery"), Calls: ptr(14.0), Unpriced: ptr(14.0), Tokens: ptr(58_000.0)})
		t.Rows[0].Unpriced = ptr(3.0)
	}
	return t
}

func (m *made) runs(window string) report.Runs {
	now := m.now().UTC()
	r := report.Runs{Timestamp: now, Window: window, Runs: []report.Run{}}
	if m.kind == "empty" {
		return r
	}
	for i := range 40 {
		start := now.Add(-time.Duration(i*31+9) * time.Minute)
		model := m.models()[i%5]
		r.Runs = append(r.Runs, report.Run{
			ID: fmt.Sprintf("conv-%04x", 40503*(i+1)%65536), Kind: "conversation", USD: 3.1 / float64(i+1), Calls: int64(88 / (i + 1)),
			Tokens: int64(1_910_000 / (i + 1)), Agent: m.agents()[i%5],
			Service: "research", Models: []string{model.name}, StartedAt: start, EndedAt: start.Add(time.Duration(900/(i+1)) * time.Second), TraceURL: m.traceURL(),
		})
	}
	return r
}

type span struct{ step, length time.Duration }

var spans = map[string]span{
	"15m": {15 * time.Second, 15 * time.Minute}, "1h": {time.Minute, time.Hour}, "6h": {5 * time.Minute, 6 * time.Hour},
	"24h": {20 * time.Minute, 24 * time.Hour}, "7d": {2 * time.Hour, 7 * 24 * time.Hour}, "30d": {12 * time.Hour, 30 * 24 * time.Hour},
}

func (m *made) series(panel, rangeName string) report.Series {
	sp, known := spans[rangeName]
	if !known {
		sp = spans["1h"]
	}
	now := m.now().Truncate(sp.step)
	s := report.Series{
		Timestamp: m.now().UTC(), Panel: panel, Range: rangeName, Step: sp.step.Seconds(), TimeZone: zone, Time: []int64{},
		Series: []report.Line{}, Marks: []report.Mark{},
	}
	s.Unit = map[string]string{"cost": "USD/h", "latency": "s", "ttft": "s", "errors": "%", "tokens": "{token}/s"}[panel]
	if m.kind == "empty" {
		return s
	}
	for at := now.Add(-sp.length); !at.After(now); at = at.Add(sp.step) {
		s.Time = append(s.Time, at.Unix())
	}
	line := func(name string, size, seed float64) {
		l := report.Line{Name: name}
		for _, at := range s.Time {
			l.Values = append(l.Values, ptr(size*wave(time.Unix(at, 0), seed)))
		}
		s.Series = append(s.Series, l)
	}
	switch panel {
	case "cost":
		for i, model := range m.models() {
			line(model.name, 5.4*model.share, float64(i))
		}
		s.Marks = []report.Mark{
			{At: now.Add(-sp.length / 3), Name: "team-monthly", Severity: "error", ID: "team-monthly-1-research"},
			{At: now.Add(-sp.length / 9), Name: "HIGH_ERROR_RATE", Severity: "warning", ID: "HIGH_ERROR_RATE-research"},
		}
	case "latency":
		line("p50", 1.7, 1)
		line("p95", 5.9, 2)
	case "ttft":
		line("p50", 0.41, 3)
		line("p95", 1.2, 4)
	case "errors":
		line("errors", 2.1, 5)
		line("timeouts", 0.4, 6)
	case "tokens":
		line("input_uncached", 2900, 1)
		line("cache_read", 1800, 2)
		line("output_visible", 390, 3)
	}
	return s
}

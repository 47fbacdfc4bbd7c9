package dashboard

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/history"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/metadata"
)

const madeDays = 30

// madeMonth writes 30 days of a gateway with five models, four agents and three teams into a directory: each minute what it tells.
func madeMonth(b *testing.B, dir string, end time.Time) {
	b.Helper()
	h, err := history.Open(b.Context(), history.Options{
		Dir: dir, Retention: 35 * 24 * time.Hour, MaxBytes: 5 << 30, MaxSeries: 100_000, QueryTimeout: time.Minute, MaxSamples: 50_000_000, Concurrency: 4,
		Logger: slog.New(slog.DiscardHandler), Now: time.Now, Free: freeBytes,
		Hooks: history.Hooks{Appended: func(int) {}, Rejected: func(reason string, n int) { b.Errorf("%d samples: %s", n, reason) }, Refused: func(string) {}, Trouble: func(error) {}},
	})
	require.NoError(b, err)
	m := &month{begin: end.Add(-madeDays * 24 * time.Hour)}
	for at := m.begin; !at.After(end); at = at.Add(time.Minute) {
		require.NoError(b, h.Append(b.Context(), m.minute(at)))
		if at.Sub(m.begin)%(2*time.Hour) == 0 {
			h.Tend()
		}
	}
	require.NoError(b, h.Close(context.Background()))
}

// month is what was done since its beginning.
type month struct {
	begin time.Time
	done  float64
	ms    pmetric.MetricSlice
	at    time.Time
}

// minute is what a gateway tells at one time; by day it does more than by night.
func (m *month) minute(at time.Time) pmetric.Metrics {
	m.done += math.Round(20 - 18*math.Cos(2*math.Pi*float64(at.Hour()*60+at.Minute())/1440))
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "otelcol-llm")
	m.ms, m.at = rm.ScopeMetrics().AppendEmpty().Metrics(), at
	for i := range 5 {
		model := map[string]any{"service.name": "shop", "gen_ai.provider.name": "openai", "gen_ai.request.model": fmt.Sprintf("model-%d", i)}
		n := m.done * float64(i+1)
		for agent := range 4 {
			for team := range 3 {
				of := with(model, "gen_ai.agent.name", fmt.Sprintf("agent-%d", agent), "team", fmt.Sprintf("team-%d", team))
				m.sum("llm.cost.booked.usd", "{USD}", n*0.001, of)
				m.sum("llm.calls.booked", "{call}", n, of)
				for _, kind := range []string{"input_uncached", "cache_read", "output_visible"} {
					m.sum("llm.tokens.booked", "{token}", n*800, with(of, "gen_ai.token.type", kind))
				}
			}
		}
		m.sum("llm.calls", "{call}", n*12, with(model, "status", "ok"))
		m.sum("llm.calls", "{call}", math.Floor(n/10), with(model, "status", "error"))
		m.sum("llm.cost.saved.usd", "{USD}", n*0.0001, model)
		for _, kind := range []string{"input_uncached", "cache_read", "output_visible"} {
			m.sum("llm.tokens", "{token}", n*9600, with(model, "gen_ai.token.type", kind))
		}
		for _, name := range []string{"gen_ai.client.operation.duration", "gen_ai.client.operation.time_to_first_chunk", "gen_ai.client.operation.time_per_output_chunk"} {
			m.histogram(name, uint64(n), model)
		}
	}
	for agent := range 4 {
		of := map[string]any{"service.name": "shop", "gen_ai.agent.name": fmt.Sprintf("agent-%d", agent)}
		m.sum("agent.requests", "{request}", m.done, with(of, "status", "ok"))
		m.histogram("agent.request.duration", uint64(m.done), of)
	}
	m.histogram("gen_ai.execute_tool.duration", uint64(m.done), map[string]any{"service.name": "shop", "gen_ai.tool.name": "search"})
	day, first := at.Truncate(24*time.Hour), time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	for name, begin := range map[string]time.Time{"day": day, "month": first} {
		of := map[string]any{"budget.name": map[string]string{"day": "daily", "month": "monthly"}[name], "budget.period": name, "budget.timezone": "UTC"}
		m.gauge("llm.budget.spent.usd", 12*float64(at.Sub(begin)/time.Minute), of)
		m.gauge("llm.budget.limit.usd", 1e6, of)
		m.gauge("llm.budget.period.start.seconds", float64(begin.Unix()), of)
	}
	for _, name := range []string{"system.cpu.utilization.busy.ratio", "system.cpu.utilization.peak.ratio"} {
		m.gauge(name, 0.3, map[string]any{"host.name": "one"})
	}
	m.gauge("process.memory.usage.bytes", 2e8, map[string]any{"component": "gateway"})
	return md
}

func with(labels map[string]any, more ...string) map[string]any {
	out := maps.Clone(labels)
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

// metric is the one of that name, which may be there.
func (m *month) metric(name string) (to pmetric.Metric, begins bool) {
	for i := max(m.ms.Len()-12, 0); i < m.ms.Len(); i++ {
		if m.ms.At(i).Name() == name {
			return m.ms.At(i), false
		}
	}
	to = m.ms.AppendEmpty()
	to.SetName(name)
	return to, true
}

func (m *month) sum(name, unit string, v float64, labels map[string]any) {
	to, begins := m.metric(name)
	if begins {
		to.SetUnit(unit)
		to.SetEmptySum().SetIsMonotonic(true)
		to.Sum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	}
	m.point(to.Sum().DataPoints().AppendEmpty(), v, labels)
}

func (m *month) gauge(name string, v float64, labels map[string]any) {
	to, begins := m.metric(name)
	if begins {
		to.SetEmptyGauge()
	}
	m.point(to.Gauge().DataPoints().AppendEmpty(), v, labels)
}

func (m *month) point(p pmetric.NumberDataPoint, v float64, labels map[string]any) {
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(m.begin.Add(-time.Second)))
	p.SetTimestamp(pcommon.NewTimestampFromTime(m.at))
	p.SetDoubleValue(v)
	_ = p.Attributes().FromRaw(labels)
}

// histogram has 40 buckets in use.
func (m *month) histogram(name string, n uint64, labels map[string]any) {
	to, begins := m.metric(name)
	if begins {
		to.SetUnit("s")
		to.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	}
	p := to.ExponentialHistogram().DataPoints().AppendEmpty()
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(m.begin.Add(-time.Second)))
	p.SetTimestamp(pcommon.NewTimestampFromTime(m.at))
	p.SetScale(3)
	buckets := make([]uint64, 40)
	for i := range buckets {
		buckets[i] = n * uint64(i+1) / 40
		p.SetCount(p.Count() + buckets[i])
	}
	p.Positive().BucketCounts().FromRaw(buckets)
	p.SetSum(float64(p.Count()))
	_ = p.Attributes().FromRaw(labels)
}

// BenchmarkPage asks for all that the page shows, at once, as a browser does, of 30 made days (MADE_HISTORY=dir keeps them):
// `go test -bench Page -benchtime 3x ./exporter/dashboard`.
func BenchmarkPage(b *testing.B) {
	dir := os.Getenv("MADE_HISTORY")
	if dir == "" {
		dir = b.TempDir()
	}
	if _, err := os.Stat(dir + "/metrics"); err != nil {
		madeMonth(b, dir, time.Now().Truncate(time.Minute))
	}
	cfg := createDefaultConfig().(*Config)
	cfg.Storage.Dir, cfg.SelfMetrics.Endpoint, cfg.Server.NetAddr.Endpoint = dir, "", freePort
	s, err := newState(cfg, exportertest.NewNopSettings(metadata.Type))
	require.NoError(b, err)
	began := time.Now()
	require.NoError(b, s.Start(b.Context(), componenttest.NewNopHost()))
	b.Logf("opened after %v", time.Since(began))
	defer func() { require.NoError(b, s.Shutdown(context.Background())) }()
	for began := time.Now(); ; time.Sleep(time.Second) { // the hours and days are recorded
		days, err := s.history.Instant(b.Context(), "count_over_time(llm:recorded:day[31d])", time.Now())
		require.NoError(b, err)
		if len(days) > 0 && days[0].Value >= madeDays-1 || time.Since(began) > 5*time.Minute {
			b.Logf("recorded after %v", time.Since(began))
			break
		}
	}
	for _, window := range []string{"24h", "30d"} {
		b.Run(window, func(b *testing.B) {
			took := map[string]time.Duration{}
			for b.Loop() {
				b.StopTimer()
				time.Sleep(freshFor)
				b.StartTimer()
				load(b, s.pages.report, window, took)
			}
			for _, path := range slices.SortedFunc(maps.Keys(took), func(x, y string) int { return int(took[y] - took[x]) }) {
				b.Logf("%-40s %v", path, took[path]/time.Duration(b.N))
			}
		})
	}
}

// freshFor is longer than an answer is given again.
const freshFor = 16 * time.Second

func load(b *testing.B, to http.Handler, window string, took map[string]time.Duration) {
	b.Helper()
	from := time.Now().AddDate(0, 0, -29).UTC().Format(time.DateOnly)
	paths := []string{"costs", "health", "summary?range=" + window, "models?range=" + window, "alerts", "recommendations"}
	if window == "30d" {
		paths = append(paths, "costs/days?from="+from)
	} else {
		paths = append(paths, "costs/days")
	}
	for _, panel := range []string{"cost", "latency", "ttft", "errors", "tokens"} {
		paths = append(paths, "series?panel="+panel+"&range="+window)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	slots := make(chan struct{}, 6) // that many connections a browser opens
	for _, path := range paths {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			began := time.Now()
			w := httptest.NewRecorder()
			to.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, reportPath+path, http.NoBody))
			body, _ := io.ReadAll(w.Body)
			mu.Lock()
			defer mu.Unlock()
			if w.Code != http.StatusOK {
				b.Errorf("%s: %d: %s", path, w.Code, body)
			}
			took[path] += time.Since(began)
		})
	}
	all.Wait()
}

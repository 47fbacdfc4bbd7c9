package test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// documentedMetric is one metric of a README's table.
type documentedMetric struct {
	name, kind, unit string
	labels           []string // in Prometheus' spelling, besides those that all metrics of the component have
	optional         bool     // not every machine has it
}

// Words of the tables that stand for attributes.
var (
	inTicks   = regexp.MustCompile("`([^`]+)`")
	ofProcess = []string{"component", "process.pid", "process.executable.name"}
	ofParts   = map[string]string{"model": "gen_ai.request.model", "agent": "gen_ai.agent.name", "tool": "gen_ai.tool.name"}
)

// rows are the cells of all table rows in a README that begin with a name in backticks and have at least n cells.
func rows(t testing.TB, component string, n int) [][]string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(gateway.Root(), component, "README.md"))
	require.NoError(t, err)
	var all [][]string
	for line := range bytes.Lines(body) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(string(line)), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) >= n && strings.HasPrefix(cells[0], "`") {
			all = append(all, cells)
		}
	}
	require.NotEmpty(t, all, component)
	return all
}

// names are what a cell has in backticks, in Prometheus' spelling.
func names(cell string) []string {
	var all []string
	for _, m := range inTicks.FindAllStringSubmatch(cell, -1) {
		all = append(all, prometheusLabel(m[1]))
	}
	return all
}

// kindAndUnit takes "histogram, s" apart.
func kindAndUnit(cell string) (kind, unit string, ok bool) {
	kind, unit, ok = strings.Cut(cell, ", ")
	return kind, unit, ok && slices.Contains([]string{"counter", "gauge", "histogram", "level"}, kind)
}

func documentedByGenAIMetrics(t testing.TB) (all []documentedMetric) {
	for _, cells := range rows(t, "connector/genaimetrics", 4) {
		if kind, unit, ok := kindAndUnit(cells[1]); ok {
			name := names(cells[0])[0]
			optional := strings.Contains(name, "_embeddings_") || name == "llm_tools_billed" || name == "llm_cost_discount_usd" // no such calls are made
			all = append(all, documentedMetric{name: name, kind: kind, unit: unit, labels: names(cells[2]), optional: optional})
		}
	}
	return all
}

func documentedByBudgetalert(t testing.TB) (all []documentedMetric) {
	for _, cells := range rows(t, "connector/budgetalert", 4) {
		if kind, unit, ok := kindAndUnit(cells[1]); ok {
			name := names(cells[0])[0]
			optional := strings.HasPrefix(name, "llm_budget_forecast") // not right after a period has begun
			all = append(all, documentedMetric{name: name, kind: kind, unit: unit, labels: names(cells[2]), optional: optional})
		}
	}
	return all
}

func documentedByPerfstats(t testing.TB) (all []documentedMetric) {
	for _, cells := range rows(t, "processor/perfstats", 5) {
		m := documentedMetric{name: names(cells[0])[0], kind: "gauge", unit: cells[1], labels: names(cells[2])}
		for word, attr := range ofParts {
			if strings.Contains(cells[3], word) || strings.Contains(cells[3], "as the two above") {
				m.labels = append(m.labels, prometheusLabel(attr))
			}
		}
		all = append(all, m)
	}
	return all
}

func documentedByHostresources(t testing.TB) (all []documentedMetric) {
	var before []string
	for _, cells := range rows(t, "receiver/hostresources", 4) {
		kind, unit, ok := kindAndUnit(cells[1])
		if !ok {
			continue
		}
		labels := names(cells[2])
		if strings.HasPrefix(cells[2], "same") {
			labels = before
		}
		before = labels
		if strings.HasPrefix(cells[2], "process") {
			labels = append(names("`"+strings.Join(ofProcess, "` `")+"`"), labels...)
		}
		for _, name := range names(cells[0]) {
			all = append(all, documentedMetric{
				name: name, kind: kind, unit: unit, labels: append([]string{"host_name"}, labels...),
				optional: strings.Contains(name, "windows") || strings.HasPrefix(name, "system_paging_u") || strings.HasPrefix(name, "system_disk"),
			})
		}
	}
	return all
}

// inPrometheus is the name that the rules of OpenTelemetry's Prometheus compatibility give it.
func (m *documentedMetric) inPrometheus() string {
	name := m.name
	suffix := map[string]string{"s": "_seconds", "By": "_bytes"}[m.unit]
	switch {
	case strings.HasSuffix(m.unit, "/s"):
		suffix = "_per_second"
	case m.unit == "1" && (m.kind == "gauge" || m.kind == "level"):
		suffix = "_ratio"
	}
	if !strings.HasSuffix(name, suffix) {
		name += suffix
	}
	if m.kind == "counter" && !strings.HasSuffix(name, "_total") {
		name += "_total"
	}
	return name
}

// TestDocumentedSeries sends one of everything through the default configuration with every naming on: each metric of the READMEs' tables
// is in Prometheus with the labels that its row names and no others, and promtool has nothing to say against the names.
func TestDocumentedSeries(t *testing.T) {
	need(t, "prometheus", "promtool")
	t.Parallel()
	g, otlp, scrapeURL, _ := defaultsWith(t, []string{"--config", gateway.Root() + "/test/testdata/everything.yaml"})
	server := prometheus.Start(t, false, hostOf(scrapeURL))
	traces, _ := aFewMinutes(t, 2000)
	postTraces(t, otlp, traces)

	metrics := slices.Concat(
		documentedByGenAIMetrics(t), documentedByBudgetalert(t), documentedByPerfstats(t), documentedByHostresources(t))
	want := map[string]map[string]bool{} // labels by name; a name may have several rows
	for i := range metrics {
		m := &metrics[i]
		name := m.inPrometheus()
		if m.kind == "histogram" {
			name += "_count"
		}
		if want[name] == nil {
			want[name] = map[string]bool{}
		}
		for _, label := range m.labels {
			want[name][label] = true
		}
		if m.optional && len(labelsOf(t, server, name)) == 0 {
			delete(want, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		var got []string
		labels := slices.Sorted(maps.Keys(want[name]))
		assert.Eventually(t, func() bool {
			got = labelsOf(t, server, name)
			return slices.Equal(labels, got)
		}, 30*time.Second, 200*time.Millisecond, "%s", name)
		assert.Equal(t, labels, got, name)
	}
	t.Logf("%d names", len(want))
	checkMetrics(t, scrapeURL)
	checkQuiet(t, g)
}

// labelsOf are the labels that any series of a name has, besides who sent it and to which gateway.
func labelsOf(t testing.TB, server *prometheus.Server, name string) []string {
	t.Helper()
	labels := map[string]bool{}
	for _, s := range server.Query(t, name) {
		for label := range s.Labels {
			labels[label] = true
		}
	}
	for _, label := range []string{
		"__name__", "job", "instance", "exported_job", "exported_instance", "service_name", "otel_scope_name", "otel_scope_version", "otel_scope_schema_url",
	} {
		delete(labels, label)
	}
	return slices.Sorted(maps.Keys(labels))
}

// hostOf is the host:port of a scrape URL.
func hostOf(scrapeURL string) string {
	return strings.TrimSuffix(strings.TrimPrefix(scrapeURL, "http://"), "/metrics")
}

package test

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// The time in which a counter must have reached Prometheus: an export of the connector and a scrape are a second each.
const scraped = 30 * time.Second

// documented are the counters and their labels beside service_name. A call that failed need not say its provider.
var documented = map[string][]string{
	`llm_calls_total{status="ok"}`:                 {"gen_ai_provider_name", "gen_ai_request_model"},
	`llm_calls_total{status="error"}`:              {"gen_ai_request_model"},
	`llm_tokens_total`:                             {"gen_ai_provider_name", "gen_ai_request_model", "gen_ai_token_type"},
	`llm_cost_usd_total{llm_cost_status="priced"}`: {"gen_ai_provider_name", "gen_ai_request_model"},
}

// TestPrometheusCounts lets a real Prometheus scrape the gateway after all captures have been through it, and compares what it stored
// with the providers' bills.
func TestPrometheusCounts(t *testing.T) {
	need(t, "prometheus", "promtool")
	t.Parallel()
	bills := readTruth(t)
	r := newRig(t, "gateway.yaml")
	server := prometheus.Start(t, true, r.scraped)

	want, tokens := map[string]int64{}, map[string]int64{} // nano-USD and tokens by service
	for _, name := range slices.Sorted(maps.Keys(bills)) {
		_, traces := readCapture(t, name)
		spans := r.post(t, traces)
		got := count(t, spans)
		for i := range bills[name].Calls {
			tokens[serviceOf(traces)] += bills[name].Calls[i].tokens()
		}
		want[serviceOf(traces)] += nano(bills[name].ExpectedTotalUSD) + sum(got.estimated) + alsoRight(bills[name], got.priced)
	}

	var stored map[string]int64
	require.Eventually(t, func() bool {
		stored = map[string]int64{}
		for _, s := range server.Query(t, `sum by (service_name) (llm_cost_usd_total)`) {
			stored[s.Labels["service_name"]] = nano(s.Value)
		}
		maps.DeleteFunc(stored, func(_ string, amount int64) bool { return amount == 0 })
		maps.DeleteFunc(want, func(_ string, amount int64) bool { return amount == 0 })
		return maps.Equal(want, stored)
	}, scraped, 200*time.Millisecond, "nano-USD by service: want %v", want)

	for selector, labels := range documented {
		series := server.Query(t, selector)
		assert.NotEmpty(t, series, selector)
		for _, s := range series {
			for _, label := range append([]string{"service_name"}, labels...) {
				assert.NotEmpty(t, s.Labels[label], "%s of %v", label, s.Labels)
			}
		}
	}
	counted := map[string]int64{}
	for _, s := range server.Query(t, `sum by (service_name) (llm_tokens_total)`) {
		counted[s.Labels["service_name"]] = int64(s.Value)
	}
	assert.Equal(t, tokens, counted, "tokens by service")
	checkMetrics(t, r.scrape)
}

// alsoRight is what priced calls are above the expected amounts because another reading of their cache writes is right too.
func alsoRight(bill *truth, priced []int64) int64 {
	_, _, also := bill.visible()
	var more int64
	for _, amount := range priced {
		if expected, ok := also[amount]; ok {
			more += amount - expected
		}
	}
	return more
}

func serviceOf(traces ptrace.Traces) string {
	name, _ := traces.ResourceSpans().At(0).Resource().Attributes().Get(genai.ServiceName)
	return name.Str()
}

// conventionsName is a name of the semantic conventions that promtool does not like.
const conventionsName = "process_unix_file_descriptor_count non-histogram and non-summary metrics should not have \"_count\" suffix\n"

// checkMetrics has promtool judge the names and help texts of everything on the endpoint.
func checkMetrics(t *testing.T, url string) {
	t.Helper()
	cmd := exec.Command("promtool", "check", "metrics")
	cmd.Stdin = strings.NewReader(scrapeText(t, url))
	output, err := cmd.CombinedOutput()
	if string(output) == conventionsName {
		return
	}
	require.NoError(t, err, "promtool check metrics: %s", output)
	assert.Empty(t, string(output))
}

package browser

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// billed are the runs whose bill has one reading, with what the provider billed for them in nano-USD.
func billed(t *testing.T) (runs []replay.Run, total int64) {
	t.Helper()
	dir := filepath.Join(gateway.Root(), "internal", "dialect", "testdata", "captures")
	body, err := os.ReadFile(filepath.Join(dir, "TRUTH.json"))
	require.NoError(t, err)
	var truth map[string]struct {
		Expected float64 `json:"expected_total_usd"`
		Guessed  float64 `json:"guessed_total_usd"`
		Calls    []struct {
			AlsoRight *float64 `json:"also_right_usd"`
		} `json:"calls"`
	}
	require.NoError(t, json.Unmarshal(body, &truth))
	all, err := replay.Read(dir)
	require.NoError(t, err)
	for _, run := range all {
		bill := truth[run.Name]
		clear := bill.Guessed == 0
		for _, call := range bill.Calls {
			clear = clear && call.AlsoRight == nil
		}
		if clear {
			runs = append(runs, run)
			total += nano(bill.Expected)
		}
	}
	require.Greater(t, len(runs), 10)
	return runs, total
}

func nano(usd float64) int64 { return int64(math.RoundToEven(usd * 1e9)) }

const newYork = "America/New_York"

// TestTheGatewaysPage is the whole of it: the built gateway, what real agents sent, and a browser at the other end of the world.
func TestTheGatewaysPage(t *testing.T) {
	location, err := time.LoadLocation(newYork)
	require.NoError(t, err)
	today := func() string { return time.Now().In(location).Format(time.DateOnly) }
	began := today()

	ports := gateway.FreePorts(t, 6)
	o := gateway.Options{
		Config: gateway.Root() + "/collector-config.yaml", Dir: t.TempDir(),
		Args: []string{
			"--set=connectors.budgetalert.timezone=" + newYork, "--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=2s",
			"--set=connectors.budgetalert.zero_for=2s", "--set=processors.perfstats.interval=1s",
		},
		Env: []string{
			"OTLP_GRPC_ENDPOINT=" + gateway.Loopback(ports[0]), "OTLP_HTTP_ENDPOINT=" + gateway.Loopback(ports[1]), "PROMETHEUS_ENDPOINT=" + gateway.Loopback(ports[2]),
			"HEALTH_ENDPOINT=" + gateway.Loopback(ports[3]), fmt.Sprintf("TELEMETRY_PORT=%d", ports[4]), "DASHBOARD_ENDPOINT=" + gateway.Loopback(ports[5]),
		},
	}
	g := gateway.Start(t, o)
	otlp, url := "http://"+gateway.Loopback(ports[1])+"/v1/traces", "http://"+gateway.Loopback(ports[5])
	tb := open(t, Options{TimeZone: "Asia/Tokyo"})
	tb.visit(t, url+"/?range=15m")
	assert.Contains(t, tb.text(t, "#breakdown"), "OTEL_EXPORTER_OTLP_ENDPOINT", "nothing was sent: the page says what to send")

	runs, want := billed(t)
	play := func(turn int) {
		for _, run := range runs {
			gateway.Post(t, otlp, "application/json", run.Play(turn, 1, time.Now()))
		}
	}
	shows := func(nanoUSD int64) {
		if today() != began {
			t.Skip("midnight passed in New York: today's total has begun anew")
		}
		tb.until(t, fmt.Sprintf(`Math.round(Number(document.getElementById('today-usd')?.value) * 1e9) === %d`, nanoUSD))
	}
	play(0)
	shows(want) // live: the page was open
	var c costs
	getJSON(t, url+"/api/llm/v1/costs", &c)
	assert.Equal(t, c.Current.Daily, value(t, tb, "today-usd"))
	assert.Equal(t, c.Current.Monthly, value(t, tb, "month-usd"))
	assert.Contains(t, tb.text(t, "#today"), newYork)
	play(1)
	shows(2 * want)
	assert.Contains(t, tb.text(t, "#zone"), newYork)

	tb.until(t, `document.querySelector('#breakdown').innerText.includes('claude-sonnet-4-5')`)
	tb.until(t, `document.querySelector('#cost canvas') && document.querySelector('#latency canvas')`)
	tb.until(t, `document.querySelector('#days').innerText.includes('gpt-4o-mini')`)
	tb.noFault(t)

	g.Stop(t)
	tb.until(t, `document.getElementById('age').innerText.startsWith('no connection')`)
	gateway.Start(t, o)
	tb.until(t, `document.getElementById('age').innerText.startsWith('live')`)
	shows(2 * want) // what was counted before is there
	play(2)
	shows(3 * want)

	paints, waited := firstPaints(t, url+"/")
	t.Logf("first paint: median of 7 is %.0f ms, of %.0f to %.0f", paints[3], paints[0], paints[6])
	assert.Equal(t, []string{url + "/assets/page.css"}, waited, "the first paint waits for no script and no data, on however slow a machine")
}

// firstPaints are seven times until something is seen, in ms and sorted, and what the browser had to load before.
func firstPaints(t *testing.T, url string) (all []float64, waited []string) {
	t.Helper()
	for range 7 {
		fresh := open(t, Options{})
		fresh.visit(t, url)
		fresh.until(t, `performance.getEntriesByName('first-contentful-paint').length > 0`)
		all = append(all, eval[float64](t, fresh, `performance.getEntriesByName('first-contentful-paint')[0].startTime`))
		waited = eval[[]string](t, fresh, `performance.getEntriesByType('resource').filter(r => r.renderBlockingStatus === 'blocking').map(r => r.name)`)
	}
	slices.Sort(all)
	return all, waited
}

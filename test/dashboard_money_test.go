package test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// nanoPerToken is what an input token costs.
var nanoPerToken = map[string]int64{"gpt-4o": 2500, "gpt-4o-mini": 150}

// shownCosts is what /api/llm/v1/costs says of money.
type shownCosts struct {
	TimeZone string `json:"time_zone"`
	Current  struct {
		Daily   *float64
		Monthly *float64
	} `json:"current_costs"`
	ByModel []shownRow `json:"by_model"`
	ByGroup []shownRow `json:"by_group"`
	Days    []struct {
		USD *float64
	} `json:"last_7_days"`
}

type shownRow struct {
	Name string
	USD  *float64
	Rest bool
}

// money is nano-USD by what it was spent on; "" is all.
func (c *shownCosts) money() map[string]int64 {
	out := map[string]int64{}
	put := func(name string, usd *float64) {
		if usd != nil {
			out[name] += nano(*usd)
		}
	}
	put("", c.Current.Daily)
	put("month", c.Current.Monthly)
	if n := len(c.Days); n > 0 {
		put("day", c.Days[n-1].USD)
	}
	for _, row := range append(c.ByModel, c.ByGroup...) {
		put(row.Name, row.USD)
	}
	return out
}

// teams sends calls one after the other, each until it is acknowledged, and keeps the sums.
type teams struct {
	client *http.Client
	url    string
	rng    *rand.Rand
	n      int
	spent  map[string]int64
}

func (s *teams) call() {
	s.n++
	model, team := "gpt-4o", "team-"+fmt.Sprint(s.rng.IntN(3))
	if s.rng.IntN(2) == 0 {
		model = "gpt-4o-mini"
	}
	tokens := 1 + s.rng.IntN(2000)
	end := time.Now()
	body := fmt.Appendf(nil, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bot"}}]},"scopeSpans":[{"spans":[{
"traceId":"%032x","spanId":"%016x","name":"chat","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[
{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
{"key":"gen_ai.request.model","value":{"stringValue":"%s"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"%d"}},
{"key":"gen_ai.usage.output_tokens","value":{"intValue":"0"}},{"key":"team","value":{"stringValue":"%s"}}]}]}]}]}`,
		s.n, s.n, end.Add(-time.Second).UnixNano(), end.UnixNano(), model, tokens, team)
	again := retrying{url: s.url}
	for !again.send(s.client, body) {
		time.Sleep(20 * time.Millisecond)
	}
	n := int64(tokens) * nanoPerToken[model]
	for _, of := range []string{"", "month", "day", model, team} {
		s.spent[of] += n
	}
}

// noonZone is a time zone in which it is about noon, so that no midnight comes between.
func noonZone(now time.Time) string {
	east := 12 - now.UTC().Hour()
	return fmt.Sprintf("Etc/GMT%+d", -east) // the signs of these names are the other way round
}

// TestDashboardMoneyAfterKills kills the gateway 20 times under load: what the page's API says of today, the month, each model and each team is
// what was acknowledged, to the nano-USD, and so is the end of the chart.
func TestDashboardMoneyAfterKills(t *testing.T) {
	t.Parallel()
	const kills = 20
	ports := gateway.FreePorts(t, 6)
	zone := noonZone(time.Now())
	o := gateway.Options{
		Config: gateway.Root() + "/collector-config.yaml", Dir: t.TempDir(), Args: []string{"--config", gateway.Root() + "/test/testdata/dashboard.yaml"},
		Env: []string{
			"OTLP_GRPC_ENDPOINT=" + gateway.Loopback(ports[0]), "OTLP_HTTP_ENDPOINT=" + gateway.Loopback(ports[1]),
			"PROMETHEUS_ENDPOINT=" + gateway.Loopback(ports[2]), "HEALTH_ENDPOINT=" + gateway.Loopback(ports[3]), fmt.Sprintf("TELEMETRY_PORT=%d", ports[4]),
			"DASHBOARD_ENDPOINT=" + gateway.Loopback(ports[5]), "ZONE=" + zone,
		},
	}
	g := gateway.Start(t, o)
	s := &teams{
		client: &http.Client{Timeout: 10 * time.Second}, url: "http://" + gateway.Loopback(ports[1]) + "/v1/traces",
		rng: rand.New(rand.NewPCG(11, 12)), spent: map[string]int64{},
	}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				s.call()
			}
		}
	}()
	for range kills {
		time.Sleep(time.Duration(rand.IntN(1000)) * time.Millisecond)
		g.Kill()
		g = gateway.Start(t, o)
	}
	close(stop)
	<-ended

	api := "http://" + gateway.Loopback(ports[5]) + "/api/llm/v1/"
	var costs shownCosts
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		costs = shownCosts{}
		if assert.True(c, getJSON(api+"costs", &costs)) {
			assert.Equal(c, s.spent, costs.money())
		}
	}, 3*time.Minute, 500*time.Millisecond)
	assert.Equal(t, zone, costs.TimeZone)
	var chart struct {
		Series []struct{ Values []*float64 }
	}
	require.True(t, getJSON(api+"series?panel=spend", &chart))
	var last int64
	for _, line := range chart.Series {
		if v := line.Values[len(line.Values)-1]; v != nil {
			last += nano(*v)
		}
	}
	assert.Equal(t, s.spent[""], last, "the end of the chart is the headline")
	t.Logf("%d kills, %d calls, %d nano-USD", kills, s.n, s.spent[""])
}

func getJSON(url string, to any) bool {
	resp, err := http.Get(url) //nolint:noctx // a test's
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK && json.NewDecoder(resp.Body).Decode(to) == nil
}

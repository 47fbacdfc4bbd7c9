package advice

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

var epoch = time.Unix(0, 0).UTC()

// price is one of a made table, USD for a million tokens.
func price(_, model string, t Tokens, _ time.Time) (float64, bool) {
	p, ok := map[string][3]float64{"big": {2.5, 1.25, 10}, "small": {0.15, 0.075, 0.6}, "embed": {0.02, 0.02, 0}}[model]
	return (t.InputUncached*p[0] + t.CacheRead*p[1] + t.CacheWrite*p[0] + t.Output*p[2]) / 1e6, ok
}

// evaluate looks each minute from the beginning to the last one, and gives what is recommended then.
func evaluate(t *testing.T, history string, last time.Duration, more ...Rule) []Recommendation {
	t.Helper()
	return evaluateRules(t, append(Defaults(), more...), history, last)
}

// evaluateOne looks at one of the rules only.
func evaluateOne(t *testing.T, rule, history string, last time.Duration) *Recommendation {
	t.Helper()
	rules := slices.DeleteFunc(Defaults(), func(r Rule) bool { return r.Name != rule })
	require.Len(t, rules, 1)
	return one(evaluateRules(t, rules, history, last), rule)
}

func evaluateRules(t *testing.T, rules []Rule, history string, last time.Duration) []Recommendation {
	t.Helper()
	a := New(Options{
		Querier: seriestest.Load(t, time.Minute, history), Rules: rules, Price: price,
		Repeated: func(from, to time.Time) []Repeated {
			require.Equal(t, 24*time.Hour, to.Sub(from))
			return []Repeated{{"openai", "big", 1_000_000}, {"openai", "small", 7}, {"", "unknown", 5}}
		},
		Failed: func(rule string, err error) { require.NoError(t, err, rule) },
	})
	for at := max(last-20*time.Minute, 0); at <= last; at += time.Minute { // no rule waits longer
		a.Evaluate(t.Context(), epoch.Add(at))
	}
	return a.Current()
}

func gauge(name, labels string, value float64) string {
	return fmt.Sprintf("%s{service_name=\"shop\",%s} %vx60\n", name, labels, value)
}

// counter grows each minute.
func counter(name, labels string, each float64) string {
	return fmt.Sprintf("%s{service_name=\"shop\",%s} 0+%vx60\n", name, labels, each)
}

// book is what one model does each minute.
func book(model string, calls, usd, input, read, output float64) string {
	of := fmt.Sprintf("gen_ai_provider_name=\"openai\",gen_ai_request_model=%q", model)
	return counter("llm_calls_booked_total", of, calls) + counter("llm_cost_booked_usd_total", of, usd) +
		counter("llm_tokens_booked_total", of+`,gen_ai_token_type="input_uncached"`, input) +
		counter("llm_tokens_booked_total", of+`,gen_ai_token_type="cache_read"`, read) +
		counter("llm_tokens_booked_total", of+`,gen_ai_token_type="output_visible"`, output)
}

// chunks is a native histogram of which half is at most as long as seconds per token.
func chunks(seconds string, each int) string {
	return fmt.Sprintf(`gen_ai_client_operation_time_per_output_chunk_seconds_bucket{service_name="shop",gen_ai_request_model="big",le=%q} 0+%dx60
gen_ai_client_operation_time_per_output_chunk_seconds_bucket{service_name="shop",gen_ai_request_model="big",le="+Inf"} 0+%dx60
gen_ai_client_operation_time_per_output_chunk_seconds_count{service_name="shop",gen_ai_request_model="big"} 0+%dx60
`, seconds, each, each, each)
}

const llm = `scope="llm"`

func stat(name string) string { return llm + `,stat="` + name + `"` }

func TestRules(t *testing.T) {
	enough, few := gauge("llm_perf_samples", llm, 20), gauge("llm_perf_samples", llm, 19)
	for _, c := range []struct {
		rule  string
		fires string
		after time.Duration // since the beginning of the history
		title string
		saves float64 // 0 is none
		below map[string]string
	}{
		{
			"slow-average", enough + gauge("llm_perf_latency_seconds", stat("avg"), 5.01), 10 * time.Minute,
			"Model calls of shop take 5.01 s on average", 0,
			map[string]string{
				"faster": enough + gauge("llm_perf_latency_seconds", stat("avg"), 5),
				"few":    few + gauge("llm_perf_latency_seconds", stat("avg"), 50),
				"agents": enough + gauge("llm_perf_latency_seconds", `scope="agent",stat="avg"`, 50),
				"of one": enough + gauge("llm_perf_latency_seconds", stat("avg")+`,gen_ai_request_model="big"`, 50),
			},
		},
		{
			"latency-outliers", enough + gauge("llm_perf_latency_seconds", stat("avg"), 1) + gauge("llm_perf_latency_seconds", stat("p95"), 2.01), 10 * time.Minute,
			"One model call in twenty of shop takes more than 2.01 s, twice the average of 1 s", 0,
			map[string]string{
				"twice": enough + gauge("llm_perf_latency_seconds", stat("avg"), 1) + gauge("llm_perf_latency_seconds", stat("p95"), 2),
				"few":   few + gauge("llm_perf_latency_seconds", stat("avg"), 1) + gauge("llm_perf_latency_seconds", stat("p95"), 9),
			},
		},
		{
			"low-throughput", enough + gauge("llm_perf_requests_per_second", llm, 0.9) + gauge("llm_perf_concurrency", `x="y"`, 4), 15 * time.Minute,
			"shop finishes 0.9 calls a second with 4 at once", 0,
			map[string]string{
				"enough": enough + gauge("llm_perf_requests_per_second", llm, 1) + gauge("llm_perf_concurrency", `x="y"`, 4),
				"idle":   enough + gauge("llm_perf_requests_per_second", llm, 0.1) + gauge("llm_perf_concurrency", `x="y"`, 3),
				"few":    few + gauge("llm_perf_requests_per_second", llm, 0.1) + gauge("llm_perf_concurrency", `x="y"`, 4),
			},
		},
		{
			"high-error-ratio", enough + gauge("llm_perf_error_ratio", ``, 0.051), 5 * time.Minute,
			"5.1 % of the model calls of shop fail", 0,
			map[string]string{
				"fewer errors": enough + gauge("llm_perf_error_ratio", ``, 0.05),
				"few":          few + gauge("llm_perf_error_ratio", ``, 1),
			},
		},
		{
			"slow-output", chunks("0.22", 3), 16 * time.Minute, // 20 calls after 7 minutes, less what increase does not see
			"big writes 9.09 tokens a second", 0, map[string]string{
				"faster": chunks("0.2", 3),
				"few":    strings.ReplaceAll(chunks("0.5", 0), "0+0", "1+0.2"),
			},
		},
		{
			"high-memory", `process_memory_usage_bytes{component="agent"} 1000000001x60` + "\n", 19 * time.Minute,
			"agent takes 1000 MB of memory", 0,
			map[string]string{
				"less": `process_memory_usage_bytes{component="agent"} 1000000000x60` + "\n",
			},
		},
		{
			"high-cpu", `system_cpu_utilization_busy_ratio{host_name="one"} 0.81x60` + "\n", 19 * time.Minute,
			"The CPU of one is busy 81 % of the time", 0,
			map[string]string{
				"less": `system_cpu_utilization_busy_ratio{host_name="one"} 0.8x60` + "\n",
			},
		},
		{
			// 60 minutes: 120 calls, 7.2 and 1.2 USD; 1.44M and 0.048M tokens, which cost 0.2448 USD at small.
			"expensive-model", book("big", 2, 0.12, 24_000*0.9, 2_400, 800) + book("small", 2, 0.02, 1000, 0, 100) + book("embed", 9, 0.001, 1e4, 0, 0), time.Hour,
			"big is 85.1 % of the cost of 24 hours", -1,
			map[string]string{
				"no cheaper one": book("big", 2, 0.12, 24_000, 2_400, 800) + book("embed", 2, 0.01, 1000, 0, 0),
				"is the cheaper": book("small", 2, 0.12, 1000, 0, 100) + book("big", 2, 0.02, 10, 0, 1),
				"a smaller part": book("big", 2, 0.12, 24_000, 2_400, 800) + book("small", 2, 0.08, 1000, 0, 100),
				"few":            book("big", 0.2, 0.12, 24_000, 2_400, 800) + book("small", 2, 0.02, 1000, 0, 100),
				"not worth it":   book("big", 2, 0.00005, 1, 0, 1) + book("small", 2, 0.00001, 1, 0, 1),
			},
		},
		{
			"long-prompts", enough + gauge("llm_perf_tokens_per_call", `gen_ai_token_type="input_uncached"`, 1900) + gauge("llm_perf_tokens_per_call", `gen_ai_token_type="output_visible"`, 101), 10 * time.Minute,
			"A model call of shop takes 2001 tokens", 0,
			map[string]string{
				"shorter": enough + gauge("llm_perf_tokens_per_call", `gen_ai_token_type="input_uncached"`, 2000),
				"few":     few + gauge("llm_perf_tokens_per_call", `gen_ai_token_type="input_uncached"`, 9000),
			},
		},
		{
			// A million tokens at 2.5 instead of 1.25 each day.
			"low-cache-hits", book("big", 2, 0.01, 1500, 600, 10), 30 * time.Minute,
			"28.6 % of the input of big comes from the prompt cache", 37.5,
			map[string]string{
				"cached":        book("big", 2, 0.01, 1470, 630, 10),
				"short prompts": book("big", 2, 0.01, 2000, 40, 10),
				"few":           book("big", 0.2, 0.01, 1500, 300, 10),
			},
		},
		{
			// 60 minutes: 6 of 100 calls again, 0.5 USD a call, each hour of the month.
			"costly-retries", book("big", 100, 50, 100, 0, 10) + counter("llm_retries_total", `gen_ai_request_model="big"`, 6), 30 * time.Minute,
			"6 % of the calls of big are sent again", -1,
			map[string]string{
				"fewer": book("big", 100, 50, 100, 0, 10) + counter("llm_retries_total", `gen_ai_request_model="big"`, 5),
				"free":  book("big", 100, 0, 100, 0, 10) + counter("llm_retries_total", `gen_ai_request_model="big"`, 6),
				"few":   book("big", 0.2, 50, 100, 0, 10) + counter("llm_retries_total", `gen_ai_request_model="big"`, 0.1),
			},
		},
		{
			"unpriced-models", counter("llm_unpriced_calls_total", `gen_ai_provider_name="acme",gen_ai_request_model="acme-7b"`, 1), 10 * time.Minute,
			"Calls of acme, acme-7b without a price in the last hour: 10", 0,
			map[string]string{
				"none": counter("llm_unpriced_calls_total", `gen_ai_provider_name="acme",gen_ai_request_model="acme-7b"`, 0),
			},
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got := evaluateOne(t, c.rule, c.fires, c.after)
			require.NotNil(t, got, "fires")
			switch {
			case c.saves == 0:
				assert.Nil(t, got.Savings)
			case c.saves > 0:
				assert.InDelta(t, c.saves, *got.Savings, 1e-6)
			default:
				assert.NotNil(t, got.Savings)
			}
			assert.Contains(t, []string{c.title, strings.Replace(c.title, "10.0 calls", "10.00 calls", 1)}, got.Title)
			assert.NotContains(t, got.Title+got.Advice, "{")
			assert.NotEmpty(t, got.Figures)
			for name, history := range c.below {
				assert.Nil(t, evaluateOne(t, c.rule, history, time.Hour), name)
			}
		})
	}
	assert.Empty(t, evaluate(t, "", time.Hour), "silent without data")
}

func one(all []Recommendation, rule string) *Recommendation {
	for i := range all {
		if all[i].Name == rule {
			return &all[i]
		}
	}
	return nil
}

// Savings are of real calls: those of big at the price of small, and retries at what a call costs.
func TestSavings(t *testing.T) {
	got := evaluateOne(t, "expensive-model", book("big", 2, 0.065, 21_600, 2_400, 800)+book("small", 2, 0.02, 1000, 0, 100), time.Hour)
	require.NotNil(t, got)
	// What increase makes of a minute that is not whole is less than two per cent.
	there := 60 * (21_600*0.15 + 2_400*0.075 + 800*0.6) / 1e6
	assert.InEpsilon(t, 30*(60*0.065-there), *got.Savings, 0.02)
	assert.InEpsilon(t, there, got.Figures["cheaper_usd"], 0.02)
	assert.Contains(t, got.Advice, "Send simple calls to small")

	got = evaluateOne(t, "costly-retries", book("big", 100, 50, 100, 0, 10)+counter("llm_retries_total", `gen_ai_request_model="big"`, 6), time.Hour)
	require.NotNil(t, got)
	assert.InEpsilon(t, 6*60*0.5*720, *got.Savings, 0.02)
}

// A service at work, one at rest, a machine with nothing to do.
func TestNothingToRecommend(t *testing.T) {
	healthy := gauge("llm_perf_samples", llm, 40) + gauge("llm_perf_latency_seconds", stat("avg"), 1.2) + gauge("llm_perf_latency_seconds", stat("p95"), 2.2) +
		gauge("llm_perf_requests_per_second", llm, 0.2) + gauge("llm_perf_concurrency", `x="y"`, 2) + gauge("llm_perf_error_ratio", ``, 0.01) +
		gauge("llm_perf_tokens_per_call", `gen_ai_token_type="input_uncached"`, 900) + book("small", 12, 0.02, 10_800, 0, 900) + book("big", 1, 0.02, 900, 0, 90) + chunks("0.03", 9) +
		counter("llm_retries_total", `gen_ai_request_model="small"`, 0.1) +
		`process_memory_usage_bytes{component="gateway"} 3e8x60` + "\n" + `system_cpu_utilization_busy_ratio{host_name="one"} 0.2x60` + "\n"
	assert.Equal(t, []Recommendation{}, evaluate(t, healthy, time.Hour))
	idle := gauge("llm_perf_deployments", `x="y"`, 0) + book("small", 0, 0, 0, 0, 0) + chunks("0.03", 0) +
		`process_memory_usage_bytes{component="gateway"} 3e8x60` + "\n" + `system_cpu_utilization_busy_ratio{host_name="one"} 0.01x60` + "\n"
	assert.Equal(t, []Recommendation{}, evaluate(t, idle, time.Hour))
}

func TestFor(t *testing.T) {
	slow := gauge("llm_perf_samples", llm, 20) + `llm_perf_latency_seconds{service_name="shop",scope="llm",stat="avg"} 6x5 1x0 6x30` + "\n"
	assert.Empty(t, evaluate(t, slow, 16*time.Minute), "it began anew in the 7th minute")
	got := evaluate(t, slow, 17*time.Minute)
	require.Len(t, got, 1)
	assert.Equal(t, epoch.Add(7*time.Minute), got[0].Since)
}

func TestConfiguredRule(t *testing.T) {
	rule := Rule{
		Name: "mine", Title: "{subject} waits: {value}", Priority: High, Advice: "do {value}", For: 2 * time.Minute,
		Expr: `queue{kind!=""} > 3`, Savings: `sum(queue) * 2`,
	}
	history := `queue{kind="a",shard="1"} 4x60` + "\n" + `queue{kind="b",shard="1"} 3x60` + "\n"
	assert.Empty(t, evaluate(t, history, time.Minute, rule))
	got := evaluate(t, history, 2*time.Minute, rule)
	require.Len(t, got, 1)
	saves := 14.0
	assert.Equal(t, Recommendation{
		Name: "mine", Subject: "a, 1", Title: "a, 1 waits: 4", Priority: High, Advice: "do 4", Savings: &saves,
		Figures: map[string]float64{"value": 4}, Since: epoch,
	}, got[0])
}

// What is important comes first, then what saves most; a rule tells of twenty subjects at most.
func TestOrderAndBound(t *testing.T) {
	var history strings.Builder
	for i := range 50 {
		fmt.Fprintf(&history, "queue{n=\"%02d\"} %dx60\n", i, i)
	}
	got := evaluate(t, history.String(), 0,
		Rule{Name: "low", Priority: Low, Expr: `queue >= 0`}, Rule{Name: "high", Priority: High, Expr: `queue{n=~"0[12]"}`, Savings: `queue`})
	require.Len(t, got, 22)
	assert.Equal(t, "02", got[0].Subject)
	assert.Equal(t, "01", got[1].Subject)
	assert.Equal(t, Low, got[2].Priority)
}

// failing answers as the history does, except when it is told not to.
type failing struct {
	series.Querier
	err error
}

func (f *failing) Instant(ctx context.Context, expr string, at time.Time) ([]series.Sample, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Querier.Instant(ctx, expr, at)
}

// A rule that cannot be looked at for a moment goes on as it was; after a while nothing is known any more, and it begins anew.
func TestFailedQueries(t *testing.T) {
	q := &failing{Querier: seriestest.Load(t, time.Minute, "queue{} 4x60\n")}
	failed := 0
	a := New(Options{Querier: q, Rules: []Rule{{Name: "mine", Expr: `queue`, For: 3 * time.Minute}}, Failed: func(string, error) { failed++ }})
	holds := func(minute int) bool {
		a.Evaluate(t.Context(), epoch.Add(time.Duration(minute)*time.Minute))
		return len(a.Current()) == 1
	}
	assert.False(t, holds(0))
	q.err = errors.New("busy")
	assert.False(t, holds(1))
	q.err = nil
	assert.True(t, holds(3))
	q.err = errors.New("busy")
	assert.True(t, holds(8))
	assert.False(t, holds(9))
	q.err = nil
	assert.False(t, holds(10))
	assert.True(t, holds(13))
	assert.Equal(t, 3, failed)
	assert.False(t, holds(2), "the clock was set back")
}

// What began a while ago and happened once happened once: no figure is a part of a call.
func TestCallsAreWhole(t *testing.T) {
	of := `{gen_ai_provider_name="acme",gen_ai_request_model="acme-7b"}`
	r := evaluateOne(t, "unpriced-models", "llm_unpriced_calls_total"+of+" 0x9 1x20\nllm_unpriced_tokens_total"+of+" 0x9 700x20\n", 25*time.Minute)
	require.NotNil(t, r)
	assert.Equal(t, "Calls of acme, acme-7b without a price in the last hour: 1", r.Title)
	assert.Equal(t, map[string]float64{"calls": 1, "tokens": 700}, r.Figures)

	r = evaluateOne(t, "slow-output", chunks("0.22", 3), 16*time.Minute)
	require.NotNil(t, r)
	assert.Zero(t, math.Mod(r.Figures["calls"], 1), r.Figures)
}

func TestNumber(t *testing.T) {
	for want, f := range map[string]float64{"0": 0, "7": 7, "0.05": 0.05, "1.03": 1.0284, "45.3": 45.306, "45": 45, "6.5": 6.5, "1235": 1234.6, "-3.1": -3.1} {
		assert.Equal(t, want, number("seconds", f))
	}
	for want, f := range map[string]float64{"12.50": 12.5, "3.00": 3, "0.000420": 0.00042, "0.00": 0} {
		assert.Equal(t, want, number("cheaper_usd", f))
	}
}

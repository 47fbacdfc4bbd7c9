package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// runsOfAgents are what one run of each command-line agent sent, by signal. Qwen Code has no metrics of its calls.
var runsOfAgents = map[string]map[string]string{
	"claude-code": recorded("claude-code"),
	"codex":       recorded("codex"),
	"gemini-cli":  recorded("gemini-cli"),
	"qwen-code": {
		"traces": "processor/llmcost/testdata/clients/qwen-code/others/in.json", "logs": "test/testdata/qwen-code.logs.json",
	},
}

func recorded(agent string) map[string]string {
	dir := "test/house/testdata/agents/" + agent + "/"
	return map[string]string{"traces": "internal/dialect/testdata/captures/" + agent + ".json", "logs": dir + "logs.json", "metrics": dir + "metrics.json"}
}

// TestOneSignalOfAnAgent: in the default wiring, whichever signal of the command-line agents counts, cost and tokens in metrics, the book and
// the budgets are the same, and what comes again adds nothing.
func TestOneSignalOfAnAgent(t *testing.T) {
	for signal, priced := range map[string][]string{
		"traces":  {"claude-code", "codex", "gemini-cli", "qwen-code"},
		"logs":    {"claude-code", "codex", "gemini-cli", "qwen-code"},
		"metrics": {"claude-code"}, // the others tell no cost in metrics
		"off":     nil,
	} {
		t.Run(signal, func(t *testing.T) {
			t.Parallel()
			args := []string{
				"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=connectors.budgetalert.interval=1s",
				"--set=connectors.budgetalert.zero_for=0s", "--set=service.pipelines.metrics/scrape.processors=[]",
			}
			for _, agent := range genai.CLIAgents {
				args = append(args, "--set=processors.llmcost.cli_agents."+agent+"="+signal)
			}
			g, otlp, scrapeURL, _ := defaultsWith(t, args)
			now := time.Now().UnixNano() // cumulative counters that are older than the gateway begin with what they show first
			for range 2 {
				for _, run := range runsOfAgents {
					for of, file := range run {
						gateway.Post(t, otlp+"/v1/"+of, "application/json", runNow(t, file, now))
					}
				}
			}
			var got exposition
			require.Eventually(t, func() bool {
				got = scrape(t, scrapeURL)
				return agrees(got) && signal == "off" || got.sum("llm_tokens_total") > 0 && agrees(got)
			}, 40*time.Second, 100*time.Millisecond)
			for _, agent := range priced {
				require.Positive(t, got.sum("llm_cost_usd_total", "service_name", serviceOfAgent[agent]), agent)
			}
			if signal == "metrics" {
				require.Positive(t, got.sum("llm_unpriced_calls_total", "service_name", serviceOfAgent["codex"]))
				require.Positive(t, got.sum("llm_tokens_booked_total", "service_name", serviceOfAgent["gemini-cli"]))
			}
			if signal == "off" {
				require.Zero(t, got.sum("llm_calls_booked_total"))
			}
			checkQuiet(t, g)
		})
	}
}

var serviceOfAgent = map[string]string{"claude-code": "claude-code", "codex": "codex_exec", "gemini-cli": "gemini-cli", "qwen-code": "unknown_service"}

// agrees says whether metrics, the book and the budget of the day tell the same.
func agrees(got exposition) bool {
	nanos := func(name string, labels ...string) int64 { return nano(got.sum(name, labels...)) }
	for _, tokens := range []string{"input_uncached", "cache_read", "cache_write", "output_visible", "reasoning"} {
		if got.sum("llm_tokens_total", "gen_ai_token_type", tokens) != got.sum("llm_tokens_booked_total", "gen_ai_token_type", tokens) {
			return false
		}
	}
	booked := nanos("llm_cost_booked_usd_total")
	return nanos("llm_cost_usd_total") == booked && nanos("llm_budget_spent_usd", "budget_name", "daily") == booked &&
		got.sum("llm_calls_total") == got.sum("llm_calls_booked_total") && got.sum("llm_unpriced_calls_total") == got.sum("llm_unpriced_booked_total")
}

var nanoseconds = regexp.MustCompile(`"?\b1[0-9]{18}\b"?`)

// runNow is a file of OTLP whose first time is now.
func runNow(t *testing.T, file string, now int64) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(gateway.Root(), file))
	require.NoError(t, err)
	first := int64(1<<63 - 1)
	number := func(s string) int64 {
		n, err := strconv.ParseInt(strings.Trim(s, `"`), 10, 64)
		require.NoError(t, err)
		return n
	}
	for _, s := range nanoseconds.FindAllString(string(body), -1) {
		first = min(first, number(s))
	}
	return nanoseconds.ReplaceAllFunc(body, func(s []byte) []byte {
		return strconv.AppendInt(nil, number(string(s))-first+now, 10)
	})
}

package house

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const captures = "../../internal/dialect/testdata/captures"

// truth is what the provider saw: its answers, and the requests that it refused. A model whose name begins with rate-limit got
// its answer at the second attempt.
type truth struct {
	Calls []struct {
		Model string `json:"model"`
		Error bool   `json:"error"`
	} `json:"calls"`
}

// implied is what the provider's log implies: a call is one or more requests for one model that failed in a row.
func (tr truth) implied() (answered, failed, retried int) {
	refused := map[string]int{}
	limited := map[string]bool{}
	for _, c := range tr.Calls {
		switch {
		case c.Error:
			refused[c.Model]++
		default:
			answered++
			limited[c.Model] = strings.HasPrefix(c.Model, "rate-limit")
		}
	}
	for _, n := range refused {
		failed++
		retried += n - 1
	}
	for _, yes := range limited {
		if yes {
			retried++
		}
	}
	return answered, failed, retried
}

// hidden is a row of README.md's table of what clients leave out.
type hidden struct{ calls, failures, retries int }

var hiddenRow = regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\| (-?\\d+) \\| (-?\\d+) \\| (-?\\d+) \\|")

func hiddenByClients(t *testing.T) map[string]hidden {
	readme, err := os.ReadFile("../../connector/genaimetrics/README.md")
	require.NoError(t, err)
	rows := map[string]hidden{}
	for _, row := range hiddenRow.FindAllStringSubmatch(string(readme), -1) {
		var n [3]int
		for i := range n {
			n[i], err = strconv.Atoi(row[i+2])
			require.NoError(t, err)
		}
		rows[row[1]] = hidden{n[0], n[1], n[2]}
	}
	return rows
}

// What the captured clients did is what the provider's log implies, less what the client hides (README.md says what).
func TestCapturesAgainstTheProvidersLog(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(captures, "TRUTH.json"))
	require.NoError(t, err)
	var truths map[string]truth
	require.NoError(t, json.Unmarshal(raw, &truths))
	require.NotEmpty(t, truths)
	hides := hiddenByClients(t)
	for client, tr := range truths {
		t.Run(client, func(t *testing.T) {
			tools, agents := named(capture(t, client))
			md := metricsOf(t, "", capture(t, client))
			require.Equal(t, render(md), render(metricsOf(t, "normalize: false", capture(t, client))), "normalize is no matter of counting")

			answered, failed, retried := tr.implied()
			hide := hides[client]
			require.EqualValues(t, answered-hide.calls, value(md, genai.MetricCalls, genai.AttrStatus, genai.CallOK), "answered calls")
			limited := value(md, genai.MetricCalls, genai.AttrStatus, genai.CallRateLimited) // attempts that are spans of their own
			require.EqualValues(t, failed-hide.failures, value(md, genai.MetricCalls)-float64(answered-hide.calls)-limited, "failed calls")
			require.EqualValues(t, retried-hide.retries, value(md, genai.MetricRetries), "retries")
			require.Equal(t, float64(failed-hide.failures)+limited, value(md, genai.MetricErrors, genai.AttrComponent, genai.ComponentLLM))
			require.EqualValues(t, tools, value(md, genai.MetricToolDuration), "tools")
			require.EqualValues(t, agents, value(md, genai.MetricAgentRequests), "agents")
		})
	}
}

func capture(t *testing.T, client string) ptrace.Traces {
	raw, err := os.ReadFile(filepath.Join(captures, client+".json"))
	require.NoError(t, err)
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(raw)
	require.NoError(t, err)
	return td
}

func eachSpan(td ptrace.Traces, f func(ptrace.Span)) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				f(span)
			}
		}
	}
}

// named counts the tool executions and agent runs by the names that the clients give their spans, which the reader goes by only
// as a last resort.
func named(td ptrace.Traces) (tools, agents int) {
	tool := regexp.MustCompile(`^(execute_tool .+|get_weather|get_weather\.tool|ai\.toolCall.*|claude_code\.tool)$`)
	agent := regexp.MustCompile(`^(invoke_agent .+|weather_agent\.agent|ai\.(generate|stream)Text( [a-z-]+)?|claude_code\.interaction)$`)
	eachSpan(td, func(span ptrace.Span) {
		if tool.MatchString(span.Name()) {
			tools++
		}
		if agent.MatchString(span.Name()) || genai.TextOf(span.Attributes(), "langfuse.observation.type") == "agent" {
			agents++
		}
	})
	return tools, agents
}

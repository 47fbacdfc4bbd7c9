package llmcost

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const wildDir = "testdata/wild"

// wildCase is a small input made from a public report, and the right answer.
type wildCase struct {
	Name string
	Want struct {
		Total  json.RawMessage // one amount or several that are right; null: no cost at all
		N      *int            // spans that count
		Status []string
	}
}

// totals are the amounts that are right; nil where any is, empty where there must be none.
func (c *wildCase) totals(t *testing.T) []float64 {
	switch raw := strings.TrimSpace(string(c.Want.Total)); {
	case raw == "":
		return nil
	case raw == "null":
		return []float64{}
	case raw[0] == '[':
		var all []float64
		require.NoError(t, json.Unmarshal(c.Want.Total, &all))
		return all
	default:
		var one float64
		require.NoError(t, json.Unmarshal(c.Want.Total, &one))
		return []float64{one}
	}
}

// wildRequests are the requests of a case, in their order.
func wildRequests(t *testing.T, name string) []ptrace.Traces {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(wildDir, name+".json"))
	require.NoError(t, err)
	list := []json.RawMessage{raw}
	if raw[0] == '[' {
		require.NoError(t, json.Unmarshal(raw, &list))
	}
	var out []ptrace.Traces
	for _, one := range list {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(one)
		require.NoError(t, err)
		out = append(out, td)
	}
	return out
}

// The right bill for what people really send.
func TestWild(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(wildDir, "cases.json"))
	require.NoError(t, err)
	var cases []wildCase
	require.NoError(t, json.Unmarshal(raw, &cases))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			p := startProcessor(t, nil)
			var said []string
			var statuses []string
			total, n := 0.0, 0
			for _, td := range wildRequests(t, c.Name) {
				eachSpan(p.process(t, td), func(s ptrace.Span) {
					a := s.Attributes().AsRaw()
					status, _ := a[genai.CostStatus].(string)
					said = append(said, fmt.Sprintln(s.Name(), status, a[genai.CostReason], a[genai.CostTotal], a[genai.CostPrice]))
					if status != "" && status != genai.StatusRollup && status != genai.StatusDuplicate {
						statuses = append(statuses, status)
					}
					if usd, ok := a[genai.CostTotal].(float64); ok {
						total += usd
						n++
					}
				})
			}
			if right := c.totals(t); right != nil && len(right) == 0 {
				require.Zero(t, total, said)
			} else if right != nil {
				require.True(t, slices.ContainsFunc(right, func(w float64) bool { return w-total < 1e-9 && total-w < 1e-9 }),
					"%v is none of %v: %v", total, right, said)
			}
			if c.Want.N != nil {
				require.Equal(t, *c.Want.N, n, said)
			}
			for _, s := range statuses {
				require.True(t, len(c.Want.Status) == 0 || slices.Contains(c.Want.Status, s), said)
			}
		})
	}
}

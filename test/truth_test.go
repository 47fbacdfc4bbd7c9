package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// truth is what the provider billed for the calls of one capture, and which of them its spans show.
type truth struct {
	Calls            []truthCall `json:"calls"`
	ExpectedTotalUSD float64     `json:"expected_total_usd"`
	GuessedTotalUSD  float64     `json:"guessed_total_usd"`
	BillableVisible  int         `json:"billable_calls_visible"`
}

type truthCall struct {
	Error            bool      `json:"error"`
	VisibleOn        *string   `json:"visible_on"`
	Input            int64     `json:"input"`
	Output           int64     `json:"output"`
	Reasoning        int64     `json:"reasoning"`
	ReasoningVisible *bool     `json:"reasoning_visible"`
	ExpectedUSD      *float64  `json:"expected_usd"`
	AlsoRightUSD     *float64  `json:"also_right_usd"`
	Usage            *struct { // of the one hand-made span
		Total int64 `json:"total"`
	} `json:"usage"`
	SenderGuessed *struct {
		Input  int64 `json:"input"`
		Output int64 `json:"output"`
	} `json:"sender_guessed"`
}

// tokens is what the client's span says, or hides, of the call's tokens. Where it hides reasoning, its output is without it.
func (c *truthCall) tokens() int64 {
	switch {
	case c.Usage != nil:
		return c.Usage.Total
	case c.SenderGuessed != nil:
		return c.SenderGuessed.Input + c.SenderGuessed.Output
	case c.VisibleOn == nil:
		return 0
	case c.ReasoningVisible != nil && !*c.ReasoningVisible:
		return c.Input + c.Output - c.Reasoning
	}
	return c.Input + c.Output
}

// visible returns the amounts of the visible calls in nano-USD, how many visible calls have no price, and for an amount the other one
// that is right too.
func (c *truth) visible() (amounts []int64, unpriced int, also map[int64]int64) {
	also = map[int64]int64{}
	for _, call := range c.Calls {
		switch {
		case call.VisibleOn == nil:
		case call.ExpectedUSD == nil:
			unpriced++
		default:
			amounts = append(amounts, nano(*call.ExpectedUSD))
			if call.AlsoRightUSD != nil {
				also[nano(*call.AlsoRightUSD)] = nano(*call.ExpectedUSD)
			}
		}
	}
	slices.Sort(amounts)
	return amounts, unpriced, also
}

// hidden is how many billed calls the client's spans do not show the usage of.
func (c *truth) hidden() int {
	n := 0
	for i := range c.Calls {
		if call := &c.Calls[i]; call.VisibleOn == nil && !call.Error && call.SenderGuessed == nil {
			n++
		}
	}
	return n
}

func capturesDir() string {
	return filepath.Join(gateway.Root(), "internal", "dialect", "testdata", "captures")
}

func readTruth(t testing.TB) map[string]*truth {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(capturesDir(), "TRUTH.json"))
	require.NoError(t, err)
	all := map[string]*truth{}
	require.NoError(t, json.Unmarshal(body, &all))
	require.Len(t, all, 23)
	return all
}

func readCapture(t testing.TB, name string) ([]byte, ptrace.Traces) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(capturesDir(), name+".json"))
	require.NoError(t, err)
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(body)
	require.NoError(t, err)
	return body, traces
}

// split makes one payload of every span, with its resource and scope, in the order of the capture.
func split(traces ptrace.Traces) []ptrace.Traces {
	var all []ptrace.Traces
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				one := ptrace.NewTraces()
				r := one.ResourceSpans().AppendEmpty()
				resource.Resource().CopyTo(r.Resource())
				r.SetSchemaUrl(resource.SchemaUrl())
				s := r.ScopeSpans().AppendEmpty()
				scope.Scope().CopyTo(s.Scope())
				s.SetSchemaUrl(scope.SchemaUrl())
				span.CopyTo(s.Spans().AppendEmpty())
				all = append(all, one)
			}
		}
	}
	return all
}

// join makes one payload of many, in their order.
func join(all []ptrace.Traces) ptrace.Traces {
	joined := ptrace.NewTraces()
	for _, one := range all {
		for _, resource := range one.ResourceSpans().All() {
			resource.CopyTo(joined.ResourceSpans().AppendEmpty())
		}
	}
	return joined
}

package llmcost

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// More runs of recorded clients with other numbers, models and tiers. What a client hides is not worked out here: whatever is called
// priced must be what one of its calls was billed, or, where a client tells of a run as one call, several of them.

// otherCall is a call of a client of the second round.
type otherCall struct {
	Provider   string `json:"provider"`
	Asked      string `json:"asked"`
	Model      string `json:"model"`
	ResponseID string `json:"response_id"`
	Usage      struct {
		Input     int64 `json:"input_tokens"`
		Output    int64 `json:"output_tokens"`
		Read      int64 `json:"cache_read_tokens"`
		Write     int64 `json:"cache_write_tokens"`
		Write1h   int64 `json:"cache_write_1h_tokens"`
		Reasoning int64 `json:"output_reasoning_tokens"`
	} `json:"usage"`
}

func otherClients(t *testing.T) map[string][]otherCall {
	raw, err := os.ReadFile("testdata/newclients-truth.json")
	require.NoError(t, err)
	var all map[string][]otherCall
	require.NoError(t, json.Unmarshal(raw, &all))
	require.Len(t, all, 9)
	return all
}

// runOf has the calls in the words of the first round.
func runOf(calls []otherCall) truth {
	var want truth
	for i := range calls {
		c := &calls[i]
		u := &c.Usage
		want.Calls = append(want.Calls, truthCall{
			Provider: c.Provider, Model: c.Model, ResponseID: c.ResponseID, Input: u.Input, CacheRead: u.Read,
			Write5m: u.Write - u.Write1h, Write1h: u.Write1h, Output: u.Output, Reasoning: u.Reasoning,
		})
	}
	return want
}

// moreScenarios are those in which numbers look like each other's parts.
var moreScenarios = append(slices.Clone(scenarios),
	scenario{"thoughts above the visible output", func(b billed, rnd *rand.Rand) billed { return b.with(rnd, 6000, 3000, 40, 9000) }},
	scenario{"cache above the input", func(b billed, rnd *rand.Rand) billed { return b.with(rnd, 20, 90_000, 400, 400) }},
	scenario{"above 200,000", func(b billed, rnd *rand.Rand) billed { return b.with(rnd, 150_000, 190_000, 5000, 3000) }},
	scenario{"uncached equals cached", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 5000, 7000, 700, 300)
		o.in = max(2*(o.read+o.w5m+o.w1h), o.in)
		return o
	}},
	scenario{"cached equals output", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 9000, 900, 700, 300)
		if o.read > 0 {
			o.out = o.read
			o.reasoning = min(o.reasoning, o.out/2)
		}
		return o
	}},
	scenario{"thoughts equal cached", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 9000, 900, 700, 300)
		if o.read > 0 && o.reasoning > 0 {
			o.out += o.read - o.reasoning
			o.reasoning = o.read
		}
		return o
	}},
	scenario{"tiny", func(b billed, rnd *rand.Rand) billed { // too little to be cached
		o := b.with(rnd, 30, 3, 2, 2)
		o.in, o.read, o.w5m, o.w1h = o.in-o.read-o.w5m-o.w1h, 0, 0, 0
		return o
	}},
)

var newerModels = []map[string]string{
	{},
	{
		"gpt-5.4-2026-03-05": "gpt-4.1-2025-04-14", "gpt-5-nano-2025-08-07": "gpt-5-2025-08-07", "o4-mini-2025-04-16": "gpt-4o-2024-11-20",
		"claude-sonnet-4-5-20250929": "claude-opus-4-1-20250805", "claude-haiku-4-5": "claude-3-5-haiku-20241022",
		"gemini-2.5-pro": "gemini-2.5-flash-lite", "gemini-2.5-flash": "gemini-2.5-pro", "claude-sonnet-4-6": "claude-opus-4-6",
	},
}

func TestOtherRunsOfOtherClients(t *testing.T) {
	all := otherClients(t)
	for _, client := range slices.Sorted(maps.Keys(all)) {
		for k, s := range moreScenarios {
			t.Run(client+"/"+s.name, func(t *testing.T) {
				r := newOtherRun(runOf(all[client]), s, newerModels[k%len(newerModels)], uint64(k)) //nolint:gosec // few scenarios
				r.ofRuns = client == "voltagent"
				td := clientCase(t, client+"/run")
				r.rewrite(td)
				r.requireBilled(t, all[client], td)
			})
		}
	}
}

// Of those of the first round, the scenarios that the other test does not have.
func TestPricedIsBilled(t *testing.T) {
	all := truths(t)
	for _, client := range slices.Sorted(maps.Keys(all)) {
		for k, s := range moreScenarios[len(scenarios):] {
			t.Run(client+"/"+s.name, func(t *testing.T) {
				r := newOtherRun(all[client], s, otherModels[k%len(otherModels)], uint64(k)) //nolint:gosec // few scenarios
				td := capture(t, client)
				r.rewrite(td)
				r.requireBilled(t, nil, td)
			})
		}
	}
}

// requireBilled sends the run whole and one span a request.
func (r *otherRun) requireBilled(t *testing.T, calls []otherCall, td ptrace.Traces) {
	t.Helper()
	right := r.amounts(t, calls, "")
	whole := startProcessor(t, nil).process(t, copyOf(td))
	requirePriced(t, right, nil, whole)
	p, parts := startProcessor(t, nil), replay.OneByOne(td)
	rand.New(rand.NewPCG(1, 7)).Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	for k := range parts {
		parts[k] = p.process(t, parts[k])
	}
	requirePriced(t, right, nil, parts...)
}

// requirePriced holds what is priced on those spans that pass against the amounts that are right.
func requirePriced(t *testing.T, right map[int64]string, pass func(ptrace.Span) bool, batches ...ptrace.Traces) {
	t.Helper()
	for _, td := range batches {
		eachSpan(td, func(span ptrace.Span) {
			a := span.Attributes().AsRaw()
			if a[genai.CostStatus] != genai.StatusPriced || pass != nil && !pass(span) {
				return
			}
			usd, _ := a[genai.CostTotal].(float64)
			_, ok := right[int64(math.Round(usd*1e9))]
			require.True(t, ok, "%s: %v USD at %v is none of %v; %v", span.Name(), usd, a[genai.CostPrice], right, a)
		})
	}
}

// amounts are what calls of the run were billed, of the model that answered or was asked for.
func (r *otherRun) amounts(t *testing.T, calls []otherCall, tier string) map[int64]string {
	t.Helper()
	one := map[int64]string{}
	sums := []int64{0}
	for i := range r.calls {
		c := &r.calls[i]
		if c.Usage != nil {
			u := c.Usage
			r.bills[i] = billed{
				in: u["input"] + u["cache_read_input_tokens"] + u["cache_creation_input_tokens"], out: u["output"],
				read: u["cache_read_input_tokens"], w5m: u["cache_creation_input_tokens"],
			}
		}
		names := []string{c.Model, askedFor[c.Model]}
		if calls != nil {
			names = append(names, calls[i].Asked)
		}
		for _, model := range names {
			if to, ok := r.models[model]; ok {
				model = to
			}
			for _, provider := range [...]string{c.Provider, "github-copilot"} {
				nano, ok := int64(0), false
				if model != "" && c.Provider != "" { // else it failed
					nano, ok = oracleAt(t, provider, model, tier, r.bills[i])
				}
				if !ok {
					continue
				}
				one[nano] = fmt.Sprint(provider, "/", model, " ", r.bills[i])
				if r.ofRuns && provider == c.Provider && len(sums) < 1<<16 {
					for _, s := range sums {
						sums = append(sums, s+nano)
					}
				}
			}
		}
	}
	if r.ofRuns {
		for _, s := range sums[1:] {
			one[s] = "a run"
		}
	}
	return one
}

var tierText = regexp.MustCompile(`(service_?[tT]ier\\*"\s*:\s*\\*")(?:default|standard)(\\*")`)

// Recorded runs whose answers say another service tier: what says it is priced at it.
func TestOtherTiers(t *testing.T) {
	all := truths(t)
	for _, tier := range []string{"flex", "priority", "batch"} {
		told := 0
		for _, client := range slices.Sorted(maps.Keys(all)) {
			r := newOtherRun(all[client], scenarios[0], nil, 5)
			td := capture(t, client)
			r.rewrite(td)
			says := map[pcommon.SpanID]bool{}
			eachSpan(td, func(span ptrace.Span) {
				for key, v := range span.Attributes().All() {
					if v.Type() != pcommon.ValueTypeStr {
						continue
					}
					s := tierText.ReplaceAllString(v.Str(), "${1}"+tier+"${2}")
					if strings.HasSuffix(key, "response.service_tier") {
						s = tier
					}
					if s != v.Str() {
						v.SetStr(s)
						says[span.SpanID()] = true
					}
				}
			})
			if len(says) == 0 {
				continue
			}
			got := startProcessor(t, nil).process(t, td)
			requirePriced(t, r.amounts(t, nil, tier), func(span ptrace.Span) bool { return says[span.SpanID()] }, got)
			eachSpan(got, func(span ptrace.Span) {
				if price, ok := span.Attributes().Get(genai.CostPrice); ok && strings.HasSuffix(price.Str(), "+"+tier) {
					told++
				}
			})
		}
		require.Greater(t, told, 5, tier)
	}
}

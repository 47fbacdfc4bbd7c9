package llmcost

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// ordered are the cases whose total depends on which span comes first where each has a request of its own, and why.
var ordered = map[string]string{
	"58-same-id-other-counts": "two reports tell other counts, and what was said of the first is not taken back",
}

// twice are the parts in their order, each of them sent again at once, and all of them once more.
func twice(parts []ptrace.Traces) (out []ptrace.Traces) {
	for _, part := range parts {
		out = append(out, part, part)
	}
	return append(out, parts...)
}

// toldBy adds up what each span was told, which must be the same each time.
func toldBy(t *testing.T, parts []ptrace.Traces, later bool) (total int64) {
	p := startProcessor(t, nil)
	seen := map[string]int64{}
	for _, part := range parts {
		eachSpan(p.process(t, copyOf(part)), func(span ptrace.Span) {
			id := span.TraceID().String() + span.SpanID().String()
			attrs := span.Attributes().AsRaw()
			usd, _ := attrs[genai.CostTotal].(float64)
			more, _ := attrs[genai.CostUncounted].(float64)
			nano := int64(math.Round(usd * 1e9))
			if before, ok := seen[id]; ok && !span.SpanID().IsEmpty() {
				require.Equal(t, before, nano, "%s, sent again", span.Name())
				return
			}
			seen[id] = nano
			total += nano
			if later {
				total += int64(math.Round(more * 1e9))
			}
		})
	}
	return total
}

// A span that has a request of its own and is sent again, at once or later, is told the same, and the total is the one of a single request:
// children first, as clients send, and else the parents first.
func TestEachSpanTwice(t *testing.T) {
	all := clientCases(t)
	wild, err := filepath.Glob(filepath.Join(wildDir, "[0-9]*.json"))
	require.NoError(t, err)
	for _, file := range wild {
		td := ptrace.NewTraces()
		for _, request := range wildRequests(t, strings.TrimSuffix(filepath.Base(file), ".json")) {
			request.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = td
	}
	for name, td := range all {
		var want wanted
		if raw, err := os.ReadFile(filepath.Join("testdata/clients", name, "want.json")); err == nil {
			require.NoError(t, json.Unmarshal(raw, &want))
		}
		once := sumOf(startProcessor(t, nil).process(t, copyOf(td))).nano
		parts := replay.OneByOne(td)
		slices.Reverse(parts)
		back := toldBy(t, twice(parts), want.Later)
		slices.Reverse(parts)
		forth := back
		if !want.First {
			forth = toldBy(t, twice(parts), want.Later)
		}
		if ordered[name] != "" {
			require.False(t, back == once && forth == once, "%s is no exception any more", name)
			continue
		}
		assert.Equal(t, once, back, "%s, children first", name)
		assert.Equal(t, once, forth, "%s, parents first", name)
	}
}

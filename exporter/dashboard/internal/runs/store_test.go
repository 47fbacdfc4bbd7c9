package runs

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

type call struct {
	trace, span           byte
	conversation, agent   string
	model, status         string
	usd                   float64
	input, output, cached int64
	began, ended          time.Duration // since noon
}

func traces(calls ...call) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "shop")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i, c := range calls {
		span := spans.AppendEmpty()
		if c.trace != 0 {
			span.SetTraceID(pcommon.TraceID{15: c.trace})
		}
		if c.span == 0 {
			c.span = byte(i + 1)
		}
		span.SetSpanID(pcommon.SpanID{0: c.trace, 7: c.span})
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(noon.Add(c.began)))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(noon.Add(c.ended)))
		a := span.Attributes()
		a.PutStr(genai.OperationName, "chat")
		a.PutStr(genai.ProviderName, "openai")
		for key, value := range map[string]string{
			genai.RequestModel: c.model, genai.ConversationID: c.conversation, genai.AgentName: c.agent, genai.CostStatus: c.status,
		} {
			if value != "" {
				a.PutStr(key, value)
			}
		}
		a.PutDouble(genai.CostTotal, c.usd)
		a.PutInt(genai.UsageInput, c.input)
		a.PutInt(genai.UsageOutput, c.output)
		a.PutInt(genai.UsageCacheRead, c.cached)
	}
	return td
}

func open(t *testing.T, path string, now time.Time) *Store {
	t.Helper()
	s, err := Open(path, now, nil)
	require.NoError(t, err)
	return s
}

func newStore(t *testing.T) *Store {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "runs"), noon)
}

func TestDearest(t *testing.T) {
	s := newStore(t)
	s.Add(traces(
		call{trace: 1, conversation: "c1", model: "big", status: "priced", usd: 0.1, input: 100, output: 10, began: -time.Minute},
		call{trace: 2, conversation: "c1", model: "small", status: "estimated", usd: 0.2, input: 10, output: 1, agent: "planner", began: -2 * time.Minute, ended: time.Second},
		call{trace: 3, model: "big", status: "reported", usd: 0.25},
		call{trace: 3, model: "big", status: "free"},
		call{trace: 4, model: "big", status: "rollup", usd: 9},
		call{trace: 4, model: "big", status: "duplicate", usd: 9},
		call{trace: 4, model: "big", status: "unpriced"},
		call{trace: 5, model: "big", status: "priced", usd: -1},
		call{trace: 6, model: "big", status: "priced", usd: 9, ended: time.Hour},
		call{trace: 7, model: "big", status: "priced", usd: 9, ended: -8 * 24 * time.Hour},
		call{model: "big", status: "priced", usd: 9}, // of no run
	), noon)
	got := s.Dearest(24*time.Hour, 100, noon)
	require.Len(t, got, 2)
	assert.Equal(t, Run{
		ID: "c1", Kind: Conversation, NanoUSD: 300_000_000, Calls: 2, Tokens: 121, Agent: "planner", Service: "shop",
		Models:    []Model{{Provider: "openai", Name: "big", Input: 100, Ended: noon}, {Provider: "openai", Name: "small", Input: 10, Ended: noon.Add(time.Second)}},
		StartedAt: noon.Add(-2 * time.Minute), EndedAt: noon.Add(time.Second), TraceID: "00000000000000000000000000000002", Dearest: 200_000_000,
	}, got[0])
	assert.Equal(t, "00000000000000000000000000000003", got[1].ID)
	assert.Equal(t, []any{Trace, int64(250_000_000), int64(2)}, []any{got[1].Kind, got[1].NanoUSD, got[1].Calls})
	assert.Len(t, s.Dearest(24*time.Hour, 1, noon), 1)
	assert.Empty(t, s.Dearest(24*time.Hour, 100, noon.Add(25*time.Hour)))
	assert.Len(t, s.Dearest(MaxAge, 100, noon.Add(25*time.Hour)), 2)
}

func TestRedeliveredSpansCountOnce(t *testing.T) {
	s := newStore(t)
	one := call{trace: 1, span: 1, model: "big", status: "priced", usd: 0.1}
	s.Add(traces(one, one), noon)
	s.Add(traces(one), noon.Add(time.Minute))
	require.Len(t, s.Dearest(MaxAge, 9, noon), 1)
	assert.Equal(t, int64(1), s.Dearest(MaxAge, 9, noon)[0].Calls)
}

// What a call repeats of the one before counts, unless it came from the cache, at one time with it, or is another prompt.
func TestRepeatedInput(t *testing.T) {
	s := newStore(t)
	at := func(second, input, cached int64) call {
		d := time.Duration(second) * time.Second
		return call{trace: 1, span: byte(second), model: "big", status: "priced", input: input, cached: cached, began: d - time.Second, ended: d}
	}
	s.Add(traces(at(1, 1000, 0), at(2, 1500, 0), at(3, 2000, 1200), at(5, 100, 0)), noon)
	overlaps := at(6, 3000, 0)
	overlaps.began = 0
	s.Add(traces(overlaps), noon)
	assert.Equal(t, map[[2]string]int64{{"openai", "big"}: 1000 + 300}, s.Repeated(noon))
	assert.Empty(t, s.Repeated(noon.Add(time.Hour)))
}

func TestRunsSurvive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "there", "runs")
	s := open(t, path, noon)
	s.Add(traces(call{trace: 1, model: "big", status: "priced", usd: 0.1, input: 5}), noon)
	require.NoError(t, s.Save())
	want := s.Dearest(MaxAge, 9, noon)
	require.Len(t, want, 1)
	assert.Equal(t, want, open(t, path, noon).Dearest(MaxAge, 9, noon))
	assert.Empty(t, open(t, path, noon.Add(8*24*time.Hour)).Dearest(365*24*time.Hour, 9, noon), "too old to be read")

	require.NoError(t, os.Remove(path))
	require.NoError(t, s.Save(), "nothing changed, nothing is written")
	assert.NoFileExists(t, path)
}

func TestDamagedFileIsMovedAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	s := open(t, path, noon)
	s.Add(traces(call{trace: 1, model: "big", status: "priced", usd: 0.1}), noon)
	require.NoError(t, s.Save())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, body := range map[string][]byte{
		"empty": {}, "half": whole[:len(whole)/2], "a bit": append(append([]byte{}, whole[:len(whole)-5]...), whole[len(whole)-5]^1, whole[len(whole)-4]),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, body, 0o600))
			var to string
			s, err := Open(path, noon, func(moved string) { to = moved })
			require.NoError(t, err)
			assert.Empty(t, s.Dearest(MaxAge, 9, noon))
			kept, err := os.ReadFile(to)
			require.NoError(t, err)
			assert.Equal(t, string(body), string(kept))
			require.NoError(t, os.Remove(to))
		})
	}
}

// What cannot be read, as another user's file or a directory in its place, is moved aside too; where that is impossible the store goes on in memory.
func TestUnreadableFileIsMovedAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	require.NoError(t, os.Mkdir(path, 0o700))
	var to string
	s, err := Open(path, noon, func(moved string) { to = moved })
	require.NoError(t, err)
	assert.DirExists(t, to)
	s.Add(traces(call{trace: 1, model: "big", status: "priced", usd: 0.1}), noon)
	require.NoError(t, s.Save())

	within := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(within, nil, 0o600))
	s, err = Open(filepath.Join(within, "runs"), noon, nil)
	require.Error(t, err)
	s.Add(traces(call{trace: 1, model: "big", status: "priced", usd: 0.1}), noon)
	assert.Len(t, s.Dearest(MaxAge, 9, noon), 1)
}

// Of more runs than there is room for the dearest and the youngest are known.
func TestBounds(t *testing.T) {
	s := newStore(t)
	for i := range maxRuns + 5000 {
		td := traces(call{conversation: fmt.Sprint(i), model: "big", status: "priced", usd: 0.001, ended: time.Duration(i) * time.Millisecond})
		span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		var id pcommon.SpanID
		binary.BigEndian.PutUint64(id[:], uint64(i)+1)
		span.SetSpanID(id)
		span.SetTraceID(pcommon.TraceID{1})
		if i < 10 {
			span.Attributes().PutDouble(genai.CostTotal, 5)
		}
		s.Add(td, noon)
	}
	assert.LessOrEqual(t, len(s.runs), maxRuns)
	assert.GreaterOrEqual(t, len(s.runs), maxRuns*3/4)
	dear := s.Dearest(MaxAge, 11, noon)
	assert.Equal(t, []int64{5e9, 1e6}, []int64{dear[9].NanoUSD, dear[10].NanoUSD})
	assert.Contains(t, s.runs, runKey{Conversation, fmt.Sprint(maxRuns + 4999)})
}

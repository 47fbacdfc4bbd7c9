// Package record makes a scenario of what users did: turns, sizes and think times from the spans of an agent.
package record

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/stats"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Recorder collects spans. A trace is a request; requests of one conversation are its turns.
type Recorder struct {
	requests map[[16]byte]*request
}

type request struct {
	start, end   time.Time
	conversation string
	firstCall    time.Time
	calls        int
	prompt       int64 // of the first call
	completion   int64 // of all calls
}

// Add reads a file: OTLP JSON, one document or one a line.
func (r *Recorder) Add(data []byte) error {
	if r.requests == nil {
		r.requests = map[[16]byte]*request{}
	}
	whole := bytes.TrimSpace(data)
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(whole)
	if err == nil && !bytes.Contains(whole, []byte("\n{")) {
		r.add(td)
		return nil
	}
	n := 0
	for line := range bytes.Lines(whole) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			return fmt.Errorf("line %d is no OTLP JSON of traces: %w", n, err)
		}
		r.add(td)
	}
	return nil
}

func (r *Recorder) add(td ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				r.span(span)
			}
		}
	}
}

func (r *Recorder) span(s ptrace.Span) {
	q := r.requests[s.TraceID()]
	start, end := s.StartTimestamp().AsTime(), s.EndTimestamp().AsTime()
	if q == nil {
		q = &request{start: start, end: end}
		r.requests[s.TraceID()] = q
	}
	if start.Before(q.start) {
		q.start = start
	}
	if end.After(q.end) {
		q.end = end
	}
	attrs := s.Attributes()
	if q.conversation == "" {
		q.conversation = cmp.Or(genai.TextOf(attrs, genai.ConversationID), genai.TextOf(attrs, "session.id"))
	}
	if status := genai.TextOf(attrs, genai.CostStatus); status == genai.StatusRollup || status == genai.StatusDuplicate {
		return
	}
	if genai.TextOf(attrs, genai.CallAdds) == genai.AddsWordCost { // its tokens are told
		return
	}
	in, ok := number(attrs, genai.UsageInput)
	if !ok || genai.TextOf(attrs, genai.OperationName) == genai.OpInvokeAgent {
		return
	}
	out, _ := number(attrs, genai.UsageOutput)
	q.calls++
	q.completion += out
	if q.firstCall.IsZero() || start.Before(q.firstCall) {
		q.firstCall, q.prompt = start, in
	}
}

func number(attrs pcommon.Map, key string) (int64, bool) {
	v, ok := attrs.Get(key)
	if !ok {
		return 0, false
	}
	return genai.Count(v)
}

// conversations are the requests with model calls, by conversation, each in the order of time. A request without one is alone.
func (r *Recorder) conversations() [][]*request {
	byName := map[string][]*request{}
	for id, q := range r.requests {
		if q.calls > 0 {
			name := cmp.Or(q.conversation, "trace "+pcommon.TraceID(id).String())
			byName[name] = append(byName[name], q)
		}
	}
	var out [][]*request
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		c := byName[name]
		slices.SortFunc(c, func(a, b *request) int { return a.start.Compare(b.start) })
		out = append(out, c)
	}
	return out
}

// turn is what all conversations have as their n-th.
type turn struct{ tokens, think, answer stats.Sample }

// Write writes a scenario file.
func (r *Recorder) Write(w io.Writer) error {
	all := r.conversations()
	if len(all) == 0 {
		return errors.New("no span has " + genai.UsageInput + ": record what the gateway sends on, or spans with the semantic conventions' names")
	}
	var lengths stats.Sample
	var turns []turn
	requests := 0
	for _, c := range all {
		lengths.Add(float64(len(c)))
		requests += len(c)
		for i, q := range c {
			if i == len(turns) {
				turns = append(turns, turn{})
			}
			turns[i].answer.Add(float64(q.completion))
			typed := q.prompt
			if i > 0 { // the prompt repeats all that was said before
				typed -= c[i-1].prompt + c[i-1].completion
				turns[i].think.Add(max(0, q.start.Sub(c[i-1].end).Seconds()))
			}
			turns[i].tokens.Add(float64(max(1, typed)))
		}
	}
	n := int(lengths.Quantile(0.5))
	_, err := fmt.Fprintf(w, head, requests, len(all), n, int(lengths.Quantile(1)), atOnce(all))
	for i := range turns[:n] {
		if err == nil {
			_, err = fmt.Fprint(w, turns[i].line(i))
		}
	}
	return err
}

const head = `# Recorded from %d requests of %d conversations: half of them have at most %d turns, the longest %d. Set the target before you run it.
target:
  kind: http
  url: http://127.0.0.1:8000/chat
  body: '{"input": {{ json .input }}, "thread": {{ json .conversation }}}'
scenarios:
  - name: recorded
    concurrent_users: %d # the most conversations at once
    test_duration: 60s
    turns:
`

func (t *turn) line(i int) string {
	line := fmt.Sprintf("      - input: \"{{ .data.turn%d }}\" # its answers had %g tokens (median)\n", i+1, t.answer.Quantile(0.5))
	line += fmt.Sprintf("        tokens: %s\n", spread(&t.tokens, ""))
	if i > 0 {
		line += fmt.Sprintf("        think: %s\n", spread(&t.think, "s"))
	}
	return line
}

// spread is the distribution that has the sample's median and 95th percentile.
func spread(s *stats.Sample, unit string) string {
	median, p95 := s.Quantile(0.5), s.Quantile(0.95)
	if median <= 0 || p95 <= median {
		return fmt.Sprintf("%.4g%s", median, unit)
	}
	return fmt.Sprintf("{lognormal: {median: %.4g%s, p95: %.4g%s}}", median, unit, p95, unit)
}

// atOnce is how many conversations there were at once, at most, each from its first request to its last answer.
func atOnce(all [][]*request) int {
	type edge struct {
		at time.Time
		by int
	}
	var edges []edge
	for _, c := range all {
		end := c[0].end
		for _, q := range c {
			if q.end.After(end) {
				end = q.end
			}
		}
		edges = append(edges, edge{c[0].start, 1}, edge{end, -1})
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.by, b.by)) })
	now, most := 0, 1
	for _, e := range edges {
		now += e.by
		most = max(most, now)
	}
	return most
}

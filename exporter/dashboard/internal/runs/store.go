// Package runs finds the dearest runs: conversations, and traces that belong to none.
package runs

import (
	"cmp"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	// MaxAge is how long a run is known after its last call.
	MaxAge = 7 * 24 * time.Hour
	// maxRuns is how many runs are known; of more, the dearest and the youngest stay.
	maxRuns = 20_000
	// maxDear is how many of them stay because they are dear.
	maxDear   = 1_000
	maxModels = 8
	maxText   = 256
	// maxSpans is how many spans are remembered, so that one that comes again does not count twice.
	maxSpans = 200_000
	ahead    = 10 * time.Minute
)

// The kinds of runs.
const (
	Conversation = "conversation"
	Trace        = "trace"
)

// Run is one run as far as its calls are known.
type Run struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	NanoUSD   int64     `json:"nano_usd"`
	Calls     int64     `json:"calls"`
	Tokens    int64     `json:"tokens"`
	Agent     string    `json:"agent,omitempty"`
	Service   string    `json:"service,omitempty"`
	Models    []Model   `json:"models"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	TraceID   string    `json:"trace_id,omitempty"` // of the dearest call
	Dearest   int64     `json:"dearest_nano_usd"`
}

// Model is one model in a run.
type Model struct {
	Provider string `json:"provider,omitempty"`
	Name     string `json:"name"`
	// Repeated is input that was sent before in this run and came from no cache.
	Repeated int64 `json:"repeated,omitempty"`
	// Input and Ended are of the last call.
	Input int64     `json:"input"`
	Ended time.Time `json:"ended"`
}

type runKey struct{ kind, id string }

// Store knows the runs of the last days.
type Store struct {
	path   string
	moved  func(string)
	hasher *genai.Hasher

	mu      sync.Mutex
	runs    map[runKey]*Run
	seen    *bounded.Hashes[struct{}]
	changed bool
}

// Add counts the calls in td that have a cost. It reads the canonical form.
func (s *Store) Add(td ptrace.Traces, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var op genai.Operation
	for _, rs := range td.ResourceSpans().All() {
		service := ""
		if v, ok := rs.Resource().Attributes().Get(genai.ServiceName); ok {
			service = v.AsString()
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if genai.ReadCanonical(span, &op) && op.Counts() && !s.again(span, now) {
					s.count(span, &op, service, now)
				}
			}
		}
	}
	if len(s.runs) > maxRuns {
		s.shrink(now)
	}
}

func (s *Store) again(span ptrace.Span, now time.Time) bool {
	mark := s.hasher.Span(span.TraceID(), span.SpanID())
	if mark == 0 {
		return false
	}
	_, ok := s.seen.GetOrPut(mark, struct{}{}, now)
	return ok
}

func (s *Store) count(span ptrace.Span, op *genai.Operation, service string, now time.Time) {
	usd := math.RoundToEven(op.TotalUSD * 1e9)
	ended := span.EndTimestamp().AsTime()
	if !(usd >= 0 && usd <= 1e15) || ended.After(now.Add(ahead)) || ended.Before(now.Add(-MaxAge)) {
		return
	}
	key := keyOf(span.TraceID(), op)
	if key.id == "" {
		return
	}
	r := s.runs[key]
	if r == nil {
		key.id = strings.Clone(key.id)
		r = &Run{ID: key.id, Kind: key.kind, StartedAt: ended, EndedAt: ended, Dearest: -1}
		s.runs[key] = r
	}
	s.changed = true
	began := span.StartTimestamp().AsTime()
	if began.Before(r.StartedAt) && began.After(ended.Add(-MaxAge)) {
		r.StartedAt = began
	}
	if ended.After(r.EndedAt) {
		r.EndedAt = ended
	}
	r.NanoUSD += int64(usd)
	r.Calls++
	r.Tokens += op.Usage.Input + op.Usage.Output
	if r.Agent == "" {
		r.Agent = text(op.Agent)
	}
	if r.Service == "" {
		r.Service = text(service)
	}
	if int64(usd) > r.Dearest {
		r.Dearest = int64(usd)
		if trace := span.TraceID(); !trace.IsEmpty() {
			r.TraceID = hex.EncodeToString(trace[:])
		}
	}
	r.model(op, began, ended)
}

// keyOf is the conversation, else the trace.
func keyOf(trace pcommon.TraceID, op *genai.Operation) runKey {
	switch {
	case op.Conversation != "":
		return runKey{Conversation, cut(op.Conversation)}
	case !trace.IsEmpty():
		return runKey{Trace, hex.EncodeToString(trace[:])}
	}
	return runKey{}
}

// model follows the input of one model. A call that begins after the one before and has no less input is taken to repeat that one's: so
// clients send the messages of a conversation.
func (r *Run) model(op *genai.Operation, began, ended time.Time) {
	name := cmp.Or(op.RequestModel, op.ResponseModel)
	if name == "" {
		return
	}
	i := slices.IndexFunc(r.Models, func(m Model) bool { return m.Name == name && m.Provider == op.Provider })
	if i < 0 {
		if len(r.Models) < maxModels {
			r.Models = append(r.Models, Model{Provider: text(op.Provider), Name: text(name), Input: op.Usage.Input, Ended: ended})
		}
		return
	}
	m := &r.Models[i]
	if began.Before(m.Ended) {
		return
	}
	if op.Usage.Input >= m.Input {
		m.Repeated += max(m.Input-op.Usage.CacheRead-op.Usage.CacheWrite, 0)
	}
	m.Input, m.Ended = op.Usage.Input, ended
}

func cut(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}

// text is what may be kept of a text that shares a span's memory.
func text(s string) string { return strings.Clone(cut(s)) }

// shrink keeps the dearest runs, and the youngest up to three quarters of what there may be.
func (s *Store) shrink(now time.Time) {
	all := make([]*Run, 0, len(s.runs))
	for _, r := range s.runs {
		if now.Sub(r.EndedAt) <= MaxAge {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, dearer)
	dear := min(maxDear, len(all))
	young := all[dear:]
	slices.SortFunc(young, func(a, b *Run) int { return cmp.Or(b.EndedAt.Compare(a.EndedAt), cmp.Compare(a.ID, b.ID)) })
	young = young[:min(len(young), maxRuns*3/4-dear)]
	clear(s.runs)
	for _, r := range append(all[:dear], young...) {
		s.runs[runKey{r.Kind, r.ID}] = r
	}
}

func dearer(a, b *Run) int {
	return cmp.Or(cmp.Compare(b.NanoUSD, a.NanoUSD), b.EndedAt.Compare(a.EndedAt), cmp.Compare(a.ID, b.ID))
}

// Dearest are the runs whose last call is inside the window, the dearest first.
func (s *Store) Dearest(window time.Duration, limit int, now time.Time) []Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*Run
	for _, r := range s.runs {
		if now.Sub(r.EndedAt) <= window {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, dearer)
	out := make([]Run, 0, min(limit, len(all)))
	for _, r := range all[:min(limit, len(all))] {
		one := *r
		one.Models = slices.Clone(r.Models)
		out = append(out, one)
	}
	return out
}

// Repeated is the input that was sent again, by provider and model, in runs whose last call is after from.
func (s *Store) Repeated(from time.Time) map[[2]string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	sums := map[[2]string]int64{}
	for _, r := range s.runs {
		if r.EndedAt.Before(from) {
			continue
		}
		for _, m := range r.Models {
			sums[[2]string{m.Provider, m.Name}] += m.Repeated
		}
	}
	return sums
}

// Package replay plays what real agents sent, in any turn, as if it ended now.
package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Run is what one agent sent in one run.
type Run struct {
	Name      string // of the capture, as in TRUTH.json
	body      []byte
	responses []string // the provider's ids of the calls in it
	team      string
}

var teams = []string{"search", "support", "research", "platform"}

// Read finds the captures that have a truth, and the response ids of their calls in it.
func Read(dir string) ([]Run, error) {
	truth, err := os.ReadFile(filepath.Join(dir, "TRUTH.json"))
	if err != nil {
		return nil, err
	}
	var bills map[string]struct {
		Calls []struct {
			ID *string `json:"response_id"`
		}
	}
	if err := json.Unmarshal(truth, &bills); err != nil {
		return nil, fmt.Errorf("TRUTH.json: %w", err)
	}
	var all []Run
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name := filepath.Base(file)
		bill, known := bills[name[:len(name)-len(".json")]]
		if !known {
			continue
		}
		r := Run{Name: name[:len(name)-len(".json")], team: teams[len(all)%len(teams)]}
		if r.body, err = os.ReadFile(file); err != nil {
			return nil, err
		}
		for _, call := range bill.Calls {
			if call.ID != nil {
				r.responses = append(r.responses, *call.ID)
			}
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no captures in %s", dir)
	}
	return all, nil
}

// ReadFile is a run of its own, which has no truth: its calls have no response ids.
func ReadFile(file string) (Run, error) {
	body, err := os.ReadFile(file)
	name := filepath.Base(file)
	return Run{Name: name[:len(name)-len(filepath.Ext(name))], body: body, team: teams[0]}, err
}

// faulty are the models of the fake provider that fail on purpose, or have no price.
var faulty = map[string]bool{"rate-limit-model": true, "bad-400-model": true, "fail-500-model": true}

// Calm is the run without the calls that were made to fail.
func (r *Run) Calm() (Run, error) {
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(r.body)
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", r.Name, err)
	}
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			scope.Spans().RemoveIf(func(span ptrace.Span) bool {
				if span.Status().Code() == ptrace.StatusCodeError {
					return true
				}
				for _, v := range span.Attributes().All() {
					if v.Type() == pcommon.ValueTypeStr && faulty[v.Str()] {
						return true
					}
				}
				return false
			})
		}
	}
	out := *r
	out.body, err = (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
	return out, err
}

// Play is the run once more, as one that ends now: with new ids, or the gateway would know its calls as counted, and stretched in time.
func (r *Run) Play(turn int, stretch float64, now time.Time) []byte {
	body := r.body
	for _, id := range r.responses {
		body = bytes.ReplaceAll(body, []byte(id), fmt.Appendf(nil, "%s-%d-%d", id, now.UnixNano(), turn))
	}
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(body)
	if err != nil {
		return body // the gateway says what is wrong with it
	}
	last := newest(traces)
	again := func(t pcommon.Timestamp) pcommon.Timestamp {
		return pcommon.NewTimestampFromTime(now.Add(-time.Duration(float64(last.Sub(t.AsTime())) * stretch)))
	}
	for _, resource := range traces.ResourceSpans().All() {
		resource.Resource().Attributes().PutStr("team", r.team)
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				span.SetStartTimestamp(again(span.StartTimestamp()))
				span.SetEndTimestamp(again(span.EndTimestamp()))
				for _, event := range span.Events().All() {
					event.SetTimestamp(again(event.Timestamp()))
				}
				renew(span, now)
			}
		}
	}
	out, err := (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
	if err != nil {
		return body
	}
	return out
}

func newest(traces ptrace.Traces) time.Time {
	var last time.Time
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				if end := span.EndTimestamp().AsTime(); end.After(last) {
					last = end
				}
			}
		}
	}
	return last
}

// renew gives a span other ids, the same ones wherever they stand.
func renew(span ptrace.Span, now time.Time) {
	trace, id := span.TraceID(), span.SpanID()
	span.SetTraceID(pcommon.TraceID(mix(trace[:], now)))
	span.SetSpanID(spanID(id, now))
	if parent := span.ParentSpanID(); !parent.IsEmpty() {
		span.SetParentSpanID(spanID(parent, now))
	}
	for _, link := range span.Links().All() {
		to := link.TraceID()
		link.SetTraceID(pcommon.TraceID(mix(to[:], now)))
		link.SetSpanID(spanID(link.SpanID(), now))
	}
}

func spanID(id pcommon.SpanID, now time.Time) pcommon.SpanID {
	all := mix(id[:], now)
	return pcommon.SpanID(all[:8])
}

func mix(id []byte, now time.Time) [16]byte {
	h := fnv.New128a()
	_, _ = h.Write(id) // a hash takes everything
	_, _ = fmt.Fprint(h, now.UnixNano())
	return [16]byte(h.Sum(nil))
}

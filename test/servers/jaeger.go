package servers

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// Jaeger is a running server that keeps traces in memory.
type Jaeger struct {
	URL  string // of its query API
	OTLP string // endpoint of OTLP over HTTP
}

// NameJaeger is the directory of its module.
const NameJaeger = "jaeger"

// StartJaeger runs a server until the test ends.
func StartJaeger(t testing.TB) *Jaeger {
	t.Helper()
	ports := gateway.FreePorts(t, 7)
	at := func(n int) string { return gateway.Loopback(ports[n]) }
	run(t, NameJaeger, "http://"+at(2)+"/", []string{"SPAN_STORAGE_TYPE=memory"},
		"--collector.otlp.http.host-port="+at(0), "--query.http-server.host-port="+at(1), "--admin.http.host-port="+at(2),
		"--collector.otlp.grpc.host-port="+at(3), "--query.grpc-server.host-port="+at(4), "--collector.grpc-server.host-port="+at(5),
		"--collector.http-server.host-port="+at(6))
	return &Jaeger{URL: "http://" + at(1), OTLP: "http://" + at(0)}
}

// Trace is one trace as the query API tells it.
type Trace struct {
	TraceID string
	Spans   []Span
}

// Span is one span of a trace.
type Span struct {
	SpanID, OperationName string
	References            []struct{ RefType, TraceID, SpanID string }
	Tags                  []struct {
		Key   string
		Value any
	}
}

// Tag is the value of a tag as text; "" is none.
func (s *Span) Tag(key string) string {
	for _, tag := range s.Tags {
		if tag.Key == key {
			return fmt.Sprint(tag.Value)
		}
	}
	return ""
}

// Parent is the span that a span is a child of.
func (s *Span) Parent() string {
	for _, ref := range s.References {
		if ref.RefType == "CHILD_OF" {
			return ref.SpanID
		}
	}
	return ""
}

// Find is the traces of a service that have a span with the tags, a JSON object of texts; none while there are none.
func (s *Jaeger) Find(t testing.TB, service, tags string) []Trace {
	t.Helper()
	var answer struct{ Data []Trace }
	query := url.Values{"service": {service}, "tags": {tags}, "limit": {"1000"}, "start": {"1"}, "end": {"9000000000000000"}}
	if !ask(t, s.URL+"/api/traces?"+query.Encode(), &answer) {
		return nil
	}
	return answer.Data
}

// Trace is a trace by its id; it has no spans while there is none.
func (s *Jaeger) Trace(t testing.TB, id string) Trace {
	t.Helper()
	var answer struct{ Data []Trace }
	if !ask(t, s.URL+"/api/traces/"+id, &answer) || len(answer.Data) != 1 {
		return Trace{}
	}
	return answer.Data[0]
}

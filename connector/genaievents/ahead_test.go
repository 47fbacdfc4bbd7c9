package genaievents

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Spans are read some ahead of their records: these come in the spans' order all the same, each of its own resource, and a span that is
// there twice, close by or far away, has one.
func TestRecordsComeInTheOrderOfTheSpans(t *testing.T) {
	td := ptrace.NewTraces()
	var want []string
	for service := range 3 {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr(genai.ServiceName, "service-"+strconv.Itoa(service))
		spans := rs.ScopeSpans().AppendEmpty().Spans()
		for n := range 3*readAhead + service {
			span := spans.AppendEmpty()
			span.SetTraceID([16]byte{1, byte(service), byte(n / 2)})
			span.SetSpanID([8]byte{1, byte(n)})
			span.Attributes().PutStr(genai.OperationName, genai.OpChat)
			span.Attributes().PutStr(genai.RequestModel, "model-"+strconv.Itoa(n))
			span.CopyTo(spans.AppendEmpty())
			spans.At(0).CopyTo(spans.AppendEmpty())
			want = append(want, span.TraceID().String()+" service-"+strconv.Itoa(service)+" model-"+strconv.Itoa(n))
		}
	}
	r := start(t, "")
	require.NoError(t, r.ConsumeTraces(ctx, td))
	var got []string
	for _, record := range r.records() {
		attrs := record.Attributes().AsRaw()
		id, service, model := attrs[genai.LogRequestID].(string), attrs[genai.LogService].(string), attrs[genai.AttrModel].(string) //nolint:forcetypeassert // else the test fails
		got = append(got, id+" "+service+" "+model)
		require.Regexp(t, "^event.name=llm_api_call request_id="+id+" model="+model+" .* service="+service+" kept_share=1$", record.Body().Str())
	}
	require.Equal(t, want, got)
}

// Bodies are put together for several records, whatever they are long.
func TestBodiesOfAnyLength(t *testing.T) {
	s := newSpans()
	for n := range 3 * bodiesTogether {
		s.add(t, noParent, callAttrs("note", strings.Repeat("a b", n*900)))
	}
	for body, want := range map[string]string{bodyLogfmt: ` note=%q`, bodyJSON: `,"note":%q}`} {
		r := start(t, "attributes: [{name: note}]\nmax_value_bytes: 65536\nbody: "+body)
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
		require.Len(t, r.records(), 3*bodiesTogether)
		for n, record := range r.records()[1:] {
			require.True(t, strings.HasSuffix(record.Body().Str(), fmt.Sprintf(want, strings.Repeat("a b", (n+1)*900))), "record %d", n+1)
		}
	}
}

// A name of the configuration may hold what logfmt does not know in keys.
func TestNamesOfTheConfigurationInABody(t *testing.T) {
	s := newSpans()
	s.add(t, noParent, callAttrs("my team=", "blue one"))
	r := start(t, "attributes: [{name: my team=}]")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	record := r.records()[0]
	require.Equal(t, "blue one", record.Attributes().AsRaw()["my team="])
	require.Contains(t, record.Body().Str(), ` my_team_="blue one"`)
}

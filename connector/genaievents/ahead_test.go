package genaievents

import (
	"strconv"
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
			span.SetTraceID([16]byte{1, byte(service)})
			span.SetSpanID([8]byte{1, byte(n)})
			span.Attributes().PutStr(genai.OperationName, genai.OpChat)
			span.Attributes().PutStr(genai.RequestModel, "model-"+strconv.Itoa(n))
			span.CopyTo(spans.AppendEmpty())
			spans.At(0).CopyTo(spans.AppendEmpty())
			want = append(want, "service-"+strconv.Itoa(service)+" model-"+strconv.Itoa(n))
		}
	}
	r := start(t, "")
	require.NoError(t, r.ConsumeTraces(ctx, td))
	var got []string
	for _, record := range r.records() {
		attrs := record.Attributes().AsRaw()
		got = append(got, attrs[genai.LogService].(string)+" "+attrs[genai.AttrModel].(string)) //nolint:forcetypeassert // else the test fails
	}
	require.Equal(t, want, got)
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

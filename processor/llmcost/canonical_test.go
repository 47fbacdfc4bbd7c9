package llmcost

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What llmcost understood of a span is what every component behind it reads, whether or not it fills in the conventions' attributes.
func TestTheCanonicalFormSaysWhatTheDialectSaid(t *testing.T) {
	cases := clientCases(t)
	for client := range truths(t) {
		cases[client] = capture(t, client)
	}
	for _, sent := range cases {
		for _, normalize := range []bool{true, false} {
			want := readAll(sent)
			ran := slices.ContainsFunc(want, func(c dialect.Call) bool { return c.Ran != genai.Billed{} })
			failed := slices.ContainsFunc(want, func(c dialect.Call) bool { return c.FailsTool && c.Failure != genai.Succeeded })
			served := slices.ContainsFunc(want, func(c dialect.Call) bool { return c.TierInside != "" })
			td := startProcessor(t, func(c *Config) { c.Normalize = normalize }).process(t, copyOf(sent))
			i := 0
			eachSpan(td, func(span ptrace.Span) {
				var got genai.Operation
				is := genai.ReadCanonical(span, &got)
				w := want[i].Operation
				if want[i].Server+want[i].URL != "" || askedAs(w.RequestModel, w.ResponseModel) { // who sold it is no matter of the dialect
					w.Provider = got.Provider
				}
				if ran && w.Kind == genai.ModelCall { // what other spans tell
					w.Billed = got.Billed
				}
				if w.Kind == genai.ModelCall && w.ServiceTier == "" && served { // the same
					w.ServiceTier = got.ServiceTier
				}
				if w.Kind == genai.Tool && failed { // the same
					w.Failure, w.ErrorType = got.Failure, got.ErrorType
				}
				requireSame(t, &w, &got, is)
				i++
			})
		}
	}
}

func readAll(td ptrace.Traces) []dialect.Call {
	var ops []dialect.Call
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := dialect.NewScope(ss.Scope(), rs.Resource(), nil)
			for _, span := range ss.Spans().All() {
				var call dialect.Call
				dialect.Read(&scope, span, &call)
				ops = append(ops, call)
			}
		}
	}
	return ops
}

// requireSame compares what the canonical form carries. Of what is no call it carries neither model nor usage, and of calls no audio.
func requireSame(t *testing.T, want, got *genai.Operation, is bool) {
	t.Helper()
	if want.Kind == genai.Other || want.Kind == genai.NotGenAI {
		require.False(t, is && got.Kind != genai.Other, "%+v", got)
		return
	}
	w := *want
	w.Status, w.Reason, w.TotalUSD, w.SavedUSD, w.Adds, w.Same = got.Status, got.Reason, got.TotalUSD, got.SavedUSD, got.Adds, got.Same
	w.Usage.InputAudio, w.Usage.OutputAudio = 0, 0
	if w.ServiceTier == "default" || w.ServiceTier == "standard" {
		w.ServiceTier = ""
	}
	if w.Kind != genai.ModelCall {
		w.RequestModel, w.ResponseModel, w.ResponseID = got.RequestModel, got.ResponseModel, got.ResponseID
		w.TimeToFirstChunk, w.Attempt = got.TimeToFirstChunk, got.Attempt
	}
	if w.Kind != genai.Tool {
		w.Tool = got.Tool
	}
	require.Equal(t, w, *got)
}

func BenchmarkReadCanonical(b *testing.B) {
	p := startProcessor(b, nil)
	var spans []ptrace.Span
	for client := range truths(b) {
		eachSpan(p.process(b, capture(b, client)), func(span ptrace.Span) {
			var op genai.Operation
			if genai.ReadCanonical(span, &op) && op.Kind == genai.ModelCall {
				spans = append(spans, span)
			}
		})
	}
	var op genai.Operation
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		genai.ReadCanonical(spans[i%len(spans)], &op)
	}
}

package dialect

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// adot is Amazon's distribution of OpenTelemetry for agents, which tells input and output and no more. Of the AI SDK it tells what that
// tells, whose spans around its calls it calls by the calls' own name; they lie inside the application and are no calls to anybody.
var adot = &client{
	name: "adot",
	scopes: []scope{
		{name: "amazon.opentelemetry.distro.instrumentation*"},
		{name: "@aws/aws-distro-opentelemetry-instrumentation-*"},
		{name: adotVercel, traits: &traits{localAgents: true, hidesCache: always, hides: eitherOverlap}},
	},
	kind: func(r *reading) verdict {
		if r.scope.name == adotVercel && r.span.Kind() == ptrace.SpanKindInternal && r.hasPair() {
			return verdict{genai.Step, ""}
		}
		return verdict{}
	},
	traits: inputAndOutput,
}

const adotVercel = "@aws/aws-distro-opentelemetry-instrumentation-vercel-ai"

// twoCounts are senders of their own in JavaScript that tell input and output and no more: Microsoft's distribution of OpenTelemetry and
// Latitude's for LangChain and OpenAI, and Axiom's for the AI SDK, whose span is the sum of its steps.
var twoCounts = &client{
	name:   "two-counts",
	scopes: []scope{{name: "microsoft-otel-*"}, {name: "so.latitude.instrumentation*"}, {name: "axiom"}},
	traits: inputAndOutput,
}

package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var (
	vTanstackRoot = newValue()
	vTanstackCall = newValue()
)

// tanstack is TanStack AI, whose spans have the scope of the application. The root is the sum of its iterations and looks like a call of
// its own. The counts of its Anthropic adapter leave cached tokens out.
var tanstack = &client{
	name: "tanstack-ai",
	keys: join(
		values(vTanstackRoot, genAI, "tanstack.ai.iterations"),
		values(vTanstackCall, genAI, "tanstack.ai.iteration"),
	),
	sum: func(r *reading) (v verdict) {
		if _, ok := r.f.value(vTanstackRoot); ok {
			v = verdict{genai.Workflow, genai.OpInvokeWorkflow}
		}
		return v
	},
	apart: func(r *reading) bool {
		_, ok := r.f.value(vTanstackCall)
		return ok && genai.ContainsFold(r.saidProvider(), "anthropic")
	},
}

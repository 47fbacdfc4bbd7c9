package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var (
	vTanstackRoot     = newValue()
	vTanstackCall     = newValue()
	vTanstackUpstream = newValue()
)

// tanstack is TanStack AI, whose spans have the scope of the application. The root is the sum of its iterations and looks like a call of
// its own. The counts of its Anthropic adapter leave cached tokens out. A cost on a call is OpenRouter's; with a key of one's own it is a fee
// beside the provider's bill, which is then the larger one.
var tanstack = &client{
	name: "tanstack-ai",
	keys: join(
		values(vTanstackRoot, genAI, "tanstack.ai.iterations"),
		values(vTanstackCall, genAI, "tanstack.ai.iteration"),
		values(vTanstackUpstream, plain, "tanstack.ai.usage.upstream_cost"),
	),
	sum: func(r *reading) (v verdict) {
		if _, ok := r.f.value(vTanstackRoot); ok {
			v = verdict{genai.Workflow, genai.OpInvokeWorkflow}
		}
		return v
	},
	apart: func(r *reading) bool { return r.isTanstack() && genai.ContainsFold(r.saidProvider(), "anthropic") },
	costs: []cost{
		{value: vCostUsage, and: vTanstackUpstream, ok: (*reading).tanstackOwnKey, knows: (*reading).isTanstack},
		{value: vCostUsage, ok: func(r *reading) bool { return r.isTanstack() && r.notOurs() }, knows: (*reading).isTanstack},
		{value: vReported, ok: func(r *reading) bool { return r.isTanstack() && r.isOurs() }, knows: (*reading).isTanstack}, // in a second tier
	},
}

func (r *reading) isTanstack() bool {
	_, ok := r.f.value(vTanstackCall)
	return ok
}

func (r *reading) tanstackOwnKey() bool {
	fee, _ := r.f.value(vCostUsage)
	bill, ok := r.f.value(vTanstackUpstream)
	if !ok || !r.isTanstack() || !r.notOurs() {
		return false
	}
	had, _ := genai.Number(fee)
	more, _ := genai.Number(bill)
	return had < more
}

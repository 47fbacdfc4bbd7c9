package dialect

var tCloudflareAgents = newText()

// cloudflareAgents is Cloudflare's Agents SDK over the AI SDK, in whatever scope its runtime has. It passes on the AI SDK's counts, in which
// all parts are.
var cloudflareAgents = &client{
	name:   "cloudflare-agents",
	sign:   func(r *reading) bool { return r.f.texts[tCloudflareAgents] != "" },
	keys:   texts(tCloudflareAgents, plain, "cloudflare.agents.operation.name", "cloudflare.agents.integration.name"),
	traits: traits{localAgents: true, hides: unbilledCohere},
}

package dialect

// Clients that follow the conventions; what is known of them is that their agents are their own.

var agentFramework = &client{ // Microsoft's, and Semantic Kernel
	name: "agent-framework",
	scopes: []scope{
		{name: "agent_framework*"},
		{name: "Microsoft.Agents*"},
		{name: "Experimental.Microsoft.Agents*"},
		{name: "Microsoft.SemanticKernel*"},
		{name: "semantic_kernel*"},
	},
	keys:   texts(tWorkflow, plain, "workflow.name"),
	mayBe:  func(f *facts) bool { return f.texts[tWorkflow] != "" },
	traits: traits{localAgents: true},
}

var copilotCLI = &client{ // github.copilot.cost is in premium requests, not in USD
	name:   "copilot",
	scopes: []scope{{name: "github.copilot*"}},
	traits: traits{localAgents: true},
}

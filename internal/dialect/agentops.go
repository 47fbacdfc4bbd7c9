package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tAgentOpsKind = newText()
	tAgentOpsSpan = newText()
)

// agentOps is AgentOps for Python, whose instrumentations of OpenAI's and Anthropic's SDKs have the names of those. It passes on the input of
// Anthropic and tells nothing of its cache, nor of that of OpenAI's chat. For JavaScript it has but the spans of OpenAI's agents, which
// name no model.
var agentOps = &client{
	name:   "agentops",
	scopes: []scope{{name: "agentops*"}},
	sign:   func(r *reading) bool { return agentOpsOpenAI(r) || agentOpsAnthropic(r) },
	keys:   texts(tAgentOpsKind, genAI, "agentops.span.kind"),
	own: join(
		texts(tTool, plain, "operation.name", "function.name"),
		texts(tResponseID, plain, "response.id"),
		texts(tAgentOpsSpan, plain, "openai_agents.span_id"),
	),
	lateKind: agentOpsAgents,
	mayBe:    func(f *facts) bool { return f.texts[tAgentOpsSpan] != "" },
	words:    []word{{fact: tAgentOpsKind, read: agentOpsKind}},
	traits:   traits{localAgents: true, cacheApart: agentOpsNet, hidesCache: func(r *reading) bool { return agentOpsNet(r) || agentOpsOpenAI(r) }},
}

func agentOpsOpenAI(r *reading) bool {
	return r.scope.name == "openai" && r.span.Name() == "openai.chat.completion"
}

func agentOpsAnthropic(r *reading) bool {
	return r.scope.name == "anthropic" && strings.HasPrefix(r.span.Name(), "anthropic.messages.")
}

func agentOpsNet(r *reading) bool { return r.soldNet() || agentOpsAnthropic(r) }

// agentOpsKind: of a tool that the model asks for a span is sent at once, whoever runs it, with the word as Python shows it.
func agentOpsKind(_ *reading, word string) verdict {
	word, shown := strings.CutPrefix(word, "AgentOpsSpanKindValues.")
	if shown && word == "TOOL" {
		return verdict{genai.Step, ""}
	}
	return kindWord(word)
}

// agentOpsAgents reads the spans of OpenAI's agents for JavaScript, of which only the names and what belongs to one kind tell what they are.
func agentOpsAgents(r *reading) verdict {
	switch f := r.f; {
	case f.texts[tAgentOpsSpan] == "":
		return verdict{}
	case f.texts[tTool] != "":
		return verdict{genai.Tool, genai.OpExecuteTool}
	case f.texts[tAgent] != "":
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case r.span.Name() == "Response" || r.span.Name() == "Generation":
		return verdict{genai.ModelCall, genai.OpChat}
	}
	return verdict{genai.Step, ""}
}

package dialect

import (
	"cmp"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// kindOfClient knows the clients whose spans borrow names that mean something else there.
func (r *reading) kindOfClient() verdict {
	f, name := r.f, r.span.Name()
	switch r.scope.client {
	case codex:
		switch {
		case f.tallies[nCodexInput] > 0 || f.isBad(nCodexInput):
			return verdict{genai.ModelCall, genai.OpChat}
		case f.has(nCodexInput) || name == "handle_responses" && f.has(nInput):
			return verdict{genai.Step, ""}
		}
	case claudeCode:
		return claudeKind(f.texts[tClaudeType])
	case googleADK:
		switch {
		case name == "call_llm":
			return verdict{genai.ModelCall, genai.OpChat}
		case name == "invocation":
			return verdict{genai.Workflow, genai.OpInvokeWorkflow}
		case strings.HasPrefix(name, "agent_run"):
			return verdict{genai.Agent, genai.OpInvokeAgent}
		}
	case litellmProxy:
		return r.kindOfLitellm()
	}
	if f.texts[tLangsmithKind] == "retriever" { // LangSmith calls its operation "embeddings"
		return verdict{genai.Retrieval, genai.OpRetrieval}
	}
	if f.has(nAggregated) {
		return verdict{genai.Agent, genai.OpInvokeAgent}
	}
	return verdict{}
}

func claudeKind(t string) verdict {
	switch t {
	case "llm_request":
		return verdict{genai.ModelCall, genai.OpChat}
	case "interaction":
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case "tool":
		return verdict{genai.Tool, genai.OpExecuteTool}
	case "":
		return verdict{}
	}
	return verdict{genai.Step, ""}
}

// kindOfLitellm: the request span carries the usage; the raw request below it repeats the provider's payload.
func (r *reading) kindOfLitellm() verdict {
	switch r.span.Name() {
	case "raw_gen_ai_request":
		return verdict{genai.Step, ""}
	case "Received Proxy Server Request", "litellm_request":
		if v := r.kindOfOperation(); v.says() {
			return v
		}
		if r.f.texts[tRequestModel] != "" || r.f.texts[tResponseModel] != "" || r.f.hasPair() {
			return litellmCall(cmp.Or(r.f.texts[tRequestType], r.f.texts[tOperation]))
		}
	}
	return verdict{}
}

func litellmCall(t string) verdict {
	if strings.Contains(t, "embedding") {
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	}
	if strings.HasSuffix(t, "text_completion") {
		return verdict{genai.ModelCall, genai.OpTextCompletion}
	}
	return verdict{genai.ModelCall, genai.OpChat}
}

func pydanticKind(name string) verdict {
	switch {
	case strings.HasPrefix(name, "agent run") || strings.HasSuffix(name, " run") || strings.HasPrefix(name, "invoke_agent"):
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case name == "running tools":
		return verdict{genai.Step, ""}
	case strings.HasPrefix(name, "running tool") || strings.HasPrefix(name, "execute_tool"):
		return verdict{genai.Tool, genai.OpExecuteTool}
	}
	return verdict{}
}

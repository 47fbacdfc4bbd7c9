package genai

import (
	"cmp"
	"strings"
)

// kindOfClient knows the clients whose spans borrow names that mean something else there.
func (r *reading) kindOfClient() verdict {
	f, name := r.f, r.span.Name()
	switch r.scope.client {
	case codex:
		switch {
		case f.tallies[nCodexInput] > 0 || f.isBad(nCodexInput):
			return verdict{ModelCall, OpChat}
		case f.has(nCodexInput) || name == "handle_responses" && f.has(nInput):
			return verdict{Step, ""}
		}
	case claudeCode:
		return claudeKind(f.texts[tClaudeType])
	case googleADK:
		switch {
		case name == "call_llm":
			return verdict{ModelCall, OpChat}
		case name == "invocation":
			return verdict{Workflow, OpInvokeWorkflow}
		case strings.HasPrefix(name, "agent_run"):
			return verdict{Agent, OpInvokeAgent}
		}
	case litellmProxy:
		return r.kindOfLitellm()
	}
	if f.texts[tLangsmithKind] == "retriever" { // LangSmith calls its operation "embeddings"
		return verdict{Retrieval, OpRetrieval}
	}
	if f.has(nAggregated) {
		return verdict{Agent, OpInvokeAgent}
	}
	return verdict{}
}

func claudeKind(t string) verdict {
	switch t {
	case "llm_request":
		return verdict{ModelCall, OpChat}
	case "interaction":
		return verdict{Agent, OpInvokeAgent}
	case "tool":
		return verdict{Tool, OpExecuteTool}
	case "":
		return verdict{}
	}
	return verdict{Step, ""}
}

// kindOfLitellm: the request span carries the usage; the raw request below it repeats the provider's payload.
func (r *reading) kindOfLitellm() verdict {
	switch r.span.Name() {
	case "raw_gen_ai_request":
		return verdict{Step, ""}
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
		return verdict{ModelCall, OpEmbeddings}
	}
	if strings.HasSuffix(t, "text_completion") {
		return verdict{ModelCall, OpTextCompletion}
	}
	return verdict{ModelCall, OpChat}
}

func pydanticKind(name string) verdict {
	switch {
	case strings.HasPrefix(name, "agent run") || strings.HasSuffix(name, " run") || strings.HasPrefix(name, "invoke_agent"):
		return verdict{Agent, OpInvokeAgent}
	case name == "running tools":
		return verdict{Step, ""}
	case strings.HasPrefix(name, "running tool") || strings.HasPrefix(name, "execute_tool"):
		return verdict{Tool, OpExecuteTool}
	}
	return verdict{}
}

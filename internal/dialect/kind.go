package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// verdict is a kind and the operation's name in the convention's words. The zero verdict says nothing.
type verdict struct {
	kind genai.Kind
	name string
}

func (v verdict) says() bool { return v.kind != genai.NotGenAI }

// kind decides from the span alone what it stands for; the first rule that says something wins.
func (r *reading) kind() verdict {
	v := r.kindOfClient()
	for i := 0; i < len(words) && !v.says(); i++ {
		if w := &words[i]; r.f.texts[w.fact] != "" {
			v = w.kind(r)
		}
	}
	if !v.says() {
		v = r.kindOfName()
	}
	if v.name == opRerank {
		v = r.rerank()
	}
	if v.kind == genai.ModelCall && (v.name == genai.OpChat || v.name == genai.OpTextCompletion) && r.embeds() {
		v.name = genai.OpEmbeddings
	}
	if v.kind == genai.Evaluation && r.f.hasModel() && r.hasPair() { // a judge, whose model is told on its own span
		v = verdict{genai.ModelCall, genai.OpChat}
	}
	return r.onAgent(v)
}

// embeds: the word for the kind is that of any call where a wrapper has but one (Langfuse's and Laminar's of OpenAI's SDK, all of
// Bedrock's InvokeModel); the model tells.
func (r *reading) embeds() bool {
	for _, t := range [...]text{tRequestModel, tResponseModel, tModelName} {
		if s := r.f.texts[t]; genai.ContainsFold(s, "embed") && !genai.ContainsFold(s, "embedded") {
			return true
		}
	}
	return false
}

// opRerank is a reranker's operation, and transcription what makes text of sound; the conventions have no words for them.
const (
	opRerank        = "rerank"
	opTranscription = "transcription"
)

// rerank: one that names its model asks a provider, which bills; any other is a step of the application.
func (r *reading) rerank() verdict {
	if r.f.hasModel() {
		return verdict{genai.ModelCall, opRerank}
	}
	return verdict{genai.Retrieval, genai.OpRetrieval}
}

// kindOfClient knows the clients whose spans borrow names that mean something else there.
func (r *reading) kindOfClient() (v verdict) {
	if kind := r.scope.client.kind; kind != nil {
		v = kind(r)
	}
	for i := 0; i < len(sums) && !v.says(); i++ {
		v = sums[i](r)
	}
	return v
}

func (w *word) kind(r *reading) verdict {
	s := r.f.texts[w.fact]
	if w.read != nil {
		return w.read(r, s)
	}
	return kindWord(strings.Trim(s, `"`))
}

// onAgent makes the agent span the call for senders that put the only complete usage there.
func (r *reading) onAgent(v verdict) verdict {
	if !r.scope.usageOnAgent {
		return v
	}
	switch v.kind {
	case genai.Agent, genai.Workflow:
		if run := r.scope.traits.agentRun; run == nil && r.hasPair() || run != nil && run(r) {
			v.kind = genai.ModelCall
		}
	case genai.Step:
		if !r.scope.traits.usageOnAgent && r.hasPair() {
			v.kind = genai.ModelCall
		}
	case genai.ModelCall:
		if r.f.has(nPartial) || r.scope.traits.callsAreSteps {
			v.kind = genai.Step
		}
	}
	return v
}

// kindWord reads the word for a span's kind in any dialect; they agree where they overlap.
func kindWord(w string) verdict {
	var buf [24]byte
	switch string(foldTo(buf[:0], w)) {
	case "llm", "chat", "chat_model", "generation", "model", "ai_client", "model_inference":
		return verdict{genai.ModelCall, genai.OpChat}
	case "completion", "text_completion":
		return verdict{genai.ModelCall, genai.OpTextCompletion}
	case "embedding", "embeddings", "embedder":
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	case "agent", "agent_run":
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case "workflow", "flow", "workflow_run":
		return verdict{genai.Workflow, genai.OpInvokeWorkflow}
	case "chain", "task", "step", "prompt", "parser", "memory", "model_generation", "model_step", "model_chunk", "handoff",
		"workflow_step", "util":
		return verdict{genai.Step, ""}
	case "tool", "tool_call", "mcp_tool_call":
		return verdict{genai.Tool, genai.OpExecuteTool}
	case "retriever", "retrieval", "indexer":
		return verdict{genai.Retrieval, genai.OpRetrieval}
	case "reranker", "rerank":
		return verdict{genai.Retrieval, opRerank}
	case "evaluator", "guardrail", "evaluation":
		return verdict{genai.Evaluation, ""}
	case "token_counter": // counts, and asks no model
		return verdict{genai.Other, ""}
	}
	return verdict{}
}

// foldTo appends w in lower case; a word longer than dst's room is no word of ours.
func foldTo(dst []byte, w string) []byte {
	if len(w) > cap(dst) {
		return dst
	}
	for i := range len(w) {
		c := w[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// operationKind reads gen_ai.operation.name.
func operationKind(r *reading, op string) verdict {
	switch op {
	case "":
		return verdict{}
	case genai.OpChat, "llm_call", "responses", "messages":
		return verdict{genai.ModelCall, genai.OpChat}
	case genai.OpTextCompletion, "completion", "textcompletion":
		return verdict{genai.ModelCall, genai.OpTextCompletion}
	case genai.OpGenerateContent, "generatecontent":
		return verdict{genai.ModelCall, genai.OpGenerateContent}
	case genai.OpEmbeddings, "embedding", "embed", "embed_content":
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	case genai.OpInvokeAgent:
		if r.remoteAgent() {
			return verdict{genai.ModelCall, genai.OpInvokeAgent}
		}
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case genai.OpExecuteTool, "tool_call", "executetool":
		return verdict{genai.Tool, genai.OpExecuteTool}
	case genai.OpRetrieval:
		return verdict{genai.Retrieval, genai.OpRetrieval}
	case opRerank:
		return verdict{genai.Retrieval, opRerank}
	case genai.OpCreateAgent:
		return verdict{genai.Other, genai.OpCreateAgent}
	case "agent_call", "invokeagent":
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case "agent_step", "model_generation", "model_chunk", "model_step", "chain", "plan", "prompt", "task", "memory":
		return verdict{genai.Step, op}
	case "fetch_response", "vectordb", "tokenize", "count_tokens", "counttokens":
		return verdict{genai.Other, op}
	case "image", "image_generation", "audio", "speech", opTranscription, "moderation":
		return verdict{genai.ModelCall, op}
	default:
		if v := operationFamily(op); v.says() {
			return v
		}
		return otherOperation(r, op)
	}
}

// operationFamily reads the beginning of names that extend the convention's: invoke_workflow, Semantic Kernel's chat.completions.
func operationFamily(op string) verdict {
	switch {
	case op == "invoke_model" || op == "invoke_llm":
		return verdict{genai.ModelCall, genai.OpChat}
	case strings.HasPrefix(op, "invoke_") || op == "workflow" || op == "framework" || op == "conversation" || op == "session" || op == "turn":
		return verdict{genai.Workflow, genai.OpInvokeWorkflow}
	case strings.HasPrefix(op, "chat."):
		return verdict{genai.ModelCall, genai.OpChat}
	case strings.HasPrefix(op, "text."):
		return verdict{genai.ModelCall, genai.OpTextCompletion}
	}
	return verdict{}
}

// otherOperation reads more words for what is no conversation.
func otherOperation(r *reading, op string) verdict {
	if lower := strings.ToLower(op); lower != op { // Chat, InvokeAgent
		return operationKind(r, lower)
	}
	switch op {
	case "moderations":
		return verdict{genai.ModelCall, "moderation"}
	case "transcribe", "audio_transcription", "audio.transcription", "speech_to_text", "translation":
		return verdict{genai.ModelCall, opTranscription}
	case "stt": // of a voice pipeline, where it tells how much was heard
		if r.f.valueRanks[vAudioSeconds] != 0 {
			return verdict{genai.ModelCall, opTranscription}
		}
	}
	if r.f.hasModel() && (strings.HasPrefix(op, "chat_") || strings.Contains(op, "completion")) { // chat_streaming, whose usage may be missing
		return verdict{genai.ModelCall, genai.OpChat}
	}
	if v := azureAgents(r, op); v.says() {
		return v
	}
	if v := memoryOperation(r, op); v.says() {
		return v
	}
	return partOfRun(r, op)
}

// partOfRun knows by its words an operation that adds up what calls of their own tell; any other with a model and usage is taken for a call.
func partOfRun(r *reading, op string) verdict {
	if !r.hasPair() {
		return verdict{}
	}
	agent, call := false, false
	for word := range strings.FieldsFuncSeq(op, func(c rune) bool { return c < 'a' || c > 'z' }) {
		switch word {
		case "step", "steps", "iteration", "loop", "cycle", "round", "node", "graph", "pipeline", "handoff":
			return verdict{genai.Step, op}
		case "agent", "agents", "turn", "orchestration":
			agent = true
		case "chat", "llm", "model", "completion", "completions", "generate", "generation", "response", "message", "inference", "embed", "embeddings":
			call = true
		}
	}
	if agent && !call {
		return verdict{genai.Agent, genai.OpInvokeAgent}
	}
	return verdict{}
}

// remoteAgent says whether an invoke_agent span is a call to an agent that runs elsewhere: such a span is a CLIENT span, has
// usage of its own, and does not come from a framework that runs its agents itself.
func (r *reading) remoteAgent() bool {
	return r.span.Kind() == ptrace.SpanKindClient && !r.scope.traits.localAgents &&
		r.f.texts[tTraceloopKind] == "" && r.f.texts[tMastraType] == "" && r.hasPair()
}

// kindOfName is the last resort: the older LangChain dialect, spans of frameworks that only their names tell, and spans that
// have a model and usage and no kind.
func (r *reading) kindOfName() verdict {
	f, name := r.f, r.span.Name()
	if v := langchainKind(name); v.says() {
		return v
	}
	if r.isCache() {
		return verdict{genai.Cache, ""}
	}
	if kind := r.scope.client.lateKind; kind != nil {
		if v := kind(r); v.says() {
			return v
		}
	}
	if !f.marked && f.texts[tWorkflow] == "" {
		return verdict{}
	}
	if r.scope.traits.loose {
		if v := r.kindByHand(); v.says() {
			return v
		}
	}
	switch {
	case f.texts[tWorkflow] != "" && !r.hasPair():
		return verdict{genai.Workflow, genai.OpInvokeWorkflow}
	case genai.ContainsFold(name, "count_tokens") || genai.ContainsFold(name, "countTokens"): // which nobody bills
		return verdict{genai.Other, ""}
	case f.hasModel() && (r.hasPair() || r.span.Kind() == ptrace.SpanKindClient):
		if strings.Contains(name, "embedding") {
			return verdict{genai.ModelCall, genai.OpEmbeddings}
		}
		return verdict{genai.ModelCall, genai.OpChat}
	case f.marked:
		return verdict{genai.Other, ""}
	}
	return verdict{}
}

func (f *facts) hasModel() bool {
	return f.texts[tResponseModel] != "" || f.texts[tRequestModel] != "" || f.texts[tModelName] != ""
}

// isCache says whether the span is one operation on an application's cache.
func (r *reading) isCache() bool {
	f := r.f
	if _, ok := f.value(vCacheHit); ok {
		return true
	}
	return f.texts[tCacheOperation] != "" || f.texts[tCacheResult] != ""
}

package genai

// Kind says what one span stands for.
type Kind uint8

// The kinds. Only ModelCall counts towards cost; Agent, Workflow and Step are roll-ups of calls below them.
const (
	NotGenAI   Kind = iota // nothing of ours on the span
	ModelCall              // one request to a model: chat, completion, embeddings
	Agent                  // one run of an agent
	Workflow               // one run of a workflow or an SDK's outer operation
	Step                   // chain, step, model chunk: a part of a run
	Tool                   // one execution of a tool
	Retrieval              // one search of a retriever or reranker
	Cache                  // one operation on an application cache
	Evaluation             // one evaluator or guardrail run
	Other                  // GenAI by its dialect, of no kind that is counted
)

// KindOf is the kind of an operation by its name and by what llmcost said of its cost.
func KindOf(name, status string) Kind {
	switch status {
	case StatusPriced, StatusReported, StatusEstimated, StatusFree, StatusUnpriced, StatusDuplicate:
		return ModelCall
	}
	kind := kindOfName(name)
	if status == StatusRollup && kind != Agent && kind != Workflow {
		return Step
	}
	return kind
}

func kindOfName(name string) Kind {
	switch name {
	case OpChat, OpTextCompletion, OpGenerateContent, OpEmbeddings:
		return ModelCall
	case OpInvokeAgent:
		return Agent
	case OpInvokeWorkflow:
		return Workflow
	case OpExecuteTool:
		return Tool
	case OpRetrieval:
		return Retrieval
	case OpCreateAgent:
		return Other
	}
	return NotGenAI
}

func kindOf(said, name, status string) Kind {
	switch said {
	case "":
		return KindOf(name, status)
	case KindCacheHit, KindCacheMiss, KindCacheSet:
		return Cache
	case KindNone:
		return NotGenAI
	}
	for k := ModelCall; k <= Other; k++ {
		if kindWords[k] == said {
			return k
		}
	}
	return Other
}

var kindWords = [...]string{
	NotGenAI: KindNone, ModelCall: "call", Agent: "agent", Workflow: "workflow", Step: "step", Tool: "tool", Retrieval: "retrieval",
	Evaluation: "evaluation", Other: "other",
}

// KindWord is the value of llm.cost.call.kind.
func (o *Operation) KindWord() string {
	switch {
	case o.Kind != Cache:
		return kindWords[o.Kind]
	case o.CacheOperation == CacheSet:
		return KindCacheSet
	case o.CacheHit:
		return KindCacheHit
	}
	return KindCacheMiss
}

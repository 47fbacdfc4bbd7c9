package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// memoryOperation knows the operations on an agent's memory: search_memory, update_memory, create_memory_store and whatever else ends like that.
// The conventions give them neither a model nor usage, and they are no calls. One with usage tells what models did for it (mem0's and Zep's ask
// one to write down what is to be kept, all embed), in one call or in several: it is a guess, and counts where no call inside it does.
func memoryOperation(r *reading, op string) verdict {
	switch {
	case !isMemory(op):
		return verdict{}
	case !r.hasPair():
		return verdict{genai.Other, op}
	case genai.ContainsFold(r.f.texts[tRequestModel]+r.f.texts[tResponseModel], "embed"):
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	}
	return verdict{genai.ModelCall, genai.OpChat}
}

func isMemory(op string) bool {
	return strings.HasSuffix(op, "_memory") || strings.HasSuffix(op, "_memories") || strings.HasSuffix(op, "_memory_store")
}

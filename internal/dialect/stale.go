package dialect

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// stale finds what the canonical reader would read differently from the span's own attributes of the canonical form. Their rank in the
// key table is 1. What is missing is no difference, llmcost fills it in; only for what it never fills in under the name of a convention
// is it one.
func (r *reading) stale(failed bool) {
	f, op := r.f, r.op
	r.staleText(tOperation, HasOperationName, op.Name)
	r.staleText(tProvider, HasProviderName, op.Provider)
	r.staleText(tAgent, HasAgentName, op.Agent)
	r.staleText(tTool, HasToolName, op.Tool)
	r.staleText(tConversation, HasConversationID, op.Conversation)
	r.staleText(tRequestModel, HasRequestModel, op.RequestModel)
	r.staleText(tResponseModel, HasResponseModel, op.ResponseModel)
	r.staleText(tResponseID, HasResponseID, op.ResponseID)
	if op.Kind == genai.ModelCall {
		r.staleCounts()
	}
	r.staleNumber(vFirstChunkSeconds, op.TimeToFirstChunk, HasFirstChunk)
	r.staleNumber(vResend, float64(op.Attempt), HasAttempt)
	said := ""
	if f.textRanks[tErrorType] == 1 {
		said = f.texts[tErrorType]
	}
	if failure, errType := genai.FailureOf(failed, said); failure != op.Failure || errType != op.ErrorType {
		op.Stale |= HasFailure
	}
}

func (r *reading) staleText(t text, bit KeySet, now string) {
	if r.op.Keys&bit == 0 {
		return
	}
	said := r.f.textRanks[t] == 1
	if (!said || r.f.texts[t] != now) && (said || now != "") {
		r.op.Stale |= bit
	}
}

func (r *reading) staleCounts() {
	u := &r.op.Usage
	r.staleCount(nInput, HasUsageInput, u.Input)
	r.staleCount(nOutput, HasUsageOutput, u.Output)
	r.staleCount(nCacheRead, HasUsageCacheRead, u.CacheRead)
	r.staleCount(nCacheWrite, HasUsageCacheWrite, u.CacheWrite)
	r.staleCount(nReasoning, HasUsageReasoning, u.Reasoning)
}

func (r *reading) staleCount(t tally, bit KeySet, now int64) {
	if r.op.Keys&bit != 0 && r.f.conventions(t) != now {
		r.op.Stale |= bit
	}
}

// conventions is what the semantic conventions' own attribute says of a count.
func (f *facts) conventions(t tally) int64 {
	most := uint8(1)
	if t == nCacheWrite { // which has two names
		most = 2
	}
	if f.isBad(t) {
		return genai.BadCount
	}
	if f.tallyRanks[t] > most {
		return 0
	}
	return f.tally(t)
}

func (r *reading) staleNumber(v value, now float64, bit KeySet) {
	said := 0.0
	if r.f.valueRanks[v] == 1 {
		said, _ = genai.Number(r.f.values[v])
	}
	if said != now {
		r.op.Stale |= bit
	}
}

func statusFailed(span ptrace.Span) bool { return span.Status().Code() == ptrace.StatusCodeError }

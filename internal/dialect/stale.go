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
	for _, t := range [...]struct {
		fact text
		bit  KeySet
		now  string
	}{
		{tOperation, HasOperationName, op.Name},
		{tProvider, HasProviderName, op.Provider},
		{tAgent, HasAgentName, op.Agent},
		{tTool, HasToolName, op.Tool},
		{tConversation, HasConversationID, op.Conversation},
		{tRequestModel, HasRequestModel, op.RequestModel},
		{tResponseModel, HasResponseModel, op.ResponseModel},
		{tResponseID, HasResponseID, op.ResponseID},
	} {
		if op.Keys&t.bit != 0 && (f.textRanks[t.fact] != 1 || f.texts[t.fact] != t.now) && (f.textRanks[t.fact] == 1 || t.now != "") {
			op.Stale |= t.bit
		}
	}
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

func (r *reading) staleCounts() {
	op, u := r.op, &r.op.Usage
	for _, n := range [...]struct {
		fact tally
		bit  KeySet
		now  int64
	}{
		{nInput, HasUsageInput, u.Input},
		{nOutput, HasUsageOutput, u.Output},
		{nCacheRead, HasUsageCacheRead, u.CacheRead},
		{nCacheWrite, HasUsageCacheWrite, u.CacheWrite},
		{nReasoning, HasUsageReasoning, u.Reasoning},
	} {
		if op.Keys&n.bit != 0 && r.f.conventions(n.fact) != n.now {
			op.Stale |= n.bit
		}
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

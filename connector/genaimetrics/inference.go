package genaimetrics

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// The metrics of semantic-conventions-genai 0.1, which tell inferences, embeddings and runs of agents apart.

// seconds is a family of durations.
func seconds(name, description string, keys ...key) slot {
	return whole(family{
		name: name, unit: "s", description: description, kind: histogram, namings: inGenAI01, bounds: boundsDuration,
		keys: append([]key{kService, kOperation, kProvider, kModel}, keys...), exemplars: len(keys) > 0,
	})
}

// tokensUsed is a family that counts tokens, of a modality that nobody tells.
func tokensUsed(name, description string) slot {
	return add(family{
		name: name, unit: "{token}", description: description, kind: counter, namings: inGenAI01,
		keys: []key{kService, kOperation, kProvider, kModel, kModality},
	}).part(genai.TokenModalityUnknown)
}

// tokensPerCall is a family of how many tokens a call took.
func tokensPerCall(name, description string) slot {
	return whole(family{
		name: name, unit: "{token}", description: description, kind: histogram, namings: inGenAI01, bounds: boundsTokens,
		keys: []key{kService, kOperation, kProvider, kModel},
	})
}

// isInference says whether a model call generates something.
func isInference(op *genai.Operation) bool {
	return op.Name != genai.OpEmbeddings && op.Name != genai.OpInvokeAgent && op.Name != genai.OpInvokeWorkflow
}

// addInferenceTokens counts the tokens of a call with known usage.
func (e *engine) addInferenceTokens(r *route, o *observation) {
	u := &o.op.Usage
	switch {
	case !e.genai01:
	case o.op.Name == genai.OpEmbeddings:
		e.recordTokens(r, slotEmbeddingsInputPerCall, u.Input, o)
	case isInference(&o.op):
		e.addCount(r, slotInferenceInput, u.Input, o)
		e.addCount(r, slotInferenceOutput, u.Output, o)
		e.addCount(r, slotInferenceCacheRead, u.CacheRead, o)
		e.addCount(r, slotInferenceCacheWrite, u.CacheWrite, o)
		e.addCount(r, slotInferenceReasoning, u.Reasoning, o)
		e.recordTokens(r, slotInferenceInputPerCall, u.Input, o)
		e.recordTokens(r, slotInferenceOutputPerCall, u.Output, o)
	}
}

// addInferenceLatency records how long a call took.
func (e *engine) addInferenceLatency(r *route, o *observation) {
	switch {
	case !e.genai01:
	case o.op.Name == genai.OpEmbeddings:
		e.record(r, slotEmbeddingsDuration, o.seconds(), o)
	case isInference(&o.op):
		e.record(r, slotInferenceDuration, o.seconds(), o)
	}
}

// addChunks records the times of a streamed call: to its first chunk, and after that per output token.
func (e *engine) addChunks(r *route, o *observation) {
	ttfc := o.op.TimeToFirstChunk
	if !(ttfc > 0 && ttfc <= maxSeconds) {
		return
	}
	renamed := e.genai01 && isInference(&o.op)
	ttfc = max(ttfc, 1e-9)
	e.record(r, slotTimeToFirstChunk, ttfc, o)
	if renamed {
		e.record(r, slotInferenceFirstChunk, ttfc, o)
	}
	if each, ok := o.perToken(); ok {
		e.record(r, slotTimePerChunk, each, o)
		if renamed {
			e.record(r, slotInferencePerChunk, each, o)
		}
	}
}

// perToken is the mean time between two output tokens. A span tells neither the chunks nor their times, so a token is taken for a
// chunk, as providers stream them; a call that failed, or whose first chunk was its last, has none.
func (o *observation) perToken() (seconds float64, ok bool) {
	op := &o.op
	rest := o.seconds() - op.TimeToFirstChunk
	if !op.UsageState.Counts() || op.Failure != genai.Succeeded || op.Usage.Output < 2 || rest <= 0 {
		return 0, false
	}
	return max(rest/float64(op.Usage.Output-1), 1e-9), true
}

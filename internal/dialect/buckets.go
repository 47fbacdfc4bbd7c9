package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// readBuckets reads Langfuse's usage_details, whose buckets are disjoint and add up to its total, and sums them to the
// inclusive convention. A sender who put OpenAI's own usage object there is understood too; so is one whose total shows that
// input and output already hold their parts.
func (f *facts) readBuckets(s string) (b buckets) {
	p := scanJSON(unwrap(s))
	if !p.enter('{') {
		return b
	}
	for {
		key, ok := p.key()
		if !ok {
			break
		}
		if f.served(&p, key) {
			continue
		}
		if p.next() == '{' {
			f.bucketDetails(&p, key, &b)
			continue
		}
		n, ok := p.count()
		if !ok {
			continue
		}
		key = strings.TrimPrefix(key, "server_tool_use.")
		b.add(key, n)
		if t := bucketTally(key); t != noTally {
			f.add(t, n, jsonRank)
		}
	}
	b.store(f)
	return b
}

// bucketDetails reads an object inside usage_details. Lifetimes break the bucket of cache writes down; any other details are those of a
// provider whose counts hold their parts.
func (f *facts) bucketDetails(p *jsonScan, key string, b *buckets) {
	inner, follow := detailSide(key, neither)
	if !follow {
		p.skip()
		return
	}
	switch key {
	case "cache_creation", "cacheCreation", "server_tool_use", "serverToolUse":
	default:
		b.whole = true
	}
	f.usageObject(p, inner, noTally, noTally, 1)
}

func bucketTally(key string) tally {
	switch {
	case key == "input_audio_tokens" || key == "input_audio":
		return nInputAudio
	case key == "output_audio_tokens" || key == "output_audio":
		return nOutputAudio
	case key == "output_reasoning":
		return nReasoning
	case strings.HasSuffix(key, "ephemeral_1h_input_tokens"):
		return nCacheWrite1h
	case strings.HasSuffix(key, "ephemeral_5m_input_tokens"):
		return nCacheWrite5m
	case strings.HasPrefix(key, "input_cache_creation_1h") || strings.HasPrefix(key, "input_cache_write_1h"):
		return nCacheWrite1h
	case strings.HasPrefix(key, "input_cache_creation_5m") || strings.HasPrefix(key, "input_cache_write_5m"):
		return nCacheWrite5m
	case strings.HasPrefix(key, "input_cache_creation") || strings.HasPrefix(key, "input_cache_write"):
		return nCacheWrite
	case strings.HasPrefix(key, "input_cache"):
		return nCacheRead
	}
	if t := usageTally(key, neither); t != nInput && t != nOutput && t != nTotal {
		return t
	}
	return noTally
}

// buckets adds up usage_details.
type buckets struct {
	input, output, inputParts, outputParts, total int64
	hasInput, hasOutput, whole, bad               bool

	written, lived  int64 // cache writes: all of them, and those told by how long they live
	cached, cachedM int64 // Google's cached tokens: all of them, and those told by modality
	modal           bool  // the prompt is told by modality
	google          bool  // Google's own object, whose output leaves thoughts out

	summed bool // the total is that of input and output, beside which there are parts of the input
	sized  bool // the total is that of input and output, and only a part that is larger than its whole tells that it is none
	odd    bool // the total is no sum of anything
}

// add takes one member; of names that are no bucket it takes nothing.
func (b *buckets) add(key string, n int64) {
	switch key {
	case "prompt_tokens", "completion_tokens", "promptTokens", "completionTokens":
		b.whole = true
	case "promptTokenCount", "prompt_token_count", "candidatesTokenCount", "candidates_token_count":
		b.whole, b.google = true, true
	}
	t := usageTally(key, neither)
	if n == genai.BadCount {
		b.bad = b.bad || t != noTally || strings.HasPrefix(key, "input") || strings.HasPrefix(key, "output") || strings.HasPrefix(key, "cache")
		return
	}
	if b.twice(key, n) {
		b.hasInput = true
		return
	}
	switch {
	case t == nInput:
		b.input, b.hasInput = n, true
	case t == nOutput:
		b.output, b.hasOutput = n, true
	case t == nTotal:
		b.total = n
	case strings.HasPrefix(key, "output") || t == nReasoning:
		b.outputParts, b.hasOutput = b.outputParts+n, true
	case strings.HasPrefix(key, "input") || strings.HasPrefix(key, "cache") || t == nCacheRead || t == nCacheWrite:
		b.inputParts, b.hasInput = b.inputParts+n, true
	}
}

// twice takes what Langfuse's integration of LangChain may have in two buckets.
func (b *buckets) twice(key string, n int64) bool {
	switch t := bucketTally(key); {
	case t == nCacheWrite5m || t == nCacheWrite1h:
		b.lived += n
	case t == nCacheWrite:
		b.written = max(b.written, n)
	case strings.HasPrefix(key, "cached_modality_"):
		b.cachedM += n
	case key == "cached_content_token_count":
		b.cached = n
	default:
		b.modal = b.modal || strings.HasPrefix(key, "input_modality_")
		return false
	}
	return true
}

// once adds those up. LangChain's lifetimes were taken off the input once more where it had the sum of them as well: the total tells.
func (b *buckets) once(f *facts) {
	b.inputParts += max(b.written, b.lived)
	switch {
	case b.cachedM > 0:
		b.inputParts += b.cachedM
		f.add(nCacheRead, b.cachedM, jsonRank)
	case !b.modal: // else it is part of the modalities
		b.inputParts += b.cached
	}
	sum := b.input + b.output + b.inputParts + b.outputParts
	if b.written > 0 && b.lived > 0 && b.total > sum {
		b.input += b.total - sum
	}
	// Of Google's prompt LangChain for JavaScript tells the modalities, and of those what was cached; both were taken off the input.
	cached := f.tally(nCacheRead)
	if twice := sum - b.total; b.total > 0 && b.hasInput && b.input == 0 && twice > 0 && twice <= cached && cached <= b.inputParts-twice {
		b.inputParts -= twice
	}
}

// apart says of input and output whether they leave out their parts, as buckets do: the total may show that one of them, or both, do not. A total
// may be no more than somebody's sum of the two, where a part is more than its whole, or Anthropic answered, who tells none.
func (b *buckets) apart() (in, out bool) {
	sum := b.input + b.output
	switch {
	case b.whole, b.total == 0, b.total == sum+b.inputParts+b.outputParts:
		return !b.whole, !b.whole
	case b.total == sum:
		b.summed = b.inputParts > 0
		in, out = b.inputParts > b.input, b.outputParts > b.output
		b.sized = in || out
		return in, out
	case b.total == sum+b.inputParts:
		return true, false
	case b.total == sum+b.outputParts:
		return false, true
	}
	b.odd = true
	return true, true
}

func (b *buckets) store(f *facts) {
	if b.bad {
		f.bad.add(nLangfuseInput)
		return
	}
	b.once(f)
	in, out := b.apart()
	if in {
		b.input += b.inputParts
	}
	if out || b.google {
		b.output += b.outputParts
	} else if n := f.tally(nReasoning); n > 0 && b.outputParts == 0 && b.total == b.input+b.output+n { // xAI's
		b.output += n
	}
	if b.total > 0 {
		f.add(nTotal, b.total, jsonRank)
	}
	if b.hasInput {
		f.add(nLangfuseInput, genai.Whole(b.input), jsonRank)
	}
	if b.hasOutput {
		f.add(nLangfuseOutput, genai.Whole(b.output), jsonRank)
	}
}

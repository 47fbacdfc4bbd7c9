package dialect

import (
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// extras fills what only the price needs besides the counts of tokens. The output of a call that makes images is images.
func (r *reading) extras(u *genai.Usage) {
	f := r.f
	x := Extras{
		InputImage: f.tally(nInputImage), InputVideo: f.tally(nInputVideo), OutputImage: f.tally(nOutputImage),
		CacheAudio: f.tally(nCacheAudio), CacheImage: f.tally(nCacheImage),
	}
	if x.InputImage > u.Input-u.InputAudio { // a part that is larger than its whole stands beside it
		u.Input += x.InputImage
	}
	if x.OutputImage > u.Output-u.OutputAudio {
		u.Output += x.OutputImage
	}
	x.TellsImages = f.has(nOutputImage) || makesImages(r.op.Name)
	if x.OutputImage == 0 && makesImages(r.op.Name) {
		x.OutputImage = u.Output - u.OutputAudio
		x.Edits = !f.has(nInputImage) && (strings.Contains(r.op.Name, "edit") || strings.Contains(r.op.Name, "variation"))
	}
	x.InputVideo = min(x.InputVideo, u.Input-u.InputAudio-x.InputImage)
	x.CacheAudio = min(x.CacheAudio, u.CacheRead, u.InputAudio)
	if both := u.CacheRead + u.InputAudio - u.Input; both > x.CacheAudio && !f.has(nCacheAudio) { // at least: how much it was is not told
		x.CacheAudio, r.op.Doubt = min(both, u.CacheRead, u.InputAudio), genai.ReasonUnknownOverlap
	}
	x.CacheImage = min(x.CacheImage, u.CacheRead-x.CacheAudio, x.InputImage)
	r.besides(&x)
	if r.op.Name == opTranscription && !x.TellsHow && u.InputAudio == 0 { // what is written down was heard
		u.InputAudio, r.op.Doubt = u.Input, genai.ReasonHiddenTokens
	}
	r.op.Extras = x
	r.op.Billed = genai.Billed{WebSearches: r.webSearches(), FileSearches: f.tally(nFileSearches), CodeRuns: f.tally(nCodeRuns)}
}

// besides fills what is billed by other measures than tokens.
func (r *reading) besides(x *Extras) {
	f := r.f
	x.TellsHow = f.has(nInputAudio) || f.has(nOutputAudio)
	if x.Searches = f.tally(nSearchUnits); x.Searches == 0 && r.op.Name == opRerank && r.scope.name == "@traceloop/instrumentation-cohere" {
		x.Searches = f.tally(nTotal) // it calls them tokens
	}
	x.AudioTime = time.Duration(min(f.tally(nAudioSeconds), maxSeconds)) * time.Second
	if v, ok := f.value(vAudioSeconds); ok {
		if n, is := genai.Number(v); is && n > 0 && n <= maxSeconds {
			x.AudioTime = time.Duration(n * float64(time.Second))
		}
	}
}

// heardUntold says that there was sound in the prompt, and of how much of it, which costs Google's models more than text, nothing tells.
func (r *reading) heardUntold() bool {
	return !r.f.has(nInputAudio) && genai.ContainsFold(r.op.Model(), "gemini") && tellsAudio(r.f.texts[tInputMessages])
}

// tellsAudio looks for a part of a message that is sound. Python's JSON has spaces, JavaScript's none.
func tellsAudio(messages string) bool {
	return strings.Contains(messages, `"modality":"audio"`) || strings.Contains(messages, `"modality": "audio"`)
}

// maxSeconds is the longest sound that is believed, a year.
const maxSeconds = 366 * 24 * 3600

func makesImages(operation string) bool {
	switch operation {
	case "image_generation", "image_edit", "image_variation", "generate_image", "create_image", "images.generate", "images.edit":
		return true
	}
	return false
}

// modality is a row of Google's details: how many tokens of which kind.
func (f *facts) modality(p *jsonScan, sd side, cached bool) {
	if !p.enter('{') {
		p.skip()
		return
	}
	kind, n, ok := "", int64(0), false
	for {
		key, more := p.key()
		if !more {
			break
		}
		switch key {
		case "modality":
			kind = p.text()
		case "tokenCount", "token_count":
			n, ok = p.count()
		default:
			p.skip()
		}
	}
	if t := modalityTally(strings.ToUpper(kind), sd, cached); ok && t != noTally {
		f.add(t, n, jsonRank)
	}
}

func modalityTally(kind string, sd side, cached bool) tally {
	switch {
	case strings.HasSuffix(kind, "AUDIO") && cached:
		return nCacheAudio
	case strings.HasSuffix(kind, "IMAGE") && cached:
		return nCacheImage
	case cached:
		return noTally
	case strings.HasSuffix(kind, "AUDIO") && sd == inputSide:
		return nInputAudio
	case strings.HasSuffix(kind, "AUDIO"):
		return nOutputAudio
	case strings.HasSuffix(kind, "IMAGE") && sd == inputSide:
		return nInputImage
	case strings.HasSuffix(kind, "IMAGE"):
		return nOutputImage
	case strings.HasSuffix(kind, "VIDEO") && sd == inputSide:
		return nInputVideo
	}
	return noTally
}

// usageList reads a list inside a usage object: Google's details by modality, or Anthropic's iterations, of which each is billed.
func (f *facts) usageList(p *jsonScan, key string) {
	var sd side
	cached := false
	switch key {
	case "promptTokensDetails", "prompt_tokens_details", "inputTokensDetails", "input_tokens_details":
		sd = inputSide
	case "cacheTokensDetails", "cache_tokens_details":
		sd, cached = inputSide, true
	case "candidatesTokensDetails", "candidates_tokens_details", "responseTokensDetails", "response_tokens_details":
		sd = outputSide
	case "iterations":
		f.iterations(p)
		return
	case "cacheDetails":
		f.lifetimes(p)
		return
	default:
		p.skip()
		return
	}
	p.enter('[')
	for p.more(']') {
		f.modality(p, sd, cached)
	}
}

// lifetimes reads what Bedrock tells of the writes to its cache: [{"inputTokens": 888, "ttl": "5m"}].
func (f *facts) lifetimes(p *jsonScan) {
	p.enter('[')
	for p.more(']') {
		if !p.enter('{') {
			p.skip()
			continue
		}
		written, kept := int64(0), ""
		for key, ok := p.key(); ok; key, ok = p.key() {
			switch key {
			case "inputTokens":
				written, _ = p.count()
			case "ttl":
				kept = p.text()
			default:
				p.skip()
			}
		}
		switch kept {
		case "5m":
			f.add(nCacheWrite5m, written, jsonRank)
		case "1h":
			f.add(nCacheWrite1h, written, jsonRank)
		}
	}
}

// webSearches is how many searches are billed. Google tells its queries, and bills them since Gemini 3; before, it billed the prompt.
func (r *reading) webSearches() int64 {
	f := r.f
	switch {
	case f.has(nWebSearches):
		return f.tally(nWebSearches)
	case strings.Contains(r.op.Model(), "-search-preview"), strings.Contains(r.op.Model(), "-search-api"): // OpenAI's, which search for each answer
		return 1
	case !f.has(nGrounded):
		f.toolFee = f.toolFee || strings.Contains(r.op.Model(), "deep-research") // which searches all the time
		return 0
	}
	if _, after, ok := strings.Cut(r.op.Model(), "gemini-"); ok && after != "" && after[0] >= '1' && after[0] < '3' {
		return 1
	}
	return f.tally(nGrounded)
}

// grounding counts the queries with which Google searched, each once.
func (f *facts) grounding(p *jsonScan) {
	for key := range p.members {
		switch {
		case (key == "webSearchQueries" || key == "web_search_queries") && p.enter('['):
			f.queries(p)
		case (key == "groundingChunks" || key == "grounding_chunks") && p.enter('['):
			f.chunks(p)
		default:
			p.skip()
		}
	}
}

// chunks looks for what was found on Google's maps, which has a price of its own.
func (f *facts) chunks(p *jsonScan) {
	for p.more(']') {
		if !p.enter('{') {
			p.skip()
			continue
		}
		for {
			key, ok := p.key()
			if !ok {
				break
			}
			f.toolFee = f.toolFee || key == "maps" && p.next() == '{'
			p.skip()
		}
	}
}

func (f *facts) queries(p *jsonScan) {
	var seen [64]string
	n := 0
	for p.more(']') {
		s, ok := p.scalar()
		if !ok || s == "" || s == "null" || slices.Contains(seen[:min(n, len(seen))], s) {
			continue
		}
		if n < len(seen) {
			seen[n] = s
		}
		n++
	}
	if n > 0 {
		f.add(nGrounded, int64(n), jsonRank)
	}
}

package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// answered is what a captured answer says of itself.
type answered struct {
	id, model, tier string
	told            bool // the message has the provider's usage

	facts *facts // takes the sub-counts of usage that the answer breaks down further than the span does
}

// readAnswer reads a provider's answer, or LangChain's wrapping of one. Of its usage only sub-counts are taken, such as
// Anthropic's one-hour cache writes, which no plain attribute of OpenInference says.
func readAnswer(s string, f *facts) answered {
	a := answered{facts: f}
	p := scanJSON(s)
	p.enter('[') // of several answers, the first
	a.read(&p)
	if a.told {
		f.forget(nEstimatedInput)
	}
	return a
}

// providerAnswer reads the provider's whole answer, which is the value at hand.
func (f *facts) providerAnswer(p *jsonScan) {
	a := answered{facts: f}
	a.read(p)
	f.setText(tResponseModel, a.model)
	f.setText(tResponseID, a.id)
	f.setText(tResponseTier, a.tier)
}

func (a *answered) read(p *jsonScan) {
	for key := range p.members {
		switch key {
		case "id", "responseId", "response_id":
			first(&a.id, p.text())
		case "model", "modelVersion", "model_version":
			first(&a.model, p.text())
		case "service_tier", "serviceTier", "performanceConfig":
			first(&a.tier, tierOf(p))
		case "stop_reason":
			a.facts.unended = a.facts.unended || p.next() == 'n' // null, until the stream ends
			p.skip()
		case "output", "content":
			a.blocks(p)
		case "candidates":
			a.candidates(p)
		case "groundingMetadata", "grounding_metadata":
			a.facts.grounding(p)
		case "usage", "usageMetadata", "usage_metadata", "UsageMetadata", "meta":
			a.usage(p)
		case "generations":
			a.generations(p)
		case "llm_output", "llmOutput":
			a.metadata(p)
		default:
			p.skip()
		}
	}
}

// tierOf consumes how a call was served: a word, or Amazon's object of one. Its answers optimized for latency have prices of their own.
func tierOf(p *jsonScan) (tier string) {
	if p.next() != '{' {
		return p.text()
	}
	for key := range p.members {
		switch key {
		case "type", "latency":
			tier = p.text()
		default:
			p.skip()
		}
	}
	if tier == "standard" || tier == "default" {
		return "" // of latency or tier; the other one may still say something
	}
	return tier
}

func first(to *string, s string) {
	if *to == "" {
		*to = s
	}
}

// generations reads generations[0][0] and skips the rest.
func (a *answered) generations(p *jsonScan) {
	if !p.enter('[') {
		p.skip()
		return
	}
	for n := 0; p.more(']'); n++ {
		if n > 0 || !p.enter('[') {
			p.skip()
			continue
		}
		for m := 0; p.more(']'); m++ {
			if m > 0 {
				p.skip()
				continue
			}
			a.generation(p)
		}
	}
}

func (a *answered) generation(p *jsonScan) {
	for key := range p.members {
		switch key {
		case "generationInfo", "generation_info":
			a.metadata(p)
		case "message":
			a.message(p, 0)
		default:
			p.skip()
		}
	}
}

// message reads a LangChain message: its kwargs, or its fields themselves. The id of a run is LangChain's own and no answer's.
func (a *answered) message(p *jsonScan, depth int) {
	if depth > maxDepth || !p.enter('{') {
		p.skip()
		return
	}
	var own string
	for {
		key, ok := p.key()
		if !ok {
			break
		}
		switch key {
		case "kwargs", "data", "additional_kwargs":
			a.message(p, depth+1)
		case "response_metadata":
			a.metadata(p)
		case "usage_metadata":
			a.told = p.next() == '{'
			at := p.i
			a.usage(p)
			a.facts.cached(p.s[at:p.i])
		case "id":
			own = p.text()
		case "content", "tool_outputs":
			a.blocks(p)
		default:
			p.skip()
		}
	}
	if !strings.HasPrefix(own, "run-") && !strings.HasPrefix(own, "lc_run-") {
		first(&a.id, own)
	}
}

// candidates reads the first of Google's.
func (a *answered) candidates(p *jsonScan) {
	if !p.enter('[') {
		p.skip()
		return
	}
	for n := 0; p.more(']'); n++ {
		if n > 0 || !p.enter('{') {
			p.skip()
			continue
		}
		for {
			key, ok := p.key()
			if !ok {
				break
			}
			if key == "groundingMetadata" || key == "grounding_metadata" {
				a.facts.grounding(p)
			} else {
				p.skip()
			}
		}
	}
}

// blocks reads the items of OpenAI's answer, or the blocks of Anthropic's: each search, and each run of code, is billed, but for Anthropic's that
// failed. The usage, where it is there, says better how many.
func (a *answered) blocks(p *jsonScan) {
	if !p.enter('[') {
		p.skip()
		return
	}
	var n [3]int64
	made, from := int64(0), p.i
	for p.more(']') {
		switch kind, name, action := block(p); {
		case kind == "server_tool_use" && name == "web_search":
			made++
		case kind == "web_search_call" && (action == "" || action == "search"): // to open a page costs nothing more
			n[0]++
		case kind == "file_search_call":
			n[1]++
		case kind == "code_interpreter_call":
			n[2]++
		case kind == "image_generation_call": // the images are another model's
			a.facts.toolFee = true
		}
	}
	if made > 0 {
		n[0] += made - failures(p.s[from:p.i])
	}
	for i, t := range [...]tally{nWebSearches, nFileSearches, nCodeRuns} {
		if n[i] > 0 {
			a.facts.add(t, n[i], jsonRank+1)
		}
	}
}

// block consumes a block or an item and says its type, its name, and the type of the action that it is.
func block(p *jsonScan) (kind, name, action string) {
	for key := range p.members {
		switch key {
		case "type":
			kind = p.text()
		case "name":
			name = p.text()
		case "action":
			action, _, _ = block(p)
		default:
			p.skip()
		}
	}
	return kind, name, action
}

func (a *answered) metadata(p *jsonScan) {
	for key := range p.members {
		switch key {
		case "model_name", "model":
			first(&a.model, p.text())
		case "id":
			first(&a.id, p.text())
		case "service_tier":
			first(&a.tier, p.text())
		case "usage", "tokenUsage", "token_usage":
			a.usage(p)
		case "groundingMetadata", "grounding_metadata":
			a.facts.grounding(p)
		case "estimatedTokenUsage": // LangChain's own count, or the provider's where the message has that
			a.facts.usageObject(p, neither, nEstimatedInput, noTally, 1)
		default:
			p.skip()
		}
	}
}

func (a *answered) usage(p *jsonScan) { a.facts.providerUsage(p) }

// providerUsage reads the usage object as the provider sent it: its sub-counts, and, of Anthropic and Bedrock, whose own input leaves out
// cached tokens, how many were not cached. That tells whether a client that shows its answer has added them up.
func (f *facts) providerUsage(p *jsonScan) {
	p.next()
	at := p.i
	f.usageObject(p, neither, noTally, noTally, 0)
	o := scanJSON(p.s[at:p.i])
	if !o.enter('{') {
		return
	}
	uncached, apart := int64(genai.BadCount), false
	for {
		key, ok := o.key()
		if !ok {
			break
		}
		switch key {
		case "input_tokens", "inputTokens":
			if n, ok := o.count(); ok {
				uncached = n
			}
			continue
		case "cache_read_input_tokens", "cache_creation_input_tokens", "cacheReadInputTokens", "cacheWriteInputTokens":
			apart = true
		case "cost": // OpenRouter's, and Perplexity's
			if usd, ok := billOf(p.s[at:p.i]); ok && usable(usd) {
				f.billed = usd
			}
		}
		o.skip()
	}
	if apart && uncached != genai.BadCount {
		f.add(nNoCache, uncached, jsonRank)
	}
}

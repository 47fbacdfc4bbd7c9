package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var nAdvisor = newTally()

// iterations adds up what each step of a call used, as Anthropic bills it: compacting a conversation is paid beside the answer, whose own
// counts are all that the usage around it has. Where another model stepped in for one that refused, the usage around it is that of the
// answer. What an advisor used has the price of a model of its own, which is not this one's.
func (f *facts) iterations(p *jsonScan) {
	f.steps = genai.Usage{} // two attributes may hold one answer
	if !p.enter('[') {
		p.skip()
		return
	}
	other := false
	for p.more(']') {
		var s genai.Usage
		switch iteration(p, &s, 0) {
		case "advisor_message":
			f.add(nAdvisor, s.Input+s.Output, jsonRank)
		case "fallback_message":
			other = true
		default:
			f.steps.Input += s.Input
			f.steps.Output += s.Output
			f.steps.CacheRead += s.CacheRead
			f.steps.CacheWrite += s.CacheWrite
			f.steps.CacheWrite1h += s.CacheWrite1h
		}
	}
	if other {
		f.steps = genai.Usage{}
	}
}

// iteration reads one step into s and says what kind of step it is.
func iteration(p *jsonScan, s *genai.Usage, depth int) (kind string) {
	if depth > 1 || !p.enter('{') {
		p.skip()
		return ""
	}
	for {
		key, ok := p.key()
		switch {
		case !ok:
			return kind
		case key == "type" && depth == 0:
			kind = p.text()
			continue
		case p.next() == '{':
			iteration(p, s, depth+1)
			continue
		}
		if n, ok := p.count(); ok && n != genai.BadCount {
			addStep(s, usageTally(key, neither), n)
		}
	}
}

func addStep(s *genai.Usage, t tally, n int64) {
	switch t {
	case nInput:
		s.Input += n
	case nOutput:
		s.Output += n
	case nCacheRead:
		s.CacheRead += n
	case nCacheWrite:
		s.CacheWrite += n
	case nCacheWrite1h:
		s.CacheWrite1h += n
	}
}

// stepped is the usage of all steps, or u where there were none beside the answer.
func (f *facts) stepped(u genai.Usage) genai.Usage {
	s := f.steps
	if s == (genai.Usage{}) {
		return u
	}
	s.Input += s.CacheRead + s.CacheWrite // Anthropic's input leaves them out
	if s.Input < u.Input || s.Output < u.Output {
		return u
	}
	s.Reasoning, s.InputAudio, s.OutputAudio = u.Reasoning, u.InputAudio, u.OutputAudio
	return s
}

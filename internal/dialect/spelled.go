package dialect

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Of parts of the counts there are more names than anybody can list. What stands among a sender's usage and says by its words which part it
// is counts as that part, where no name that is known says it. Input and output themselves are never read so: a wrong one is worse than none.

// spelledRank comes after all names that are known, and before JSON.
const spelledRank = jsonRank - 1

// spelled reads an attribute about usage whose name is not known, and says that it is this part of it.
func (f *facts) spelled(key string, t tally, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeInt, pcommon.ValueTypeDouble:
	case pcommon.ValueTypeStr:
		if s := v.Str(); s != "" && s[0] == '{' {
			f.spelledObject(key, s)
			return
		}
	case pcommon.ValueTypeMap:
		f.spelledMap(key, v.Map(), 0)
		return
	default:
		return
	}
	if t == noTally {
		return
	}
	if n, ok := genai.Count(v); ok && n != genai.BadCount && !untold(t, v) {
		f.add(t, n, spelledRank)
	}
}

// spelling is what a key says by its words.
type spelling struct {
	usage bool  // it is about usage
	part  tally // noTally for none
}

func spellingOf(key string) spelling {
	if !strings.Contains(key, "usage") && !strings.Contains(key, "oken") {
		return spelling{part: noTally}
	}
	return spelling{usage: true, part: spelledTally(key)}
}

// spelledObject reads a usage object in JSON, or the details of one of its two counts.
func (f *facts) spelledObject(key, s string) {
	last := key[strings.LastIndexByte(key, '.')+1:]
	if usageWord(last) {
		p := scanJSON(s)
		f.providerUsage(&p)
		f.readUsage(s, nOldestInput, nOldestOutput)
	} else if sd, ok := detailSide(last, neither); ok {
		f.readDetails(s, sd)
	}
}

// usageWord says whether a name is that of a provider's usage object.
func usageWord(name string) bool {
	switch name {
	case "usage", "usage_metadata", "usageMetadata", "token_usage", "tokenUsage", "raw_usage", "usage_object", "details":
		return true
	}
	return false
}

// spelledMap is the same of an attribute whose value is a map.
func (f *facts) spelledMap(key string, m pcommon.Map, depth int) {
	last := key[strings.LastIndexByte(key, '.')+1:]
	whole := usageWord(last)
	sd, details := detailSide(last, neither)
	if !details && !whole || depth > 2 {
		return
	}
	for name, v := range m.All() {
		if v.Type() == pcommon.ValueTypeMap {
			f.spelledMap(name, v.Map(), depth+1)
			f.spelledParts(name, v.Map())
			continue
		}
		t := usageTally(name, sd)
		switch {
		case t == nInput && whole:
			t = nOldestInput
		case t == nOutput && whole:
			t = nOldestOutput
		case t == nInput || t == nOutput || t == nTotal && !whole:
			t = noTally
		}
		if n, ok := genai.Count(v); ok && t != noTally {
			f.add(t, n, jsonRank)
		}
	}
}

// spelledParts is the same of a part of usage that is told in parts, as {"cache_read": {"input_tokens": 1}} has the conventions' names.
func (f *facts) spelledParts(part string, m pcommon.Map) {
	if _, details := detailSide(part, neither); details || usageWord(part) {
		return
	}
	for name, v := range m.All() {
		t := spelledTally(part + "." + name)
		if n, ok := genai.Count(v); ok && t != noTally {
			f.add(t, n, jsonRank)
		}
	}
}

// pieces are pieces of the words below, one of which a name must have; to look for them costs little.
var pieces = [...]string{"ach", "eason", "hought", "hinking", "udio", "mage", "earch", "phemeral"}

// spelledTally is the part that a name says by its words, or noTally.
func spelledTally(key string) tally {
	if !slices.ContainsFunc(pieces[:], func(piece string) bool { return strings.Contains(key, piece) }) {
		return noTally
	}
	switch {
	case hasWord(key, "cost", "price", "usd", "saved", "saving", "rate", "ratio", "percent", "limit", "max", "budget", "remaining", "aggregated", "cumulative",
		"session", "estimated", "message", "partial", "per_second", "miss", "prediction", "turn"):
		return noTally
	case hasWord(key, "uncached", "non_cached", "noncached", "no_cache", "nocache"): // what is left of the input
		if hasWord(key, "input", "prompt") {
			return nNoCache
		}
		return noTally
	case hasWord(key, "1h", "1_h", "hour") && hasWord(key, "cach", "ephemeral"):
		return nCacheWrite1h
	case hasWord(key, "5m", "5_m") && hasWord(key, "cach", "ephemeral"):
		return nCacheWrite5m
	case hasWord(key, "cach"):
		return spelledCache(key)
	case hasWord(key, "reasoning", "thought", "thinking"):
		return nReasoning
	case hasWord(key, "audio"):
		return spelledSide(key, nInputAudio, nOutputAudio)
	case hasWord(key, "image"):
		return spelledSide(key, nInputImage, nOutputImage)
	case hasWord(key, "web_search", "webSearch") && hasWord(key, "usage"):
		return nWebSearches
	}
	return noTally
}

func spelledCache(key string) tally {
	switch {
	case hasWord(key, "audio"):
		return nCacheAudio
	case hasWord(key, "image"):
		return nCacheImage
	case hasWord(key, "text", "video"): // a part of what was read
		return noTally
	case hasWord(key, "write", "creat", "wrote", "written"):
		return nCacheWrite
	}
	return nCacheRead
}

func spelledSide(key string, in, out tally) tally {
	switch {
	case hasWord(key, "input", "prompt"):
		return in
	case hasWord(key, "output", "completion", "candidates", "response"):
		return out
	}
	return noTally
}

// hasWord says whether a key has one of the words, in any case.
func hasWord(key string, words ...string) bool {
	for _, w := range words {
		if genai.ContainsFold(key, w) {
			return true
		}
	}
	return false
}

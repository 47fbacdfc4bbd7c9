package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// hintBytes is how much of the beginning of a key tells whether it may belong to GenAI; hintBits is the width of its hash.
const (
	hintBytes = 5
	hintBits  = 12
)

// hintSet holds hashes of beginnings of keys. It may say yes to a foreign key, never no to one of ours.
type hintSet [1 << hintBits / 32]uint32

// hints knows the beginning of every attribute without which, and without a telling scope or span name, no span is GenAI.
var hints hintSet

func (h *hintSet) add(key string) {
	i := hintHash(key)
	h[i>>5] |= 1 << (i & 31)
}

func (h *hintSet) has(key string) bool {
	if len(key) < hintBytes {
		return false
	}
	i := hintHash(key)
	return h[i>>5]&(1<<(i&31)) != 0
}

// hintHash is hintBits bits made of the first hintBytes bytes of key, which must have them.
func hintHash(key string) uint32 {
	four := uint32(key[0]) | uint32(key[1])<<8 | uint32(key[2])<<16 | uint32(key[3])<<24
	return (four*0x9E3779B1 ^ uint32(key[4])*0x85EBCA6B) >> (32 - hintBits)
}

// hinting says whether the attribute can make a span GenAI by itself, or makes Call.Keys say something.
func (e *entry) hinting() bool {
	if e.marks || e.keys != 0 {
		return true
	}
	switch e.class {
	case classText:
		return text(e.fact) == tCacheOperation || text(e.fact) == tMCPMethod
	case classValue:
		return value(e.fact) == vCacheHit
	default:
		return false
	}
}

// foreign says whether span is surely not GenAI: most spans of most services are not, and this answers them in a fraction of
// the time of reading them. False only means that the span has to be read.
func foreign(scope *Scope, span ptrace.Span) bool {
	return scope.client.mayBe == nil && !nameHints(span.Name()) && !attributesHint(span.Attributes())
}

func attributesHint(attrs pcommon.Map) bool {
	for key := range attrs.All() {
		if hints.has(key) {
			return true
		}
	}
	return false
}

// nameHints says whether the span's name alone can make it GenAI.
func nameHints(name string) bool {
	if name == "" {
		return false
	}
	switch name[0] {
	case 'l':
		return strings.HasPrefix(name, "llm_call:")
	case 'a':
		return strings.HasPrefix(name, "agent_request:")
	case 'o':
		return name == "orchestrate_tools"
	case 'F':
		return name == "FunctionInvokingChatClient"
	case 't':
		return strings.HasPrefix(name, "tool_execution:")
	}
	return false
}

package genaievents

import (
	"crypto/sha256"
	"encoding/hex"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// content is what the canonical form does not have, as the span says it: prompts, answers, arguments and results of tools, or how long
// they are. It is read here and nowhere else.
type content struct {
	texts   [numTexts]pcommon.Value
	ranks   [numTexts]uint8 // from 1; the lower one wins; 0 is none
	lengths [numTexts]int64
	kind    string // of a tool's result, in the sender's word
}

// text is one of the things that a span may hold.
type text uint8

const (
	textInput text = iota
	textAnswer
	textArguments
	textResult
	numTexts
)

// read reads the attributes of a span, and its events where it has some.
func (c *content) read(it *item) {
	*c = content{}
	c.readPlaces(it.head.attrs)
	c.readEvents(it.span, it.op.Kind == genai.Tool)
}

func (c *content) readPlaces(attrs pcommon.Map) {
	for key, v := range attrs.All() {
		if !mayBePlace(key) {
			continue
		}
		switch p := places[key]; p.says {
		case saysText:
			c.found(p.text, p.rank, v)
		case saysLength:
			c.lengths[p.text] = length(v)
		case saysKind:
			c.kind = v.Str()
		}
	}
}

// found keeps a text, unless there is one of a lower rank.
func (c *content) found(t text, rank uint8, v pcommon.Value) {
	if had := c.ranks[t]; (had == 0 || rank < had) && (v.Type() != pcommon.ValueTypeStr || v.Str() != "") {
		c.ranks[t], c.texts[t] = rank, v
	}
}

// has says whether the span holds a text.
func (c *content) has(t text) bool { return c.ranks[t] != 0 }

// size is how long a text is, in bytes or, where the sender says it itself, as it counts; 0 is unknown.
func (c *content) size(t text) int64 {
	if n := c.lengths[t]; n > 0 {
		return n
	}
	if c.ranks[t] == 0 || c.texts[t].Type() != pcommon.ValueTypeStr {
		return 0
	}
	return int64(len(c.texts[t].Str()))
}

// hash names a text without saying it: 64 bits of its SHA-256.
func (c *content) hash(t text) string {
	if c.ranks[t] == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(c.texts[t].AsString()))
	return hex.EncodeToString(sum[:8])
}

func (c *content) string(t text) string {
	if c.ranks[t] == 0 {
		return ""
	}
	return c.texts[t].AsString()
}

// first is the one of two that the span holds: tools of many clients have arguments and results where others have prompts and answers.
func (c *content) first(t, otherwise text) text {
	if c.has(t) || c.lengths[t] > 0 || !c.has(otherwise) && c.lengths[otherwise] == 0 {
		return t
	}
	return otherwise
}

// resultType is what a tool gave, in JSON's words.
func (c *content) resultType(result text) string {
	switch {
	case c.kind != "":
		return c.kind
	case c.ranks[result] == 0:
		return ""
	}
	v := c.texts[result]
	switch v.Type() {
	case pcommon.ValueTypeMap:
		return "object"
	case pcommon.ValueTypeSlice:
		return "array"
	case pcommon.ValueTypeBool:
		return "boolean"
	case pcommon.ValueTypeInt, pcommon.ValueTypeDouble:
		return "number"
	case pcommon.ValueTypeStr:
		return jsonType(v.Str())
	}
	return ""
}

// jsonType looks at the beginning of a text.
func jsonType(s string) string {
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			continue
		case c == '{':
			return "object"
		case c == '[':
			return "array"
		}
		break
	}
	switch {
	case s == "true" || s == "false":
		return "boolean"
	case s == "null":
		return "null"
	}
	if _, ok := genai.NumberOf(s); ok && s[0] != '"' {
		return "number"
	}
	return "string"
}

// length is what a sender says itself; 0 where it makes no sense.
func length(v pcommon.Value) int64 {
	n, ok := genai.Count(v)
	if !ok || n < 0 {
		return 0
	}
	return n
}

package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// maxJSON is how much of one JSON string is looked at. What matters stands early or in short strings.
const maxJSON = 1 << 20

// maxDepth is how deep objects are followed; deeper values are skipped.
const maxDepth = 12

// jsonScan walks a JSON text without building anything. It also accepts what Python's repr of a dict looks like, and stops
// quietly at the first thing it does not understand: captured texts are often cut.
type jsonScan struct {
	s string
	i int
}

func scanJSON(s string) jsonScan {
	if len(s) > maxJSON {
		s = s[:maxJSON]
	}
	return jsonScan{s: s}
}

// next skips white space and returns the byte at hand, 0 at the end.
func (p *jsonScan) next() byte {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; c {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return c
		}
	}
	return 0
}

func (p *jsonScan) stop() { p.i = len(p.s) }

// enter consumes open if it is at hand.
func (p *jsonScan) enter(open byte) bool {
	if p.next() != open {
		return false
	}
	p.i++
	return true
}

// more says whether another element follows before end, and consumes the comma or the end.
func (p *jsonScan) more(end byte) bool {
	if p.next() == ',' {
		p.i++
	}
	switch p.next() {
	case 0:
		return false
	case end:
		p.i++
		return false
	case '}', ']', ':': // no element begins so; skip consumes no colon, so the caller would ask for ever
		p.stop()
		return false
	}
	return true
}

// key returns the next key of the object at hand; its value is next. False at the object's end.
func (p *jsonScan) key() (string, bool) {
	if !p.more('}') {
		return "", false
	}
	k, ok := p.str()
	if !ok || p.next() != ':' {
		p.stop()
		return "", false
	}
	p.i++
	return k, true
}

// members visits the keys of the object at hand; visit consumes the value. What is no object is skipped.
func (p *jsonScan) members(visit func(key string) bool) {
	if !p.enter('{') {
		p.skip()
		return
	}
	for {
		key, ok := p.key()
		if !ok || !visit(key) {
			return
		}
	}
}

// str consumes a string and returns its raw inside, escapes left as they are; false when no whole string is at hand.
func (p *jsonScan) str() (string, bool) {
	q := p.next()
	if q != '"' && q != '\'' {
		return "", false
	}
	start := p.i + 1
	for at := start; ; {
		n := strings.IndexByte(p.s[at:], q)
		if n < 0 {
			p.stop()
			return "", false
		}
		end := at + n
		slashes := 0
		for end-1-slashes >= start && p.s[end-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			p.i = end + 1
			return p.s[start:end], true
		}
		at = end + 1
	}
}

// scalar consumes the value at hand and returns the text of a string, number or literal; false for objects and arrays.
func (p *jsonScan) scalar() (string, bool) {
	switch p.next() {
	case '"', '\'':
		return p.str()
	case '{', '[':
		p.skip()
		return "", false
	}
	start := p.i
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			return p.s[start:p.i], p.i > start
		}
		p.i++
	}
	return p.s[start:p.i], p.i > start
}

// text consumes the value at hand and returns it if it is a string.
func (p *jsonScan) text() string {
	if c := p.next(); c != '"' && c != '\'' {
		p.skip()
		return ""
	}
	s, _ := p.str()
	return s
}

// count consumes the value at hand and reads it as a token count.
func (p *jsonScan) count() (int64, bool) {
	if c := p.next(); c == '{' || c == '[' {
		p.skip()
		return 0, false
	}
	s, ok := p.scalar()
	if !ok {
		return 0, false
	}
	return genai.CountOf(s)
}

// number consumes the value at hand and reads it as a double.
func (p *jsonScan) number() (float64, bool) {
	s, ok := p.scalar()
	if !ok {
		return 0, false
	}
	return genai.NumberOf(s)
}

// skip consumes the value at hand, whatever it is.
func (p *jsonScan) skip() {
	depth := 0
	for {
		switch p.next() {
		case 0:
			return
		case '"', '\'':
			p.str()
		case '{', '[':
			depth++
			p.i++
			continue
		case '}', ']':
			depth--
			p.i++
		case ',', ':':
			if depth == 0 {
				return
			}
			p.i++
			continue
		default:
			p.scalar()
		}
		if depth <= 0 {
			return
		}
	}
}

// unwrap takes one level of JSON quoting off a string that is itself a JSON string, as MLflow and Langfuse send.
func unwrap(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	if len(s) > maxJSON {
		s = s[:maxJSON]
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, `\"`, `"`), `\\`, `\`)
}

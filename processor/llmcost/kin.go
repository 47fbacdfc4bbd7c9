package llmcost

import (
	"hash/fnv"
	"regexp"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A call directly inside a call is a second report of it, whatever the two tell, but for one kind: a guardrail, a judge or a router asks
// another model while the call that it serves is under way, and has its span there. Each of the two then names the model that answered,
// those are no names of one model, and their counts differ.

// kin is the model that answered a call, whoever sells it, in few bits: two models may have one.
type kin uint16

const (
	noKin    kin = iota // not known
	anyKin              // of a call of which it is not known, or of several
	firstKin            // of a model
)

// differs says whether two models are known and not one.
func (k kin) differs(other kin) bool { return k >= firstKin && other >= firstKin && k != other }

// variants are parts of models' names that differ from seller to seller, and dates.
var variants = regexp.MustCompile(`(?:-v\d+)?(?:[:@].*|$)|-?20\d\d-?\d\d-?\d\d|-\d\d-20\d\d|-(?:latest|preview|exp|instruct)\b`)

// kinOf makes the id of a price row what all sellers' ids of the model have in common: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" and
// "anthropic/claude-sonnet-4.5" are "claude-sonnet-4-5".
func kinOf(id string) kin {
	name := strings.ToLower(id[strings.LastIndexByte(id, '/')+1:])
	for {
		maker, rest, ok := strings.Cut(name, ".")
		if !ok || strings.ContainsAny(maker, "0123456789-") {
			break
		}
		name = rest
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ReplaceAll(variants.ReplaceAllString(name, ""), ".", "-"))) // never fails
	return kin(h.Sum32()%uint32(^kin(0)-firstKin)) + firstKin                                 //nolint:gosec // as many bits
}

// answers says whether the span tells which model answered a call that talks.
func (w *witness) answers(op *dialect.Call) bool {
	if w.bare || w.remote {
		return false
	}
	switch op.Name {
	case genai.OpChat, genai.OpTextCompletion, genai.OpGenerateContent:
		return op.ResponseModel != "" || w.response != 0
	}
	return false
}

// other says whether w is another call than the one that it lies in.
func (w *witness) other(than *witness) bool {
	return w.kin.differs(than.kin) && w.print != than.print || w.failsIn(than)
}

// failsIn says whether w is a try that failed of a call that got its answer from another.
func (w *witness) failsIn(than *witness) bool {
	return w.failed && w.bare && !than.failed && !than.bare
}

// hears notes a call that is reported inside the span.
func (f *spanRecord) hears(k kin) {
	k = max(k, anyKin)
	switch in := &f.models; {
	case in[0] == noKin:
		in[0] = k
	case in[0] == k || in[1] == k:
	case in[1] == noKin:
		in[1] = k
	default:
		in[0] = anyKin
	}
}

// hearsOf notes those that are reported in a step that passes.
func (f *spanRecord) hearsOf(inside [2]kin) {
	f.hears(inside[0])
	if inside[1] != noKin {
		f.hears(inside[1])
	}
}

// others says whether w is a report of none of the calls inside its span.
func (f *spanRecord) others(w *witness) bool {
	return f.models[0].differs(w.kin) && (f.models[1] == noKin || f.models[1].differs(w.kin)) && f.print != w.print
}

package llmcost

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// annotator writes onto a span, log record or point what llmcost knows of its call.
type annotator struct {
	openInference bool
	openLIT       bool
	normalize     bool
}

func newAnnotator(cfg *Config) annotator {
	return annotator{
		openInference: slices.Contains(cfg.Attributes, familyOpenInference),
		openLIT:       slices.Contains(cfg.Attributes, familyOpenLIT),
		normalize:     cfg.Normalize,
	}
}

// answer writes what the call cost, or why its span has no cost of its own.
func (a *annotator) answer(call *spanCall, r *request) {
	attrs := call.span.Attributes()
	b, ok := call.answer(r.witnesses)
	if !ok {
		a.annotate(attrs, &call.op, nil)
		putCountedIn(attrs, call.countedIn)
		return
	}
	room := r.room.of(b)
	had := attrs.Len()
	attrs.EnsureCapacity(had + *room)
	a.annotate(attrs, &call.op, b)
	putCountedIn(attrs, call.countedIn)
	*room = max(attrs.Len()-had, 0)
	r.answered.of(b, call.countedIn)
	if b.uncounted != 0 && !r.witnesses[call.witness].again {
		r.answered.uncounted += max(b.uncounted, 0)
		r.answered.overcounted += max(-b.uncounted, 0)
	}
	if call.op.Sampled {
		r.answered.sampled++
	}
}

// annotate replaces what the client wrote under the names that llmcost owns. b is nil on a GenAI operation that has no cost.
func (a *annotator) annotate(attrs pcommon.Map, op *dialect.Call, b *costing) {
	if op.Has(dialect.HasOwnedCost) {
		removeOwned(attrs)
	}
	status := ""
	if b != nil {
		status = b.status
		a.addCost(attrs, op, b)
	}
	if op.CostSource != dialect.CostNone && (op.Has(dialect.HasOwnedCost) || b != nil) {
		attrs.PutDouble(genai.CostReported, op.ReportedUSD)
	} else if op.Currency != "" { // no amount to count with
		attrs.PutDouble(genai.CostReported, op.ForeignCost)
		attrs.PutStr(genai.CostReportedCurrency, op.Currency)
	}
	a.canonical(attrs, op, status)
}

// canonical writes what makes the canonical form complete.
func (a *annotator) canonical(attrs pcommon.Map, op *dialect.Call, status string) {
	w := canonicalWriter{attrs: attrs, call: op, hidden: !a.normalize}
	w.write(status)
}

// putCountedIn says in which signal the same thing counts, where it is not this one.
func putCountedIn(attrs pcommon.Map, signal string) {
	if signal != "" {
		attrs.PutStr(genai.CostCountedIn, signal)
	}
}

func removeOwned(attrs pcommon.Map) {
	attrs.RemoveIf(func(key string, _ pcommon.Value) bool { return owned(key) })
}

// owned says whether llmcost is the only one to write this attribute.
func owned(key string) bool {
	return key == genai.UsageCost || strings.HasPrefix(key, dialect.CostFamily)
}

func (a *annotator) addCost(attrs pcommon.Map, op *dialect.Call, b *costing) {
	attrs.PutStr(genai.CostStatus, b.status)
	if b.reason != "" {
		attrs.PutStr(genai.CostReason, b.reason)
	}
	switch b.status {
	case genai.StatusRollup, genai.StatusDuplicate, genai.StatusUnpriced:
		putAmount(attrs, genai.CostUncounted, b.uncounted)
		return
	}
	total := usd(b.cost.Total)
	attrs.PutDouble(genai.CostTotal, total)
	if a.openLIT && !op.Has(dialect.HasUsageCostFamily) {
		attrs.PutDouble(genai.UsageCost, total)
	}
	if !b.parts {
		return
	}
	attrs.PutStr(genai.CostPrice, b.cost.Row)
	putAmount(attrs, genai.CostSaved, b.cost.Saved)
	putAmount(attrs, genai.CostDiscount, b.discount)
	putAmount(attrs, genai.CostFees, b.cost.Fees)
	if a.openInference {
		addParts(attrs, b)
	}
}

// addParts adds the breakdown under OpenInference's names: the two sums always, of the details those that are not zero. Where a sum has no
// other part than plain tokens, it is not said twice: each attribute is an allocation, and bytes for every backend.
func addParts(attrs pcommon.Map, b *costing) {
	c := &b.cost
	prompt := c.Input - c.Fees
	attrs.PutDouble(genai.CostPrompt, usd(prompt))
	attrs.PutDouble(genai.CostCompletion, usd(c.Output))
	if c.InputUncached != prompt {
		putAmount(attrs, genai.CostPromptInput, c.InputUncached)
	}
	putAmount(attrs, genai.CostPromptCacheRead, c.CacheRead)
	putAmount(attrs, genai.CostPromptCacheWrite, c.CacheWrite)
	putAmount(attrs, genai.CostPromptAudio, c.InputAudio)
	if c.OutputVisible != c.Output {
		putAmount(attrs, genai.CostCompletionOutput, c.OutputVisible)
	}
	putAmount(attrs, genai.CostCompletionReasoning, c.Reasoning)
	putAmount(attrs, genai.CostCompletionAudio, c.OutputAudio)
}

// putAmount writes an amount in nano-USD; nothing is not worth an attribute.
func putAmount(attrs pcommon.Map, key string, nano int64) {
	if nano != 0 {
		attrs.PutDouble(key, usd(nano))
	}
}

// usd is the double nearest to an amount in nano-USD.
func usd(nano int64) float64 { return float64(nano) / 1e9 }

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
		return
	}
	room := r.room.of(b)
	had := attrs.Len()
	attrs.EnsureCapacity(had + *room)
	a.annotate(attrs, &call.op, b)
	*room = max(attrs.Len()-had, 0)
	r.answered.add(b.status, b.reason)
	r.answered.uncounted += b.uncounted
}

// annotate replaces what the client wrote under the names that llmcost owns. b is nil on a GenAI operation that has no cost.
func (a *annotator) annotate(attrs pcommon.Map, op *dialect.Call, b *costing) {
	if op.Has(dialect.HasOwnedCost) {
		removeOwned(attrs)
	}
	add, status := additions{attrs}, ""
	if b != nil {
		status = b.status
		a.addCost(add, op, b)
	}
	if op.CostSource != dialect.CostNone && (op.Has(dialect.HasOwnedCost) || b != nil) {
		add.double(genai.CostReported, op.ReportedUSD)
	} else if op.Currency != "" { // no amount to count with
		add.double(genai.CostReported, op.ForeignCost)
		add.str(genai.CostReportedCurrency, op.Currency)
	}
	a.canonical(add, op, status)
}

// canonical writes what makes the canonical form complete.
func (a *annotator) canonical(add additions, op *dialect.Call, status string) {
	w := canonicalWriter{add: add, call: op, hidden: !a.normalize}
	w.write(status)
}

func removeOwned(attrs pcommon.Map) {
	attrs.RemoveIf(func(key string, _ pcommon.Value) bool { return owned(key) })
}

// owned says whether llmcost is the only one to write this attribute.
func owned(key string) bool {
	return key == genai.UsageCost || strings.HasPrefix(key, dialect.CostFamily)
}

func (a *annotator) addCost(add additions, op *dialect.Call, b *costing) {
	add.str(genai.CostStatus, b.status)
	if b.reason != "" {
		add.str(genai.CostReason, b.reason)
	}
	switch b.status {
	case genai.StatusRollup, genai.StatusDuplicate, genai.StatusUnpriced:
		add.amount(genai.CostUncounted, b.uncounted)
		return
	}
	total := usd(b.cost.Total)
	add.double(genai.CostTotal, total)
	if a.openLIT && !op.Has(dialect.HasUsageCostFamily) {
		add.double(genai.UsageCost, total)
	}
	if !b.parts {
		return
	}
	add.str(genai.CostPrice, b.cost.Row)
	add.amount(genai.CostSaved, b.cost.Saved)
	add.amount(genai.CostDiscount, b.discount)
	add.amount(genai.CostFees, b.cost.Fees)
	if a.openInference {
		addParts(add, b)
	}
}

// addParts adds the breakdown under OpenInference's names: the two sums always, of the details those that are not zero. Where a sum has no
// other part than plain tokens, it is not said twice: each attribute is an allocation, and bytes for every backend.
func addParts(add additions, b *costing) {
	c := &b.cost
	prompt := c.Input - c.Fees
	add.double(genai.CostPrompt, usd(prompt))
	add.double(genai.CostCompletion, usd(c.Output))
	if c.InputUncached != prompt {
		add.amount(genai.CostPromptInput, c.InputUncached)
	}
	add.amount(genai.CostPromptCacheRead, c.CacheRead)
	add.amount(genai.CostPromptCacheWrite, c.CacheWrite)
	add.amount(genai.CostPromptAudio, c.InputAudio)
	if c.OutputVisible != c.Output {
		add.amount(genai.CostCompletionOutput, c.OutputVisible)
	}
	add.amount(genai.CostCompletionReasoning, c.Reasoning)
	add.amount(genai.CostCompletionAudio, c.OutputAudio)
}

// usd is the double nearest to an amount in nano-USD.
func usd(nano int64) float64 { return float64(nano) / 1e9 }

package llmcost

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// annotator writes a bill onto a span or log record.
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

// How many attributes a span usually gets.
const (
	moreOfPriced = 12
	moreOfOthers = 4
)

// answer writes what the call cost, or why its span has no cost of its own.
func (a *annotator) answer(call *spanCall, r *request) {
	b, ok := call.answer(r.witnesses)
	if !ok {
		a.annotate(call.span.Attributes(), &call.op, nil)
		return
	}
	a.annotate(call.span.Attributes(), &call.op, &b)
	r.tally.add(b.status, b.reason)
	r.tally.uncounted += b.uncounted
}

// annotate replaces what the client wrote under the names that llmcost owns. b is nil on a GenAI operation that has no cost.
func (a *annotator) annotate(attrs pcommon.Map, op *dialect.Call, b *bill) {
	if op.Has(dialect.HasOwnedCost) {
		removeOwned(attrs)
	}
	if b != nil {
		more := moreOfOthers
		if b.parts {
			more = moreOfPriced
		}
		attrs.EnsureCapacity(attrs.Len() + more)
		a.writeBill(attrs, op, b)
	}
	if op.CostSource != dialect.CostNone && (op.Has(dialect.HasOwnedCost) || b != nil) {
		attrs.PutDouble(genai.CostReported, op.ReportedUSD)
	} else if op.Currency != "" { // no amount to count with
		attrs.PutDouble(genai.CostReported, op.ForeignCost)
		attrs.PutStr(genai.CostReportedCurrency, op.Currency)
	}
	status := ""
	if b != nil {
		status = b.status
	}
	w := canonicalWriter{attrs: attrs, call: op, hidden: !a.normalize}
	w.write(status)
}

func removeOwned(attrs pcommon.Map) {
	attrs.RemoveIf(func(key string, _ pcommon.Value) bool { return owned(key) })
}

// owned says whether llmcost is the only one to write this attribute.
func owned(key string) bool {
	return key == genai.UsageCost || strings.HasPrefix(key, dialect.CostFamily)
}

func (a *annotator) writeBill(attrs pcommon.Map, op *dialect.Call, b *bill) {
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
	attrs.PutStr(genai.CostPrice, b.row)
	putAmount(attrs, genai.CostSaved, b.cost.Saved)
	putAmount(attrs, genai.CostFees, b.cost.Fees)
	if a.openInference {
		writeParts(attrs, b)
	}
}

// writeParts writes the breakdown under OpenInference's names: the two sums always, of the details those that are not zero.
func writeParts(attrs pcommon.Map, b *bill) {
	c := &b.cost
	attrs.PutDouble(genai.CostPrompt, usd(c.Input-c.Fees))
	attrs.PutDouble(genai.CostCompletion, usd(c.Output))
	putAmount(attrs, genai.CostPromptInput, c.InputUncached)
	putAmount(attrs, genai.CostPromptCacheRead, c.CacheRead)
	putAmount(attrs, genai.CostPromptCacheWrite, c.CacheWrite)
	putAmount(attrs, genai.CostPromptAudio, c.InputAudio)
	putAmount(attrs, genai.CostCompletionOutput, c.OutputVisible)
	putAmount(attrs, genai.CostCompletionReasoning, c.Reasoning)
	putAmount(attrs, genai.CostCompletionAudio, c.OutputAudio)
}

func putAmount(attrs pcommon.Map, key string, nano int64) {
	if nano != 0 {
		attrs.PutDouble(key, usd(nano))
	}
}

// usd is the double nearest to an amount in nano-USD.
func usd(nano int64) float64 { return float64(nano) / 1e9 }

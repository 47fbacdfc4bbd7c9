package genai

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The canonical form is the semantic conventions' attributes and llm.cost.*. Where a client's own attribute says another thing than
// llmcost understood, or the conventions have no word, there is an attribute of the family llm.cost.call.* besides, which is believed first.

// ReadCanonical fills op (all of it) from a span in the canonical form and says whether it is a GenAI operation; where it is not, op is not
// to be read. It knows no client: without llmcost in front it reads what follows the semantic conventions. It allocates nothing; op's
// strings share the span's memory.
func ReadCanonical(span ptrace.Span, op *Operation) bool {
	attrs := span.Attributes()
	return saysCanonical(attrs) && readCanonical(attrs, span.Status().Code() == ptrace.StatusCodeError, op)
}

// saysCanonical is false for most spans of most services, for less than reading one.
func saysCanonical(attrs pcommon.Map) bool {
	for key := range attrs.All() {
		if _, ok := canonicalKeyOf(key); ok {
			return true
		}
	}
	return false
}

func readCanonical(attrs pcommon.Map, failed bool, op *Operation) bool {
	var c canonical
	return c.read(attrs, failed, op)
}

// ReadCanonicalLog does the same for a log record, and says how long the operation took, in seconds; 0 is unknown. A call without llmcost's
// status is none: clients log the same call in the conventions' words besides.
func ReadCanonicalLog(rec plog.LogRecord, op *Operation) (seconds float64, ok bool) {
	var c canonical
	if !c.read(rec.Attributes(), false, op) || op.Kind == ModelCall && op.Status == "" {
		return 0, false
	}
	return c.numbers[cDuration-cTotal], true
}

// ReadCanonicalPoint does the same for a point of a metric that counts model calls, and says what its value counts (CountsUSD, CountsCalls
// or a type of tokens); "" is a point that counts none.
func ReadCanonicalPoint(attrs pcommon.Map, op *Operation) (counts string) {
	var c canonical
	if v, ok := attrs.Get(CallCounts); ok && c.read(attrs, false, op) && op.Kind == ModelCall {
		return v.Str()
	}
	*op = Operation{}
	return ""
}

// canonical is what one pass over the attributes found.
type canonical struct {
	own, known uint64 // facts that llmcost said, and all
	texts      [cInput]string
	counts     [cTotal - cInput]int64
	numbers    [numFacts - cTotal]float64
}

// read runs over the attributes once and says whether they make an operation; op is empty where they do not.
func (c *canonical) read(attrs pcommon.Map, failed bool, op *Operation) bool {
	for key, v := range attrs.All() {
		if k, ok := canonicalKeyOf(key); ok {
			c.add(k, v)
		}
	}
	*op = Operation{}
	if c.known == 0 {
		return false
	}
	op.Kind = kindOf(c.texts[cKind], c.texts[cName], c.texts[cStatus])
	if op.Kind == NotGenAI {
		return false
	}
	c.fill(op)
	if op.Adds == AddsAll {
		c.told(op, failed)
	}
	return true
}

func (c *canonical) add(k *canonicalKey, v pcommon.Value) {
	bit := uint64(1) << k.fact
	if k.own {
		c.own |= bit
	} else if c.own&bit != 0 {
		return
	}
	switch {
	case k.fact < cInput:
		s := v.Str()
		if s == "" && v.Type() != pcommon.ValueTypeStr {
			return
		}
		c.texts[k.fact] = s
	case k.fact < cTotal:
		n, ok := Count(v)
		if !ok || n == BadCount && k.fact > cOutput && Untold(v) {
			return
		}
		c.counts[k.fact-cInput] = n
	default:
		n, ok := Number(v)
		if !ok {
			n = math.NaN() // no amount, and no 0 either
		}
		c.numbers[k.fact-cTotal] = n
	}
	c.known |= bit
}

// fill fills an operation whose kind is known.
func (c *canonical) fill(op *Operation) {
	op.Name, op.Provider, op.ServiceTier = c.texts[cName], c.texts[cProvider], c.texts[cTier]
	op.RequestModel, op.ResponseModel, op.ResponseID = c.texts[cRequestModel], c.texts[cResponseModel], c.texts[cResponseID]
	op.Agent, op.Tool, op.Conversation = c.texts[cAgent], c.texts[cTool], c.texts[cConversation]
	op.Status, op.Reason, op.Elsewhere = c.texts[cStatus], c.texts[cReason], c.texts[cCountedIn] != ""
	op.TotalUSD, op.SavedUSD, op.DiscountUSD = c.numbers[0], c.numbers[cSaved-cTotal], c.numbers[cDiscount-cTotal]
	if n := c.numbers[cAttempt-cTotal]; n > 0 && n <= math.MaxInt32 {
		op.Attempt = int(n)
	}
	switch op.Kind {
	case ModelCall:
		op.CacheHit = op.Reason == ReasonCacheHit
		if op.Adds = addsOf(c.texts[cAdds]); op.Adds != AddsAll {
			op.Same = sameOf(c.texts[cAddsTo])
		}
		c.usage(op)
		op.Billed = Billed{max(c.count(cWebSearches), 0), max(c.count(cFileSearches), 0), max(c.count(cCodeRuns), 0)}
	case Cache:
		op.CacheOperation, op.CacheHit = CacheSet, c.texts[cKind] == KindCacheHit
		if c.texts[cKind] != KindCacheSet {
			op.CacheOperation = CacheGet
		}
	}
}

func (c *canonical) count(f fact) int64 { return c.counts[f-cInput] }

func (c *canonical) usage(op *Operation) {
	said := c.texts[cUsage]
	op.UsageState = UsageOf(c.count(cInput), c.count(cOutput))
	switch {
	case said == UsageWordBad:
		op.UsageState = UsageBad
	case said == UsageWordNone:
		op.UsageState = UsageNone
	}
	if op.UsageState != UsageKnown {
		return
	}
	u := Usage{
		Input: c.count(cInput), Output: c.count(cOutput), CacheRead: c.count(cCacheRead), CacheWrite: c.count(cCacheWrite),
		CacheWrite1h: c.count(cCacheWrite1h), Reasoning: c.count(cReasoning),
	}
	switch {
	case !u.Valid():
		op.UsageState = UsageBad
		return
	case said == UsageWordGuessed:
		op.UsageState = UsageGuessed
	}
	op.Usage = u
}

// told fills in what the report that counts as the call tells.
func (c *canonical) told(op *Operation, failed bool) {
	if n := c.numbers[cFirstChunk-cTotal]; n > 0 && n <= MaxFirstChunk {
		op.TimeToFirstChunk = n
	}
	op.Failure, op.ErrorType = FailureOf(failed, c.texts[cErrorType])
	if c.own&(1<<cFailure) != 0 {
		op.Failure = failureOfStatus(c.texts[cFailure])
	}
}

// MaxFirstChunk bounds what is believed as time to the first chunk, in seconds.
const MaxFirstChunk = 24 * 60 * 60

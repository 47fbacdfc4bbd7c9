package genai

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The canonical form is the semantic conventions' attributes and llm.cost.*. Where a client's own attribute says another thing than
// llmcost understood, or the conventions have no word, there is an attribute of the family llm.cost.call.* besides, which is believed first.

// ReadCanonical fills op (all of it) from a span in the canonical form and says whether it is a GenAI operation. It knows no client:
// without llmcost in front it reads what follows the semantic conventions. It allocates nothing; op's strings share the span's memory.
func ReadCanonical(span ptrace.Span, op *Operation) bool {
	var c canonical
	if !c.collect(span.Attributes()) || !c.operation(op) {
		*op = Operation{}
		return false
	}
	c.failure(op, span.Status().Code() == ptrace.StatusCodeError)
	return true
}

// ReadCanonicalLog does the same for a log record, and says how long the operation took, in seconds; 0 is unknown.
func ReadCanonicalLog(rec plog.LogRecord, op *Operation) (seconds float64, ok bool) {
	var c canonical
	if !c.collect(rec.Attributes()) || !c.operation(op) {
		*op = Operation{}
		return 0, false
	}
	c.failure(op, false)
	return c.numbers[cDuration], true
}

// The facts of the canonical form.
const (
	cName = iota
	cProvider
	cRequestModel
	cResponseModel
	cResponseID
	cAgent
	cTool
	cConversation
	cErrorType
	cTier
	cKind
	cFailure
	cUsage
	cStatus
	cReason
	textFacts
)

const (
	cInput = iota
	cOutput
	cCacheRead
	cCacheWrite
	cCacheWrite1h
	cWebSearches
	cFileSearches
	cCodeRuns
	cReasoning
	countFacts
)

const (
	cTotal = iota
	cSaved
	cFirstChunk
	cAttempt
	cDuration
	numberFacts
)

type factClass uint8

const (
	aText factClass = iota
	aCount
	aNumber
)

// canonicalKey is one attribute of the canonical form.
type canonicalKey struct {
	key   string
	class factClass
	fact  uint8
	own   bool // llmcost's: it is believed whatever the other says
}

var canonicalKeys = [...]canonicalKey{
	{}, // none
	{OperationName, aText, cName, false},
	{ProviderName, aText, cProvider, false},
	{RequestModel, aText, cRequestModel, false},
	{ResponseModel, aText, cResponseModel, false},
	{ResponseID, aText, cResponseID, false},
	{AgentName, aText, cAgent, false},
	{ToolName, aText, cTool, false},
	{ConversationID, aText, cConversation, false},
	{ErrorType, aText, cErrorType, false},
	{UsageInput, aCount, cInput, false},
	{UsageOutput, aCount, cOutput, false},
	{UsageCacheRead, aCount, cCacheRead, false},
	{UsageCacheWrite, aCount, cCacheWrite, false},
	{UsageCacheCreated, aCount, cCacheWrite, false},
	{UsageReasoning, aCount, cReasoning, false},
	{FirstChunk, aNumber, cFirstChunk, false},
	{ResendCount, aNumber, cAttempt, false},
	{CostStatus, aText, cStatus, true},
	{CostReason, aText, cReason, true},
	{CostTotal, aNumber, cTotal, true},
	{CostSaved, aNumber, cSaved, true},

	{CallOperation, aText, cName, true},
	{CallProvider, aText, cProvider, true},
	{CallRequestModel, aText, cRequestModel, true},
	{CallResponseModel, aText, cResponseModel, true},
	{CallResponseID, aText, cResponseID, true},
	{CallAgent, aText, cAgent, true},
	{CallTool, aText, cTool, true},
	{CallConversation, aText, cConversation, true},
	{CallErrorType, aText, cErrorType, true},
	{CallInput, aCount, cInput, true},
	{CallOutput, aCount, cOutput, true},
	{CallCacheRead, aCount, cCacheRead, true},
	{CallCacheWrite, aCount, cCacheWrite, true},
	{CallCacheWrite1h, aCount, cCacheWrite1h, true},
	{CallWebSearches, aCount, cWebSearches, true},
	{CallFileSearches, aCount, cFileSearches, true},
	{CallCodeRuns, aCount, cCodeRuns, true},
	{CallReasoning, aCount, cReasoning, true},
	{CallFirstChunk, aNumber, cFirstChunk, true},
	{CallAttempt, aNumber, cAttempt, true},
	{CallTier, aText, cTier, true},
	{CallKind, aText, cKind, true},
	{CallFailure, aText, cFailure, true},
	{CallUsage, aText, cUsage, true},
	{CallDuration, aNumber, cDuration, true},
}

var canonicalIndex = newCanonicalIndex()

// canonicalSlots is the size of the hash table of the keys: large enough that a foreign key meets an empty slot.
const canonicalSlots = 1 << 9

func newCanonicalIndex() (index [canonicalSlots]uint8) {
	for i := 1; i < len(canonicalKeys); i++ {
		s := canonicalSlot(canonicalKeys[i].key)
		for index[s] != 0 {
			s = (s + 1) % canonicalSlots
		}
		index[s] = uint8(i)
	}
	return index
}

// canonicalSlot hashes the length and three bytes, chosen where the keys differ. key is not empty.
func canonicalSlot(key string) uint32 {
	n := uint32(len(key)) //nolint:gosec // only a hash
	h := n ^ uint32(key[n-1])<<7 ^ uint32(key[n>>1])<<13 ^ uint32(key[n-1-n>>2])<<20
	return h * 0x9E3779B1 >> (32 - 9)
}

// canonical is what one pass over the attributes found.
type canonical struct {
	own     [3]uint32 // the facts, by class, that llmcost said
	known   [3]uint32
	texts   [textFacts]string
	counts  [countFacts]int64
	numbers [numberFacts]float64
}

// collect says whether any fact was found.
func (c *canonical) collect(attrs pcommon.Map) bool {
	for key, v := range attrs.All() {
		if key == "" || key[0] != 'g' && key[0] != 'l' && key[0] != 'e' && key[0] != 'h' {
			continue
		}
		for s := canonicalSlot(key); canonicalIndex[s] != 0; s = (s + 1) % canonicalSlots {
			if k := &canonicalKeys[canonicalIndex[s]]; k.key == key {
				c.add(k, v)
				break
			}
		}
	}
	return c.known != [3]uint32{}
}

func (c *canonical) add(k *canonicalKey, v pcommon.Value) {
	bit := uint32(1) << k.fact
	if k.own {
		c.own[k.class] |= bit
	} else if c.own[k.class]&bit != 0 {
		return
	}
	switch k.class {
	case aText:
		if v.Type() != pcommon.ValueTypeStr {
			return
		}
		c.texts[k.fact] = v.Str()
	case aCount:
		n, ok := Count(v)
		if !ok {
			return
		}
		c.counts[k.fact] = n
	default:
		n, ok := Number(v)
		if !ok {
			n = math.NaN() // no amount, and no 0 either
		}
		c.numbers[k.fact] = n
	}
	c.known[k.class] |= bit
}

// operation is false where the facts make no operation.
func (c *canonical) operation(op *Operation) bool {
	kind := kindOf(c.texts[cKind], c.texts[cName], c.texts[cStatus])
	if kind == NotGenAI {
		return false
	}
	*op = Operation{
		Kind: kind, Name: c.texts[cName], Provider: c.texts[cProvider],
		RequestModel: c.texts[cRequestModel], ResponseModel: c.texts[cResponseModel], ResponseID: c.texts[cResponseID],
		Agent: c.texts[cAgent], Tool: c.texts[cTool], Conversation: c.texts[cConversation], ServiceTier: c.texts[cTier],
		Status: c.texts[cStatus], Reason: c.texts[cReason], TotalUSD: c.numbers[cTotal], SavedUSD: c.numbers[cSaved],
	}
	if n := c.numbers[cFirstChunk]; n > 0 && n <= MaxFirstChunk {
		op.TimeToFirstChunk = n
	}
	if n := c.numbers[cAttempt]; n > 0 && n <= math.MaxInt32 {
		op.Attempt = int(n)
	}
	switch kind {
	case ModelCall:
		op.CacheHit = op.Reason == ReasonCacheHit
		c.usage(op)
		op.Billed = Billed{max(c.counts[cWebSearches], 0), max(c.counts[cFileSearches], 0), max(c.counts[cCodeRuns], 0)}
	case Cache:
		op.CacheOperation, op.CacheHit = CacheSet, c.texts[cKind] == KindCacheHit
		if c.texts[cKind] != KindCacheSet {
			op.CacheOperation = CacheGet
		}
	}
	return true
}

func (c *canonical) usage(op *Operation) {
	said := c.texts[cUsage]
	op.UsageState = UsageOf(c.counts[cInput], c.counts[cOutput])
	switch {
	case said == UsageWordBad:
		op.UsageState = UsageBad
	case said == UsageWordNone:
		op.UsageState = UsageNone
	}
	if op.UsageState != UsageKnown {
		return
	}
	op.Usage = Usage{
		Input: c.counts[cInput], Output: c.counts[cOutput], CacheRead: c.counts[cCacheRead], CacheWrite: c.counts[cCacheWrite],
		CacheWrite1h: c.counts[cCacheWrite1h], Reasoning: c.counts[cReasoning],
	}
	switch {
	case !op.Usage.Valid():
		op.UsageState, op.Usage = UsageBad, Usage{}
	case said == UsageWordGuessed:
		op.UsageState = UsageGuessed
	}
}

// UsageOf is what a pair of counts by itself says of usage. Two zeros say nothing: no model answers without reading.
func UsageOf(in, out int64) UsageState {
	switch {
	case in < 0 || out < 0:
		return UsageBad
	case in == 0 && out == 0:
		return UsageNone
	}
	return UsageKnown
}

func (c *canonical) failure(op *Operation, failed bool) {
	op.Failure, op.ErrorType = FailureOf(failed, c.texts[cErrorType])
	if c.own[aText]&(1<<cFailure) != 0 {
		op.Failure = failureOfStatus(c.texts[cFailure])
	}
}

// FailureOf is what the span's status and its error.type say of how an operation ended.
func FailureOf(failed bool, errType string) (Failure, string) {
	if !failed && errType == "" {
		return Succeeded, ""
	}
	switch errType {
	case "429":
		return RateLimited, errType
	case "408", "504":
		return TimedOut, errType
	}
	return ClassOf(errType), errType
}

func failureOfStatus(status string) Failure {
	for f := Succeeded; f <= RateLimited; f++ {
		if f.Status() == status {
			return f
		}
	}
	return Failed
}

// KindOf is the kind of an operation by its name and by what llmcost said of its cost.
func KindOf(name, status string) Kind {
	switch status {
	case StatusPriced, StatusReported, StatusEstimated, StatusFree, StatusUnpriced, StatusDuplicate:
		return ModelCall
	}
	kind := kindOfName(name)
	if status == StatusRollup && kind != Agent && kind != Workflow {
		return Step
	}
	return kind
}

func kindOfName(name string) Kind {
	switch name {
	case OpChat, OpTextCompletion, OpGenerateContent, OpEmbeddings:
		return ModelCall
	case OpInvokeAgent:
		return Agent
	case OpInvokeWorkflow:
		return Workflow
	case OpExecuteTool:
		return Tool
	case OpRetrieval:
		return Retrieval
	case OpCreateAgent:
		return Other
	}
	return NotGenAI
}

func kindOf(said, name, status string) Kind {
	switch said {
	case "":
		return KindOf(name, status)
	case KindCacheHit, KindCacheMiss, KindCacheSet:
		return Cache
	case KindNone:
		return NotGenAI
	}
	for k := ModelCall; k <= Other; k++ {
		if kindWords[k] == said {
			return k
		}
	}
	return Other
}

var kindWords = [...]string{
	NotGenAI: KindNone, ModelCall: "call", Agent: "agent", Workflow: "workflow", Step: "step", Tool: "tool", Retrieval: "retrieval",
	Evaluation: "evaluation", Other: "other",
}

// KindWord is the value of llm.cost.call.kind.
func (o *Operation) KindWord() string {
	switch {
	case o.Kind != Cache:
		return kindWords[o.Kind]
	case o.CacheOperation == CacheSet:
		return KindCacheSet
	case o.CacheHit:
		return KindCacheHit
	}
	return KindCacheMiss
}

// MaxFirstChunk bounds what is believed as time to the first chunk, in seconds.
const MaxFirstChunk = 24 * 60 * 60

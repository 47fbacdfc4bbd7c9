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
		if key == "" || !canonicalStart[key[0]] {
			continue
		}
		if canonicalKeys[canonicalIndex[canonicalSlot(key, canonicalFactor)]].key == key {
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

// UsageOfPoints puts together what the points of one metric add, by what they count: some clients count the parts, some all of the input or
// output beside them.
func UsageOfPoints(counts map[string]float64) Usage {
	n := func(tokens string) int64 { return int64(min(counts[tokens], MaxTokens)) }
	u := Usage{CacheRead: n(TokensCacheRead), CacheWrite: n(TokensCacheWrite), Reasoning: n(TokensReasoning)}
	u.Input = max(n(TokensInput), n(TokensInputUncached)+u.CacheRead+u.CacheWrite)
	u.Output = max(n(TokensOutput), n(TokensOutputVisible)+u.Reasoning)
	return u
}

// fact is one thing that the canonical form tells: first the texts, then the counts, then other numbers.
type fact uint8

const (
	cName fact = iota
	cProvider
	cRequestModel
	cResponseModel
	cResponseID
	cAgent
	cTool
	cConversation
	cErrorType
	cTier
	cStatus
	cReason
	cCountedIn
	cKind
	cFailure
	cUsage

	cInput
	cOutput
	cCacheRead
	cCacheWrite
	cCacheWrite1h
	cReasoning
	cWebSearches
	cFileSearches
	cCodeRuns

	cTotal
	cSaved
	cDiscount
	cFirstChunk
	cAttempt
	cDuration
	numFacts
)

// canonicalKey is one attribute of the canonical form.
type canonicalKey struct {
	key  string
	fact fact
	own  bool // llmcost's: it is believed whatever the other says
}

var canonicalKeys = [...]canonicalKey{
	{}, // none
	{OperationName, cName, false},
	{ProviderName, cProvider, false},
	{RequestModel, cRequestModel, false},
	{ResponseModel, cResponseModel, false},
	{ResponseID, cResponseID, false},
	{AgentName, cAgent, false},
	{ToolName, cTool, false},
	{ConversationID, cConversation, false},
	{ErrorType, cErrorType, false},
	{UsageInput, cInput, false},
	{UsageOutput, cOutput, false},
	{UsageCacheRead, cCacheRead, false},
	{UsageCacheWrite, cCacheWrite, false},
	{UsageCacheCreated, cCacheWrite, false},
	{UsageReasoning, cReasoning, false},
	{FirstChunk, cFirstChunk, false},
	{ResendCount, cAttempt, false},
	{CostStatus, cStatus, true},
	{CostReason, cReason, true},
	{CostCountedIn, cCountedIn, true},
	{CostTotal, cTotal, true},
	{CostSaved, cSaved, true},
	{CostDiscount, cDiscount, true},

	{CallOperation, cName, true},
	{CallProvider, cProvider, true},
	{CallRequestModel, cRequestModel, true},
	{CallResponseModel, cResponseModel, true},
	{CallResponseID, cResponseID, true},
	{CallAgent, cAgent, true},
	{CallTool, cTool, true},
	{CallConversation, cConversation, true},
	{CallErrorType, cErrorType, true},
	{CallInput, cInput, true},
	{CallOutput, cOutput, true},
	{CallCacheRead, cCacheRead, true},
	{CallCacheWrite, cCacheWrite, true},
	{CallCacheWrite1h, cCacheWrite1h, true},
	{CallWebSearches, cWebSearches, true},
	{CallFileSearches, cFileSearches, true},
	{CallCodeRuns, cCodeRuns, true},
	{CallReasoning, cReasoning, true},
	{CallFirstChunk, cFirstChunk, true},
	{CallAttempt, cAttempt, true},
	{CallTier, cTier, true},
	{CallKind, cKind, true},
	{CallFailure, cFailure, true},
	{CallUsage, cUsage, true},
	{CallDuration, cDuration, true},
}

// canonicalIndex is a perfect hash table of the keys: each has a slot of its own, and a foreign key usually meets an empty one.
var canonicalIndex, canonicalFactor = newCanonicalIndex()

const canonicalBits = 9

func newCanonicalIndex() (index [1 << canonicalBits]uint8, factor uint32) {
next:
	for factor = 0x9E3779B1; ; factor += 2 {
		index = [1 << canonicalBits]uint8{}
		for i := 1; i < len(canonicalKeys); i++ {
			s := canonicalSlot(canonicalKeys[i].key, factor)
			if index[s] != 0 {
				continue next
			}
			index[s] = uint8(i)
		}
		return index, factor
	}
}

// canonicalSlot hashes the length and three bytes, chosen where the keys differ. key is not empty.
func canonicalSlot(key string, factor uint32) uint32 {
	n := uint32(len(key)) //nolint:gosec // only a hash
	h := n ^ uint32(key[n-1])<<7 ^ uint32(key[n>>1])<<13 ^ uint32(key[n-1-n>>2])<<20
	return h * factor >> (32 - canonicalBits)
}

// canonicalStart says whether an attribute of the canonical form may begin like this.
var canonicalStart = [256]bool{'g': true, 'l': true, 'e': true, 'h': true}

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
		if key == "" || !canonicalStart[key[0]] {
			continue
		}
		if k := &canonicalKeys[canonicalIndex[canonicalSlot(key, canonicalFactor)]]; k.key == key {
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
	c.failure(op, failed)
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
	if n := c.numbers[cFirstChunk-cTotal]; n > 0 && n <= MaxFirstChunk {
		op.TimeToFirstChunk = n
	}
	if n := c.numbers[cAttempt-cTotal]; n > 0 && n <= math.MaxInt32 {
		op.Attempt = int(n)
	}
	switch op.Kind {
	case ModelCall:
		op.CacheHit = op.Reason == ReasonCacheHit
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
	if c.own&(1<<cFailure) != 0 {
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

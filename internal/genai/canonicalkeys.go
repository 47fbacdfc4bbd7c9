package genai

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
	cAdds
	cAddsTo

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
	{CallAdds, cAdds, true},
	{CallAddsTo, cAddsTo, true},
	{CallDuration, cDuration, true},
}

// canonicalKeyOf finds an attribute among them.
func canonicalKeyOf(key string) (k *canonicalKey, ok bool) {
	if key == "" || !canonicalStart[key[0]] {
		return nil, false
	}
	k = &canonicalKeys[canonicalIndex[canonicalSlot(key, canonicalFactor)]]
	return k, k.key == key
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

package dialect

// A text is a fact of type string, a tally a token count, a value a fact of any other type. Several attributes, of several
// dialects, may say the same fact; the first of them wins, in the order of known and of each client's keys, whatever their order on the
// span. Facts that only one client has are made in its file.
type (
	text  uint8
	tally uint8
	value uint8
)

const (
	tMark text = iota // of no use but to show that the span is GenAI
	tOperation
	tResponseModel
	tModelName // that answered or was asked for, which of them is not said
	tRequestModel
	tProvider
	tHost
	tSystem
	tSideProvider
	tVercelProvider
	tResponseID
	tConversation
	tLastConversation
	tAgent
	tNode
	tFunction
	tTool
	tEntity
	tAgentType
	tWorkflow
	tResponseTier
	tRequestTier
	tRegion
	tServer
	tURL
	tErrorType
	tLevel
	tMessage
	tSpanType
	tCurrency
	tCostSource
	tFirstChunkAt
	tOurStatus
	tOurReason
	tOurRegion
	tCacheOperation
	tCacheResult
	tInputMessages
	jOutput
	sharedTexts
)

const (
	nInput tally = iota
	nOutput
	nTotal
	nNoCache
	nCacheRead
	nCacheWrite
	nCacheWrite5m
	nCacheWrite1h
	nReasoning
	nInputAudio
	nOutputAudio
	nInputImage
	nOutputImage
	nInputVideo
	nCacheAudio
	nCacheImage
	nWebSearches
	nFileSearches
	nCodeRuns
	nBilledInput
	nBilledOutput
	nSearchUnits
	nGrounded
	nAudioSeconds
	nToolPrompt // Google's: what tools put into the prompt, which its count leaves out
	sharedTallies
)

const (
	vCostAmount value = iota
	vCostTotal
	vCostUsage
	vReported
	vFirstChunkSeconds
	vFirstChunkMillis
	vFinish
	vHTTPStatus
	vAttempt
	vResend
	vCacheHit
	vAudioSeconds
	sharedValues
)

// How many facts of each type there may be; a set of values is the bits of a word.
const (
	maxTexts  = 255
	maxValues = 64
	noTally   = tally(255) // the tally of nothing
)

// factSet is a set of texts or of tallies.
type factSet[T text | tally] [4]uint64

func (s *factSet[T]) add(t T) { s[t>>6] |= 1 << (t & 63) }

func (s *factSet[T]) remove(t T) { s[t>>6] &^= 1 << (t & 63) }

func (s *factSet[T]) has(t T) bool { return s[t>>6]&(1<<(t&63)) != 0 }

// meets says whether two sets have a fact in common.
func (s *factSet[T]) meets(o *factSet[T]) bool {
	return s[0]&o[0]|s[1]&o[1]|s[2]&o[2]|s[3]&o[3] != 0
}

var nextText, nextTally, nextValue = sharedTexts, sharedTallies, sharedValues

func newText() text   { return next(&nextText, maxTexts) }
func newTally() tally { return next(&nextTally, noTally) }
func newValue() value { return next(&nextValue, maxValues) }

// next is a fact that none has yet. A program with more facts than there may be does not start.
func next[T text | tally | value](n *T, most T) T {
	if *n == most {
		panic("dialect: more facts of clients than a set of them holds")
	}
	*n++
	return *n - 1
}

package dialect

// A text is a fact of type string, a tally a token count, a value a fact of any other type. Several attributes, of several
// dialects, may say the same fact; the first of them in the key table wins, whatever their order on the span.
type (
	text  uint8
	tally uint8
	value uint8
)

const (
	tOperation text = iota
	tVercelOperation
	tLangfuseType
	tOpenInferenceKind
	tTraceloopKind
	tLangsmithKind
	tMlflowType
	tRequestType
	tMastraType
	tClaudeType
	tGenkitType
	tSentryType
	tResponseModel
	tModelName
	tRequestModel
	tBareModel
	tLitellmModel
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
	tSoldBy
	tErrorType
	tLevel
	tMessage
	tGenkitState
	tCurrency
	tCostSource
	tFirstChunkAt
	tOurStatus
	tOurReason
	tCacheOperation
	tCacheResult
	tLitellmCall
	tProxyKey
	tCacheKey
	tInputMessages
	jOutput
	jCompletion
	jMetadata
	jLangfuseUsage
	jLangfuseCost
	jLangsmithUsage
	jInputDetails
	jOutputDetails
	jMlflowUsage
	jMlflowCost
	jVercelMetadata
	jVertexResponse
	jGenkitName
	jGenkitOutput
	jLitellmUsage
	jLitellmHidden
	textCount
)

const (
	nVercelInput tally = iota
	nVercelOutput
	nVercelPrompt
	nVercelCompletion
	nVercelTokens
	nCodexInput
	nCodexOutput
	nInput
	nOutput
	nOpenInferenceInput
	nOpenInferenceOutput
	nBareInput
	nBareOutput
	nOldInput
	nOldOutput
	nOldestInput
	nOldestOutput
	nLangfuseInput
	nLangfuseOutput
	nLangsmithInput
	nLangsmithOutput
	nMlflowInput
	nMlflowOutput
	nVertexInput
	nVertexOutput
	nGenkitInput
	nGenkitOutput
	nLitellmInput
	nLitellmOutput
	nAggregated
	nPartial
	nTotal
	nNoCache
	nCacheRead
	nCacheWrite
	nCacheWrite5m
	nCacheWrite1h
	nBareCacheRead
	nBareCacheWrite
	nBareCacheWrite5m
	nBareCacheWrite1h
	nReasoning
	nInputAudio
	nOutputAudio
	tallyCount
)

const (
	vCostAmount value = iota
	vCostLitellm
	vCostGenAI
	vCostTotal
	vCostOperation
	vCostUsage
	vCostOther
	vReported
	vSaved
	vFirstChunkSeconds
	vFirstChunkMillis
	vFinish
	vHTTPStatus
	vAttempt
	vResend
	vSuccess
	vCacheHit
	valueCount
)

package genaievents

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// form is what the body of a record is.
type form uint8

const (
	formLogfmt form = iota
	formJSON
	formMessage // has no entries
	numForms
)

var forms = map[string]form{bodyLogfmt: formLogfmt, bodyJSON: formJSON, bodyMessage: formMessage}

// field is an attribute of records, and what stands before its value in the body: its name is put together once, not in each record.
type field struct {
	key   string
	entry [numForms]string
}

func newField(key string) *field {
	return &field{key, [numForms]string{formLogfmt: " " + string(append(appendName(nil, key), '=')), formJSON: "," + string(append(appendQuoted(nil, key), ':'))}}
}

// ownNames are the attributes that records have themselves.
var ownNames = map[string]bool{}

func ownField(key string) *field {
	ownNames[key] = true
	return newField(key)
}

// The fields that every record has.
var (
	fEventName = ownField(genai.EventName) // the first one
	fLogKept   = ownField(genai.LogKept)
)

// The fields of the classic events.
var (
	fLogRequestID    = ownField(genai.LogRequestID)
	fLogService      = ownField(genai.LogService)
	fLogStatus       = ownField(genai.LogStatus)
	fLogErrorType    = ownField(genai.LogErrorType)
	fLogErrorMessage = ownField(genai.LogErrorMessage)
	fLogStackTrace   = ownField(genai.LogStackTrace)
	fLogDuration     = ownField(genai.LogDuration)
	fLogInputLength  = ownField(genai.LogInputLength)
	fLogInputHash    = ownField(genai.LogInputHash)
	fLogInput        = ownField(genai.LogInput)
	fLogAnswerLength = ownField(genai.LogAnswerLength)
	fLogAnswerHash   = ownField(genai.LogAnswerHash)
	fLogAnswer       = ownField(genai.LogAnswer)
	fLogPromptTokens = ownField(genai.LogPromptTokens)
	fLogAnswerTokens = ownField(genai.LogAnswerTokens)
	fLogTotalTokens  = ownField(genai.LogTotalTokens)
	fLogLatency      = ownField(genai.LogLatency)
	fLogCost         = ownField(genai.LogCost)
	fLogCostStatus   = ownField(genai.LogCostStatus)
	fLogAttempt      = ownField(genai.LogAttempt)
	fLogFirstToken   = ownField(genai.LogFirstToken)
	fLogAdds         = ownField(genai.LogAdds)
	fLogInputParams  = ownField(genai.LogInputParams)
	fLogResultType   = ownField(genai.LogResultType)
	fLogResultSize   = ownField(genai.LogResultSize)
	fLogResultHash   = ownField(genai.LogResultHash)
	fLogResult       = ownField(genai.LogResult)
	fAttrAgentType   = ownField(genai.AttrAgentType)
	fAttrProvider    = ownField(genai.AttrProvider)
	fAttrModel       = ownField(genai.AttrModel)
	fAttrToolName    = ownField(genai.AttrToolName)
	fAttrComponent   = ownField(genai.AttrComponent)

	fLogAlertType     = ownField(genai.LogAlertType)
	fLogAlertMetric   = ownField(genai.LogAlertMetric)
	fLogAlertValue    = ownField(genai.LogAlertValue)
	fLogAlertLimit    = ownField(genai.LogAlertLimit)
	fLogAlertID       = ownField(genai.LogAlertID)
	fLogAlertState    = ownField(genai.LogAlertState)
	fLogAlertSeverity = ownField(genai.LogAlertSeverity)
)

// The fields of the conventions' events.
var (
	fOperationName         = ownField(genai.OperationName)
	fProviderName          = ownField(genai.ProviderName)
	fRequestModel          = ownField(genai.RequestModel)
	fResponseModel         = ownField(genai.ResponseModel)
	fResponseID            = ownField(genai.ResponseID)
	fAgentName             = ownField(genai.AgentName)
	fConversationID        = ownField(genai.ConversationID)
	fErrorType             = ownField(genai.ErrorType)
	fUsageInput            = ownField(genai.UsageInput)
	fUsageOutput           = ownField(genai.UsageOutput)
	fUsageCacheRead        = ownField(genai.UsageCacheRead)
	fUsageCacheWrite       = ownField(genai.UsageCacheWrite)
	fUsageReasoning        = ownField(genai.UsageReasoning)
	fFirstChunk            = ownField(genai.FirstChunk)
	fCostTotal             = ownField(genai.CostTotal)
	fCostStatus            = ownField(genai.CostStatus)
	fCallAdds              = ownField(genai.CallAdds)
	fInputMessages         = ownField(genai.InputMessages)
	fOutputMessages        = ownField(genai.OutputMessages)
	fExceptionType         = ownField(genai.ExceptionType)
	fExceptionMessage      = ownField(genai.ExceptionMessage)
	fExceptionStack        = ownField(genai.ExceptionStack)
	fEvaluationName        = ownField(genai.EvaluationName)
	fEvaluationScore       = ownField(genai.EvaluationScore)
	fEvaluationLabel       = ownField(genai.EvaluationLabel)
	fEvaluationExplanation = ownField(genai.EvaluationExplanation)

	// copied are attributes of a call's span that its event has too.
	copied = [...]*field{
		ownField("server.address"), ownField("server.port"), ownField("gen_ai.request.max_tokens"), ownField("gen_ai.request.temperature"),
		ownField("gen_ai.request.top_p"), ownField("gen_ai.output.type"),
	}
)

package genai

// Events that genaievents makes of spans and alerts (docs: connector/genaievents/README.md). The first five are the names that LangChain's
// users log under, the others the conventions'.
const (
	EventAgentRequest     = "agent_request_completed"
	EventCall             = "llm_api_call"
	EventTool             = "tool_execution"
	EventApplicationError = "application_error"
	EventPerformanceAlert = "performance_alert"
	EventInferenceDetails = "gen_ai.client.inference.operation.details"
	EventInferenceFailure = "gen_ai.client.inference.exception"
)

// Attributes of the classic events; names are flat, so that every store of logs takes them as they are. Times are in seconds, lengths and
// sizes in bytes.
const (
	LogRequestID     = "request_id"
	LogService       = "service"
	LogStatus        = "status"
	LogKept          = "kept_share" // the share of such records that is kept: one stands for 1 / kept_share
	LogErrorType     = "error_type"
	LogDuration      = "duration_seconds"
	LogInputLength   = "input_length"
	LogInputHash     = "input_hash"
	LogInput         = "input"
	LogAnswerLength  = "response_length"
	LogAnswerHash    = "response_hash"
	LogAnswer        = "response"
	LogPromptTokens  = "prompt_tokens"
	LogAnswerTokens  = "completion_tokens"
	LogTotalTokens   = "total_tokens"
	LogLatency       = "latency_seconds"
	LogCost          = "cost_estimate" // USD
	LogCostStatus    = "cost_status"
	LogAttempt       = "attempt" // 1 is the first
	LogFirstToken    = "ttft_seconds"
	LogAdds          = "adds" // on a record that is no call of its own: cost or usage, of a call that has a record
	LogInputParams   = "input_params"
	LogResultType    = "result_type"
	LogResultSize    = "result_size"
	LogResultHash    = "result_hash"
	LogResult        = "result"
	LogErrorMessage  = "error_message"
	LogStackTrace    = "stack_trace"
	LogAlertType     = "alert_type"
	LogAlertMetric   = "metric_name"
	LogAlertValue    = "current_value"
	LogAlertLimit    = "threshold"
	LogAlertID       = "alert_id"
	LogAlertState    = "alert_state"
	LogAlertSeverity = "alert_severity"
)

// Attributes of the conventions that the events say besides those of names.go.
const (
	EvaluationLabel       = "gen_ai.evaluation.score.label"
	EvaluationExplanation = "gen_ai.evaluation.explanation"
	InputMessages         = "gen_ai.input.messages"
	OutputMessages        = "gen_ai.output.messages"
	ExceptionEvent        = "exception"
	ExceptionType         = "exception.type"
	ExceptionMessage      = "exception.message"
	ExceptionStack        = "exception.stacktrace"
)

// IsException knows the event of an exception on a span, and the two that the conventions have had for one of a model call.
func IsException(event string) bool {
	return event == ExceptionEvent || event == "gen_ai.client.operation.exception" || event == EventInferenceFailure
}

// RequestIDAttribute is what a sender calls the request that a span belongs to.
const RequestIDAttribute = "request.id"

// EventsScope is the instrumentation scope of everything genaievents emits.
const EventsScope = "github.com/otelcol-llm/otelcol-llm/connector/genaievents"

package series

// Histograms, as Prometheus calls them.
const (
	CallDuration  = "gen_ai_client_operation_duration_seconds"
	FirstChunk    = "gen_ai_client_operation_time_to_first_chunk_seconds"
	PerChunk      = "gen_ai_client_operation_time_per_output_chunk_seconds"
	AgentDuration = "agent_request_duration_seconds"
	ToolDuration  = "gen_ai_execute_tool_duration_seconds"
	Evaluation    = "gen_ai_evaluation_score"
)

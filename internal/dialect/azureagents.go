package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// azureAgents reads the operations of Azure's agents SDKs. Of the requests that run an agent the last one tells the usage of the run.
func azureAgents(r *reading, op string) verdict {
	switch op {
	case "create_thread", "create_message", "create_conversation", "list_messages", "list_run_steps", "list_conversation_items":
		return verdict{genai.Other, op}
	case "start_thread_run", "get_thread_run", "process_thread_run", "submit_tool_outputs":
		r.op.OfRun = true
		if !r.hasPair() {
			return verdict{genai.Other, op}
		}
		return verdict{genai.ModelCall, genai.OpChat}
	}
	return verdict{}
}

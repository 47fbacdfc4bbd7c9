package provider

import "net/http"

func response(e *Entry, status string, output []object) object {
	r := object{
		"id": e.ResponseID, "object": "response", "created_at": created, "status": status, "model": e.Model, "output": output,
		"error": nil, "incomplete_details": nil, "instructions": nil, "metadata": object{}, "parallel_tool_calls": true,
		"temperature": 1, "top_p": 1, "tool_choice": "auto", "tools": []object{}, "service_tier": "default", "store": true,
		"text": object{"format": object{"type": "text"}}, "reasoning": object{"effort": "medium", "summary": nil}, "usage": nil,
	}
	if status == "completed" {
		r["usage"] = object{
			"input_tokens": e.Usage.Input, "output_tokens": e.Usage.Output, "total_tokens": e.Usage.Input + e.Usage.Output,
			"input_tokens_details":  object{"cached_tokens": e.Usage.CacheRead},
			"output_tokens_details": object{"reasoning_tokens": e.Usage.Reasoning},
		}
	}
	return r
}

func answerResponses(w http.ResponseWriter, req *request, e *Entry) {
	const text = "Sunny, 7 degrees."
	part := object{"type": "output_text", "text": text, "annotations": []object{}}
	item := object{"id": "msg_" + e.ResponseID, "type": "message", "role": "assistant", "status": "completed", "content": []object{part}}
	if req.wantsTool() {
		item = object{
			"id": "fc_" + e.ResponseID, "type": "function_call", "call_id": "call_weather", "name": "get_weather",
			"arguments": `{"city":"Oslo"}`, "status": "completed",
		}
	}
	if !req.Stream {
		writeJSON(w, http.StatusOK, response(e, "completed", []object{item}))
		return
	}
	s := newSSE(w)
	sequence := 0
	send := func(name string, value object) {
		value["type"], value["sequence_number"] = name, sequence
		sequence++
		s.event(name, value)
	}
	place := func(more object) object {
		more["item_id"], more["output_index"], more["content_index"] = item["id"], 0, 0
		return more
	}
	send("response.created", object{"response": response(e, "in_progress", []object{})})
	send("response.output_item.added", object{"output_index": 0, "item": object{
		"id": item["id"], "type": "message", "role": "assistant", "status": "in_progress", "content": []object{},
	}})
	send("response.content_part.added", place(object{"part": object{"type": "output_text", "text": "", "annotations": []object{}}}))
	send("response.output_text.delta", place(object{"delta": text, "logprobs": []object{}}))
	send("response.output_text.done", place(object{"text": text, "logprobs": []object{}}))
	send("response.content_part.done", place(object{"part": part}))
	send("response.output_item.done", object{"output_index": 0, "item": item})
	send("response.completed", object{"response": response(e, "completed", []object{item})})
}

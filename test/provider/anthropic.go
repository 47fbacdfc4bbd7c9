package provider

import "net/http"

// messagesUsage is Anthropic's way of counting: input_tokens is only what was neither read from nor written to the cache.
func messagesUsage(u *Usage) object {
	return object{
		"input_tokens":                u.Input - u.CacheRead - u.CacheWrite5m - u.CacheWrite1h,
		"cache_read_input_tokens":     u.CacheRead,
		"cache_creation_input_tokens": u.CacheWrite5m + u.CacheWrite1h,
		"cache_creation": object{
			"ephemeral_5m_input_tokens": u.CacheWrite5m, "ephemeral_1h_input_tokens": u.CacheWrite1h,
		},
		"output_tokens": u.Output, "service_tier": "standard",
	}
}

func message(e *Entry, content []object, stop any, usage object) object {
	return object{
		"id": e.ResponseID, "type": "message", "role": "assistant", "model": e.Model, "content": content,
		"stop_reason": stop, "stop_sequence": nil, "usage": usage,
	}
}

func answerMessages(w http.ResponseWriter, req *request, e *Entry) {
	const text = "Sunny, 7 degrees."
	if !req.Stream {
		content, stop := []object{{"type": "text", "text": text}}, "end_turn"
		if req.wantsTool() {
			content, stop = []object{{"type": "tool_use", "id": "toolu_weather", "name": "get_weather", "input": object{"city": "Oslo"}}}, "tool_use"
		}
		writeJSON(w, http.StatusOK, message(e, content, stop, messagesUsage(&e.Usage)))
		return
	}
	s := newSSE(w)
	send := func(name string, value object) {
		value["type"] = name
		s.event(name, value)
	}
	opening := messagesUsage(&e.Usage)
	opening["output_tokens"] = 1 // as Anthropic does: the true count comes with message_delta
	send("message_start", object{"message": message(e, []object{}, nil, opening)})
	send("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}})
	send("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": text}})
	send("content_block_stop", object{"index": 0})
	send("message_delta", object{
		"delta": object{"stop_reason": "end_turn", "stop_sequence": nil}, "usage": object{"output_tokens": e.Usage.Output},
	})
	send("message_stop", object{})
}

package provider

import (
	"fmt"
	"net/http"
)

type object = map[string]any

const created = 1767225600 // 2026-01-01T00:00:00Z: answers carry a fixed time

func chatUsage(u *Usage) object {
	return object{
		"prompt_tokens": u.Input, "completion_tokens": u.Output, "total_tokens": u.Input + u.Output,
		"prompt_tokens_details":     object{"cached_tokens": u.CacheRead, "audio_tokens": 0},
		"completion_tokens_details": object{"reasoning_tokens": u.Reasoning, "audio_tokens": 0},
	}
}

func toolCall() object {
	return object{
		"id": "call_weather", "type": "function", "index": 0,
		"function": object{"name": "get_weather", "arguments": `{"city":"Oslo"}`},
	}
}

func answerChat(w http.ResponseWriter, req *request, e *Entry) {
	if req.Stream {
		streamChat(w, req, e)
		return
	}
	message, finish := object{"role": "assistant", "content": "Sunny, 7 degrees.", "refusal": nil}, "stop"
	if req.wantsTool() {
		message["content"], message["tool_calls"], finish = nil, []object{toolCall()}, "tool_calls"
	}
	writeJSON(w, http.StatusOK, object{
		"id": e.ResponseID, "object": "chat.completion", "created": created, "model": e.Model, "system_fingerprint": "fp_test",
		"choices": []object{{"index": 0, "message": message, "finish_reason": finish, "logprobs": nil}},
		"usage":   chatUsage(&e.Usage),
	})
}

func streamChat(w http.ResponseWriter, req *request, e *Entry) {
	s := newSSE(w)
	chunk := func(choices []object, usage any) {
		value := object{"id": e.ResponseID, "object": "chat.completion.chunk", "created": created, "model": e.Model, "choices": choices}
		if req.StreamOptions.IncludeUsage {
			value["usage"] = usage
		}
		s.event("", value)
	}
	delta := func(d object, finish any) []object {
		return []object{{"index": 0, "delta": d, "finish_reason": finish}}
	}
	finish := "stop"
	if req.wantsTool() {
		chunk(delta(object{"role": "assistant", "tool_calls": []object{toolCall()}}, nil), nil)
		finish = "tool_calls"
	} else {
		chunk(delta(object{"role": "assistant", "content": "Sunny, "}, nil), nil)
		chunk(delta(object{"content": "7 degrees."}, nil), nil)
	}
	chunk(delta(object{}, finish), nil)
	if req.StreamOptions.IncludeUsage {
		chunk([]object{}, chatUsage(&e.Usage))
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func answerEmbeddings(w http.ResponseWriter, e *Entry) {
	writeJSON(w, http.StatusOK, object{
		"object": "list", "model": e.Model,
		"data":  []object{{"object": "embedding", "index": 0, "embedding": []float64{0.25, -0.5, 0.75, 0.125}}},
		"usage": object{"prompt_tokens": e.Usage.Input, "total_tokens": e.Usage.Input},
	})
}

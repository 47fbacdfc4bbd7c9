package dialect

import "strings"

// jsonRank is the rank of every count that was found inside a JSON string: plain attributes are believed first.
const jsonRank = 250

// side says to which of the two sums an ambiguous key such as "audio" belongs.
type side uint8

const (
	neither side = iota
	inputSide
	outputSide
)

func (f *facts) readUsage(s string, in, out tally) {
	p := scanJSON(s)
	f.usageObject(&p, neither, in, out, 0)
}

func (f *facts) readDetails(s string, sd side) {
	if s == "" {
		return
	}
	p := scanJSON(s)
	f.usageObject(&p, sd, noTally, noTally, 0)
}

// readMember reads the usage object that is a member of the object s.
func (f *facts) readMember(s string, in, out tally) {
	p := scanJSON(s)
	for key := range p.members {
		switch key {
		case "usageMetadata", "usage_metadata", "UsageMetadata", "usage":
			f.usageObject(&p, neither, in, out, 0)
		case "modelVersion", "model_version":
			f.setText(tResponseModel, p.text())
		case "responseId", "response_id":
			f.setText(tResponseID, p.text())
		case "groundingMetadata", "grounding_metadata", "GroundingMetadata":
			f.grounding(&p)
		default:
			p.skip()
		}
	}
}

// usageObject reads one usage object, and the objects of details in it. in and out take the pair; noTally drops it.
func (f *facts) usageObject(p *jsonScan, sd side, in, out tally, depth int) {
	for key := range p.members {
		if p.next() == '{' && depth < maxDepth {
			if inner, follow := detailSide(key, sd); follow {
				f.usageObject(p, inner, noTally, noTally, depth+1)
				continue
			}
		}
		if p.next() == '[' {
			f.usageList(p, key)
			continue
		}
		if f.served(p, key) {
			continue
		}
		t := usageTally(f.ofTier(key), sd)
		switch {
		case t == nInput:
			t = in
		case t == nOutput:
			t = out
		case t == nTotal && depth > 0:
			t = noTally
		}
		f.addFrom(p, t)
	}
}

// addFrom takes the next value as a count of t, or skips it.
func (f *facts) addFrom(p *jsonScan, t tally) {
	if t == noTally {
		p.skip()
	} else if n, ok := p.count(); ok {
		f.add(t, n, jsonRank)
	}
}

// served consumes what Anthropic's usage says of how the call was served: the service tier, and where, which has its price when it was
// kept in the US.
func (f *facts) served(p *jsonScan, key string) bool {
	switch key {
	case "service_tier", "serviceTier":
		f.setText(tResponseTier, p.text())
	case "speed":
		f.fast(p.text())
	case "trafficType", "traffic_type":
		f.traffic(p.text())
	case "billed_units", "billedUnits": // Cohere's
		f.usageObject(p, neither, nBilledInput, nBilledOutput, maxDepth)
	case "cost_in_usd_ticks", "costInUsdTicks":
		f.ticks(p)
	case "num_server_side_tools_used", "numServerSideToolsUsed":
		if n, ok := p.count(); ok && n > 0 {
			f.toolFee = true
		}
	case "inference_geo", "inferenceGeo":
		if s := p.text(); s == "us" {
			f.setText(tRegion, s)
		}
	default:
		return false
	}
	return true
}

// traffic is how Vertex served a call: on demand, perhaps with a tier, or from capacity that was bought before.
func (f *facts) traffic(kind string) {
	if kind != "TRAFFIC_TYPE_UNSPECIFIED" {
		f.setText(tResponseTier, strings.TrimPrefix(kind, "ON_DEMAND_"))
	}
}

// ticks is the bill of xAI's answers, in ten-billionths of a dollar.
func (f *facts) ticks(p *jsonScan) {
	if n, ok := p.number(); ok && usable(n) {
		f.billed = n / 1e10
	}
}

// fast is Anthropic's mode with a price of its own; any other speed has none.
func (f *facts) fast(speed string) {
	if speed == "fast" {
		f.put(tResponseTier, speed, 1)
	}
}

// ofTier takes the service tier off the names of LangChain's details: "flex_cache_read", "priority_reasoning".
func (f *facts) ofTier(key string) string {
	for _, tier := range [...]string{"flex", "priority"} {
		if rest, ok := strings.CutPrefix(key, tier); ok && len(rest) > 1 && rest[0] == '_' {
			f.setText(tResponseTier, tier)
			return rest[1:]
		}
	}
	return key
}

// detailSide says whether the object under key breaks a count down, and which.
func detailSide(key string, sd side) (side, bool) {
	switch key {
	case "input_token_details", "input_tokens_details", "prompt_tokens_details", "prompt_token_details", "promptTokensDetails",
		"inputTokenDetails", "cache_creation", "cacheCreation":
		return inputSide, true
	case "output_token_details", "output_tokens_details", "completion_tokens_details", "completionTokensDetails",
		"outputTokenDetails":
		return outputSide, true
	case "usage", "usageMetadata", "usage_metadata", "custom", "server_tool_use", "serverToolUse":
		return sd, true
	}
	return neither, false
}

// usageTally is the fact that key states inside a usage object; noTally for none.
func usageTally(key string, sd side) tally {
	switch key {
	case "input_tokens", "prompt_tokens", "inputTokens", "promptTokens", "promptTokenCount", "prompt_token_count", "input":
		return nInput
	case "output_tokens", "completion_tokens", "outputTokens", "completionTokens", "candidatesTokenCount",
		"candidates_token_count", "output":
		return nOutput
	case "total_tokens", "totalTokens", "totalTokenCount", "total_token_count", "total":
		return nTotal
	case "cache_read", "cache_read_input_tokens", "cached_tokens", "cachedTokens", "input_cached_tokens", "cacheReadInputTokens",
		"cachedInputTokens", "cachedPromptTokens", "cachedContentTokenCount", "cached_content_token_count", "cachedContentTokens",
		"cache_read_tokens", "cacheReadTokens", "prompt_cached_tokens", "prompt_cache_hit_tokens", "promptCacheHitTokens":
		return nCacheRead
	case "cache_creation", "cache_creation_input_tokens", "cacheCreationInputTokens", "cacheWriteInputTokens", "cacheWriteTokens",
		"cache_write_tokens", "cache_write", "cache_creation_tokens", "cache_write_input_tokens", "prompt_cache_creation_tokens":
		return nCacheWrite
	case "ephemeral_5m_input_tokens", "ephemeral5mInputTokens", "cache_creation_5m_tokens", "cache_creation_5m_input_tokens",
		"cacheCreation5mTokens", "cacheCreation5mInputTokens", "prompt_cache_creation_5m_tokens":
		return nCacheWrite5m
	case "ephemeral_1h_input_tokens", "ephemeral1hInputTokens", "ephemeral_1hr_input_tokens", "cache_creation_1h_tokens", "cache_creation_1h_input_tokens",
		"cacheCreation1hTokens", "cacheCreation1hInputTokens", "prompt_cache_creation_1h_tokens":
		return nCacheWrite1h
	case "reasoning", "reasoning_tokens", "reasoningTokens", "thoughtsTokenCount", "thoughts_token_count", "thoughtsTokens",
		"output_reasoning_tokens", "completion_reasoning_tokens":
		return nReasoning
	case "input_audio_tokens", "inputAudioTokens":
		return nInputAudio
	case "output_audio_tokens", "outputAudioTokens":
		return nOutputAudio
	case "input_image_tokens", "inputImageTokens", "input_image":
		return nInputImage
	case "output_image_tokens", "outputImageTokens", "output_image":
		return nOutputImage
	case "web_search_requests", "webSearchRequests", "web_searches", "num_sources_used":
		return nWebSearches
	case "code_execution_requests", "codeExecutionRequests":
		return nCodeRuns
	case "toolUsePromptTokenCount", "tool_use_prompt_token_count":
		return nToolPrompt
	case "search_units", "searchUnits":
		return nSearchUnits
	case "seconds", "prompt_audio_seconds", "promptAudioSeconds", "audio_seconds", "audioSeconds":
		return nAudioSeconds
	}
	return sidedTally(key, sd)
}

// sidedTally is the same of a name that says not to which of the two counts its part belongs.
func sidedTally(key string, sd side) tally {
	switch key {
	case "audio", "audio_tokens", "audioTokens":
		return bySide(sd, nInputAudio, nOutputAudio)
	case "image", "image_tokens", "imageTokens":
		return bySide(sd, nInputImage, nOutputImage)
	case "video", "video_tokens", "videoTokens":
		return bySide(sd, nInputVideo, noTally)
	}
	return noTally
}

func bySide(sd side, in, out tally) tally {
	switch sd {
	case inputSide:
		return in
	case outputSide:
		return out
	}
	return noTally
}

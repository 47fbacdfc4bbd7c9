package perfstats

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// measure is one number that a cell adds up.
type measure uint8

const (
	calls measure = iota // from a counter with `status`
	callsFailed
	callsTimedOut
	durations // from a histogram with `error.type`
	durationsFailed
	durationsTimedOut
	retries
	tokensUncached // the five of llm.tokens, disjoint
	tokensCacheRead
	tokensCacheWrite
	tokensVisible
	tokensReasoning
	tokensInput // the two of gen_ai.client.token.usage
	tokensOutput
	cacheHits
	cacheMisses
	peakCalls
	scores
	scoreSum
	ratioOf
	ratioTo
	measures
)

var tokenTypes = map[string]measure{
	genai.TokensInputUncached: tokensUncached,
	genai.TokensCacheRead:     tokensCacheRead,
	genai.TokensCacheWrite:    tokensCacheWrite,
	genai.TokensOutputVisible: tokensVisible,
	genai.TokensReasoning:     tokensReasoning,
}

// outcomeCounts is how a scope's calls ended.
type outcomeCounts struct{ calls, failed, timedOut float64 }

// outcomesOf prefers the counter, which knows timeouts and rate limits by name, to the histogram, which is all that SDKs send.
func outcomesOf(n *[measures]float64) outcomeCounts {
	if n[calls] > 0 {
		return outcomeCounts{n[calls], n[callsFailed], n[callsTimedOut]}
	}
	return outcomeCounts{n[durations], n[durationsFailed], n[durationsTimedOut]}
}

func (c *cell) addCalls(status string, v float64) {
	c.n[calls] += v
	if status != "" && status != genai.CallOK {
		c.n[callsFailed] += v
	}
	if status == genai.CallTimeout {
		c.n[callsTimedOut] += v
	}
}

func (c *cell) addLatency(errorType string, h *expohist.Histogram) {
	merge(&c.latency, h)
	n := float64(h.Count())
	c.n[durations] += n
	if errorType != "" {
		c.n[durationsFailed] += n
	}
	if isTimeout(errorType) {
		c.n[durationsTimedOut] += n
	}
}

func (c *cell) addTokens(kind string, v float64) {
	if m, ok := tokenTypes[kind]; ok {
		c.n[m] += v
	}
}

func (c *cell) addTokenUsage(kind string, v float64) {
	switch kind {
	case genai.TokensInput:
		c.n[tokensInput] += v
	case genai.TokensOutput:
		c.n[tokensOutput] += v
	}
}

// addCacheOperation counts reads: a write neither hits nor misses.
func (c *cell) addCacheOperation(operation, result string, v float64) {
	if operation != genai.CacheGet {
		return
	}
	switch result {
	case genai.CacheHit:
		c.n[cacheHits] += v
	case genai.CacheMiss:
		c.n[cacheMisses] += v
	}
}

func merge(to **expohist.Histogram, h *expohist.Histogram) {
	if *to == nil {
		*to = expohist.New(bucketLimit)
	}
	(*to).Merge(h)
}

// isTimeout reads error.type, which is an exception's name, a status code or a word.
func isTimeout(errorType string) bool {
	switch errorType {
	case "408", "504":
		return true
	}
	e := strings.ToLower(errorType)
	return strings.Contains(e, "timeout") || strings.Contains(e, "timed_out") || strings.Contains(e, "deadline")
}

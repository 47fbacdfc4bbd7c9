package llmcost

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// answers are those that a span can be given: its status, and why.
var answers = [...]answer{
	{genai.StatusPriced, ""},
	{genai.StatusReported, ""},
	{genai.StatusFree, ""},
	{genai.StatusFree, genai.ReasonCacheHit},
	{genai.StatusFree, genai.ReasonFailed},
	{genai.StatusEstimated, genai.ReasonClientEstimate},
	{genai.StatusEstimated, genai.ReasonFallbackRate},
	{genai.StatusEstimated, genai.ReasonGuessedUsage},
	{genai.StatusEstimated, pricing.GuessServiceTier},
	{genai.StatusEstimated, pricing.GuessPrepaid},
	{genai.StatusEstimated, pricing.GuessFee},
	{genai.StatusEstimated, pricing.GuessModel},
	{genai.StatusEstimated, pricing.GuessRegion},
	{genai.StatusEstimated, genai.ReasonUnexplainedTotal},
	{genai.StatusEstimated, genai.ReasonHiddenTokens},
	{genai.StatusEstimated, pricing.GuessOverlap},
	{genai.StatusEstimated, genai.ReasonUnknownLifetime},
	{genai.StatusEstimated, genai.ReasonProviderGuessed},
	{genai.StatusEstimated, genai.ReasonLocalServer},
	{genai.StatusEstimated, genai.ReasonNoRate},
	{genai.StatusFree, genai.ReasonLocalServer},
	{genai.StatusRollup, genai.ReasonAgentSpan},
	{genai.StatusDuplicate, genai.ReasonSameResponse},
	{genai.StatusDuplicate, genai.ReasonSameCall},
	{genai.StatusDuplicate, genai.ReasonParentCounted},
	{genai.StatusDuplicate, genai.ReasonChildCounted},
	{genai.StatusDuplicate, genai.ReasonIgnoredScope},
	{genai.StatusDuplicate, reasonOtherSignal},
	{genai.StatusUnpriced, genai.ReasonUnknownModel},
	{genai.StatusUnpriced, genai.ReasonNoUsage},
	{genai.StatusUnpriced, genai.ReasonBadUsage},
	{genai.StatusUnpriced, genai.ReasonNoRate},
	{genai.StatusUnpriced, genai.ReasonNotReported},
	{genai.StatusUnpriced, genai.ReasonLocalServer},
	{genai.StatusUnpriced, genai.ReasonAgentOnly},
}

// answer is what a span was given.
type answer struct{ status, reason string }

// answerPoints name the points of the answers that there are, put together once: to name one takes longer than to count it.
var answerPoints = func() map[answer][]metric.AddOption {
	points := map[answer][]metric.AddOption{}
	for _, a := range answers {
		points[a] = pointOf(a)
	}
	return points
}()

func answerOf(a answer) []metric.AddOption {
	if point, ok := answerPoints[a]; ok {
		return point
	}
	return pointOf(a)
}

func pointOf(a answer) []metric.AddOption {
	set := attribute.NewSet(attribute.String("status", a.status), attribute.String("reason", a.reason))
	return []metric.AddOption{metric.WithAttributeSet(set)}
}

// begin shows every counter that can come, so that the first thing that it counts is an increase.
func (s *state) begin(ctx context.Context) {
	for _, a := range answers {
		s.telemetry.LlmcostSpans.Add(ctx, 0, answerOf(a)...)
	}
	s.telemetry.LlmcostUncountedCost.Add(ctx, 0)
	s.telemetry.LlmcostOvercountedCost.Add(ctx, 0)
	s.telemetry.LlmcostSampledCalls.Add(ctx, 0)
	if s.cfg.Prices.File != "" {
		s.telemetry.LlmcostPriceFileReloads.Add(ctx, 0, reloadOK)
		s.telemetry.LlmcostPriceFileReloads.Add(ctx, 0, reloadError)
	}
}

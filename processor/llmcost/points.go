package llmcost

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// pointRequest marks the points of one request in which command-line agents tell of their calls. A point is a sum of nobody knows which
// calls, whose tokens are in other points: no price of the table fits it. What is marked is the same at every export, or a counter would
// become another series.
type pointRequest struct {
	cfg   *Config
	write *annotator
}

func (p *pointRequest) process(md pmetric.Metrics) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			scope := dialect.NewScope(sm.Scope(), rm.Resource(), nil)
			ignored := slices.Contains(p.cfg.IgnoreScopes, sm.Scope().Name())
			countedIn := p.cfg.countedIn(sm.Scope().Name(), signalMetrics)
			for _, m := range sm.Metrics().All() {
				if m.Type() == pmetric.MetricTypeSummary { // which nobody counts
					continue
				}
				for one := range points.All(m) {
					p.answer(&scope, m.Name(), one.Attributes, ignored, countedIn)
				}
			}
		}
	}
}

// answer marks a point. One that tells of no call keeps the rest of llm.cost.*: in a second tier it is a gateway's own.
func (p *pointRequest) answer(scope *dialect.Scope, metric string, attrs pcommon.Map, ignored bool, countedIn string) {
	_, marked := attrs.Get(genai.CallCounts)
	if marked && p.cfg.TrustUpstream {
		return
	}
	var call dialect.Call
	counts := dialect.ReadPoint(scope, metric, attrs, &call)
	if counts == "" {
		if marked { // a claim that must not add to any total
			attrs.Remove(genai.CallCounts)
		}
		return
	}
	status, reason := p.statusOf(&call, ignored)
	if call.Has(dialect.HasOwnedCost) {
		removeOwned(attrs)
	}
	attrs.PutStr(genai.CallCounts, counts)
	attrs.PutStr(genai.CostStatus, status)
	if reason != "" {
		attrs.PutStr(genai.CostReason, reason)
	}
	putCountedIn(attrs, countedIn)
	p.write.canonical(attrs, &call, status)
}

// statusOf says whether the cost of the calls is told.
func (p *pointRequest) statusOf(call *dialect.Call, ignored bool) (status, reason string) {
	switch {
	case ignored:
		return genai.StatusDuplicate, genai.ReasonIgnoredScope
	case call.Failure != genai.Succeeded:
		return genai.StatusFree, genai.ReasonFailed
	case call.CostSource == dialect.CostNone || p.cfg.ReportedCost == reportedIgnore:
		return genai.StatusUnpriced, genai.ReasonNotReported
	}
	return genai.StatusReported, ""
}

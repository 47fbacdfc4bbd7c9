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

	unheard *unheard
	told    agentReport // in the scope that is being read
	agents  []agentReport
}

func (p *pointRequest) process(md pmetric.Metrics) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			p.scope(rm.Resource(), sm)
		}
	}
}

func (p *pointRequest) scope(from pcommon.Resource, sm pmetric.ScopeMetrics) {
	scope, name := dialect.NewScope(sm.Scope(), from, nil), sm.Scope().Name()
	ignored := slices.Contains(p.cfg.IgnoreScopes, name)
	agent, countedIn := p.cfg.countedIn(name, signalMetrics)
	p.told = agentReport{agent: agent, signal: signalMetrics, instead: countedIn}
	for _, m := range sm.Metrics().All() {
		if m.Type() == pmetric.MetricTypeSummary { // which nobody counts
			continue
		}
		total := points.Temporality(m) != pmetric.AggregationTemporalityDelta
		for one := range points.All(m) {
			if p.answer(&scope, m.Name(), one.Attributes, ignored, countedIn) && (!total || p.unheard.isNew(agent, one.Start)) {
				p.told.call()
			}
		}
	}
	if !ignored {
		p.agents = p.told.addTo(p.agents)
	}
}

// answer marks a point, and says whether it tells of calls. One that tells of no call keeps the rest of llm.cost.*: in a second tier it is a gateway's own.
func (p *pointRequest) answer(scope *dialect.Scope, metric string, attrs pcommon.Map, ignored bool, countedIn string) bool {
	_, marked := attrs.Get(genai.CallCounts)
	if marked && p.cfg.TrustUpstream {
		return false
	}
	var call dialect.Call
	counts := dialect.ReadPoint(scope, metric, attrs, &call)
	if counts == "" {
		if marked { // a claim that must not add to any total
			attrs.Remove(genai.CallCounts)
		}
		return false
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
	return true
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

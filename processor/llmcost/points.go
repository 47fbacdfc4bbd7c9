package llmcost

import (
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
			aside := p.cfg.aside(sm.Scope().Name(), signalMetrics)
			for _, m := range sm.Metrics().All() {
				if m.Type() == pmetric.MetricTypeSummary { // which nobody counts
					continue
				}
				for one := range points.All(m) {
					p.answer(&scope, m.Name(), one.Attributes, aside)
				}
			}
		}
	}
}

// answer marks a point. One that tells of no call keeps the rest of llm.cost.*: in a second tier it is a gateway's own.
func (p *pointRequest) answer(scope *dialect.Scope, metric string, attrs pcommon.Map, aside outcome) {
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
	status, reason := p.statusOf(&call, aside)
	if call.Has(dialect.HasOwnedCost) {
		removeOwned(attrs)
	}
	attrs.PutStr(genai.CallCounts, counts)
	attrs.PutStr(genai.CostStatus, status)
	if reason != "" {
		attrs.PutStr(genai.CostReason, reason)
	}
	p.write.canonical(attrs, &call, status)
}

// statusOf says whether the cost of the calls is told.
func (p *pointRequest) statusOf(call *dialect.Call, aside outcome) (status, reason string) {
	switch {
	case aside != undecided:
		return genai.StatusDuplicate, aside.reason()
	case call.Failure != genai.Succeeded:
		return genai.StatusFree, genai.ReasonFailed
	case call.CostSource == dialect.CostNone || p.cfg.ReportedCost == reportedIgnore:
		return genai.StatusUnpriced, genai.ReasonNotReported
	}
	return genai.StatusReported, ""
}

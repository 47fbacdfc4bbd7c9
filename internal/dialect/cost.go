package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// cost fills CostSource and ReportedUSD. A cost of 0 beside tokens means that the sender did not know.
func (r *reading) cost() {
	const plainCosts = 1<<(vReported+1) - 1
	f := r.f
	if f.valued&plainCosts == 0 && f.texts[jLangfuseCost] == "" && f.texts[jMlflowCost] == "" && f.texts[jLangsmithUsage] == "" {
		return
	}
	for _, row := range costRows {
		usd, ok := r.costOf(row.value)
		if !ok || !usable(usd) {
			continue
		}
		r.op.ReportedUSD = usd
		r.op.CostSource = r.whoseCost(row.value)
		return
	}
}

// The facts that say a cost, in order of precedence. Those past valueCount stand in JSON strings.
const (
	costInLangfuse value = valueCount + iota
	costInMlflow
	costInLangsmith
)

var costRows = [...]struct{ value value }{
	{vCostAmount},
	{vCostLitellm},
	{vCostGenAI},
	{vCostTotal},
	{costInLangfuse},
	{vCostOperation},
	{costInMlflow},
	{vCostUsage},
	{vCostOther},
	{costInLangsmith},
	{vReported},
}

// costOf reads one row. What llmcost has written itself is no report; it keeps the sender's value in llm.cost.reported.
func (r *reading) costOf(v value) (float64, bool) {
	f := r.f
	ours := f.texts[tOurStatus] != ""
	switch v {
	case costInLangfuse:
		return memberNumber(unwrap(f.texts[jLangfuseCost]), "total")
	case costInMlflow:
		return memberNumber(unwrap(f.texts[jMlflowCost]), "total_cost")
	case costInLangsmith:
		return memberNumber(f.texts[jLangsmithUsage], "total_cost")
	case vCostAmount:
		if c := f.texts[tCurrency]; c != "" && !strings.EqualFold(c, "USD") {
			return 0, false
		}
	case vCostTotal, vCostUsage:
		if ours {
			return 0, false
		}
	case vReported:
		if !ours {
			return 0, false
		}
	}
	val, ok := f.value(v)
	if !ok {
		return 0, false
	}
	return genai.Number(val)
}

// whoseCost says whether the sender knows the bill.
func (r *reading) whoseCost(v value) CostSource {
	f := r.f
	switch {
	case v == vCostAmount:
		if s := f.texts[tCostSource]; s != "" {
			return billIf(strings.EqualFold(s, "provider"))
		}
	case v == vCostLitellm:
		return CostBill
	case v == vCostGenAI:
		return billIf(r.scope.client == litellmProxy && (r.span.Name() == "Received Proxy Server Request" || f.texts[tProxyKey] != ""))
	}
	return billIf(r.scope.fromProvider)
}

func billIf(knows bool) CostSource {
	if knows {
		return CostBill
	}
	return CostClient
}

// memberNumber returns a numeric member of a JSON object.
func memberNumber(s, want string) (float64, bool) {
	if s == "" {
		return 0, false
	}
	p := scanJSON(s)
	if !p.enter('{') {
		return 0, false
	}
	for {
		key, ok := p.key()
		if !ok {
			return 0, false
		}
		if key == want {
			return p.number()
		}
		p.skip()
	}
}

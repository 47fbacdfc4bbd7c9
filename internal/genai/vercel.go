package genai

// vercelMetadata reads ai.response.providerMetadata: what the provider said beyond the SDK's own counts. The AI SDK keeps the
// service tier and the lifetime of cache writes only there, and version 5 all cache counts.
func (r *reading) vercelMetadata() {
	s := r.f.texts[jVercelMetadata]
	if s == "" {
		return
	}
	p := scanJSON(s)
	if !p.enter('{') {
		return
	}
	for {
		name, ok := p.key()
		if !ok {
			return
		}
		r.providerMetadata(&p, name)
	}
}

func (r *reading) providerMetadata(p *jsonScan, name string) {
	if !p.enter('{') {
		p.skip()
		return
	}
	knowsBill := name == "openrouter" || name == "gateway"
	for {
		key, ok := p.key()
		if !ok {
			return
		}
		switch key {
		case "usage":
			at := *p
			r.f.usageObject(p, neither, tallyCount, tallyCount, 0)
			if knowsBill {
				if usd, ok := memberNumber(at.s[at.i:p.i], "cost"); ok {
					r.bill(usd)
				}
			}
		case "usageMetadata", "usage_metadata":
			r.f.usageObject(p, neither, tallyCount, tallyCount, 0)
		case "serviceTier", "service_tier":
			r.f.setText(tResponseTier, p.text())
		case "cost":
			if usd, ok := p.number(); ok && knowsBill {
				r.bill(usd)
			}
		default:
			if t := usageTally(key, neither); t == nCacheRead || t == nCacheWrite || t == nReasoning {
				if n, ok := p.count(); ok {
					r.f.add(t, n, jsonRank)
				}
				continue
			}
			p.skip()
		}
	}
}

func (r *reading) bill(usd float64) {
	if usable(usd) {
		r.op.ReportedUSD, r.op.CostSource = usd, CostBill
	}
}

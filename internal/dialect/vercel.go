package dialect

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
		case "usage", "usageMetadata", "usage_metadata":
			at := p.i
			r.f.providerUsage(p)
			if knowsBill {
				r.bill(memberNumber(p.s[at:p.i], "cost"))
			}
		case "serviceTier", "service_tier":
			r.f.setText(tResponseTier, p.text())
		case "cost":
			if usd, ok := p.number(); knowsBill {
				r.bill(usd, ok)
			}
		default:
			r.f.subCount(p, key)
		}
	}
}

// subCount consumes a member that may be a sub-count of its own.
func (f *facts) subCount(p *jsonScan, key string) {
	switch t := usageTally(key, neither); t {
	case nCacheRead, nCacheWrite, nReasoning:
		if n, ok := p.count(); ok {
			f.add(t, n, jsonRank)
		}
	default:
		p.skip()
	}
}

func (r *reading) bill(usd float64, ok bool) {
	if ok && usable(usd) {
		r.op.ReportedUSD, r.op.CostSource = usd, CostBill
	}
}

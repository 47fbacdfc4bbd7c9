package advice

import (
	"context"
	"math"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// Tokens are the tokens of calls by disjoint types.
type Tokens struct{ InputUncached, CacheRead, CacheWrite, Output float64 }

// Price is what tokens cost at a provider's model, in USD, or false.
type Price func(provider, model string, t Tokens, at time.Time) (usd float64, ok bool)

// Repeated is input that a model was sent again in one run of calls, though it came from no cache.
type Repeated struct {
	Provider, Model string
	Tokens          int64
}

const (
	daysPerMonth = 30
	// leastSaving is what a saving must be at least for a recommendation, USD a month.
	leastSaving = 1
	// otherCalls is how many calls a model must have had to be recommended.
	otherCalls = 20
)

// used is what one model of one provider had in 24 hours.
type used struct {
	usd, calls float64
	tokens     Tokens
}

type sold struct{ provider, model string }

func usedLastDay(ctx context.Context, o *Options, at time.Time) (map[sold]*used, error) {
	const by = `sum by (gen_ai_provider_name, gen_ai_request_model, gen_ai_token_type) `
	all := map[sold]*used{}
	for expr, add := range map[string]func(*used, series.Sample){
		by + `(increase(llm_cost_booked_usd_total[24h] anchored))`: func(u *used, s series.Sample) { u.usd += s.Value },
		by + `(increase(llm_calls_booked_total[24h] anchored))`:    func(u *used, s series.Sample) { u.calls += s.Value },
		by + `(increase(llm_tokens_booked_total[24h] anchored))`:   func(u *used, s series.Sample) { u.tokens.add(s.Labels["gen_ai_token_type"], s.Value) },
	} {
		found, err := o.Querier.Instant(ctx, expr, at)
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			key := sold{s.Labels["gen_ai_provider_name"], s.Labels["gen_ai_request_model"]}
			if all[key] == nil {
				all[key] = &used{}
			}
			add(all[key], s)
		}
	}
	return all, nil
}

func (t *Tokens) add(kind string, n float64) {
	switch kind {
	case "input_uncached":
		t.InputUncached += n
	case "cache_read":
		t.CacheRead += n
	case "cache_write":
		t.CacheWrite += n
	default:
		t.Output += n
	}
}

// cheaperModel finds the model in use at which the tokens of all calls of 24 hours would have cost least. Where there is none that is
// cheaper, the model is not an expensive one.
func cheaperModel(ctx context.Context, o *Options, labels series.Labels, at time.Time) (saved, bool) {
	if o.Price == nil {
		return saved{}, false
	}
	all, err := usedLastDay(ctx, o, at)
	if err != nil {
		return saved{}, false
	}
	model := labels["gen_ai_request_model"]
	var spent float64
	var tokens Tokens
	for key, u := range all {
		if key.model == model {
			// Fees and dearer tiers would be paid there too.
			list, ok := o.Price(key.provider, model, u.tokens, at)
			if !ok {
				list = u.usd
			}
			spent += min(u.usd, list)
			tokens = Tokens{
				tokens.InputUncached + u.tokens.InputUncached, tokens.CacheRead + u.tokens.CacheRead,
				tokens.CacheWrite + u.tokens.CacheWrite, tokens.Output + u.tokens.Output,
			}
		}
	}
	best, least := "", math.Inf(1)
	for key, u := range all {
		if key.model == model || u.calls < otherCalls || u.tokens.Output == 0 { // what writes nothing is for embeddings
			continue
		}
		if usd, ok := o.Price(key.provider, key.model, tokens, at); ok && (usd < least || usd == least && key.model < best) {
			best, least = key.model, usd
		}
	}
	month := (spent - least) * daysPerMonth
	if best == "" || month < leastSaving {
		return saved{}, false
	}
	return saved{&month, map[string]float64{"cheaper_usd": least}, map[string]string{"cheaper": best}}, true
}

// repeatedInput is what the input that was sent again in 24 hours would have cost less from the cache. The recommendation holds without it.
func repeatedInput(_ context.Context, o *Options, labels series.Labels, at time.Time) (saved, bool) {
	if o.Price == nil || o.Repeated == nil {
		return saved{}, true
	}
	var s saved
	var usd, tokens float64
	for _, r := range o.Repeated(at.Add(-24*time.Hour), at) {
		if r.Model != labels["gen_ai_request_model"] {
			continue
		}
		full, ok := o.Price(r.Provider, r.Model, Tokens{InputUncached: float64(r.Tokens)}, at)
		cached, okCached := o.Price(r.Provider, r.Model, Tokens{CacheRead: float64(r.Tokens)}, at)
		if ok && okCached && full > cached {
			usd += full - cached
			tokens += float64(r.Tokens)
		}
	}
	if usd > 0 {
		usd *= daysPerMonth
		s.usd, s.figures = &usd, map[string]float64{"repeated_input_tokens": tokens}
	}
	return s, true
}

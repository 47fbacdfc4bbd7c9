package llmcost

import (
	"cmp"
	"errors"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// costing is what llmcost says about the money of one model call.
type costing struct {
	status string
	reason string
	cost   pricing.Cost // amounts in nano-USD, and the row used; only Total where the bill is a reported sum
	parts  bool         // cost has parts beside Total

	discount  int64 // what the contract saves against the list price, nano-USD; negative where it costs more
	uncounted int64 // of a duplicate: what it would have cost above what counts, nano-USD
}

// unknown says that nobody knows what the call cost, so that a report of it with a price says more.
func (b *costing) unknown() bool {
	return b.status == genai.StatusUnpriced
}

// policy is the part of the configuration that decides where a cost comes from.
type policy struct {
	reported string      // prefer, ignore or only
	fallback pricedModel // the row for unknown models; its model is nil when they stay unpriced
	matches  *matches    // the table
}

// pricedModel is a price row with the factor of your contract. Its model is nil where no row matches.
type pricedModel struct {
	model  *pricing.Model
	factor pricing.Factor
	speaks bool // the model is made for sound, whatever its row has prices for
	paints bool // it answers in images too
}

// costOf decides what one counted model call cost, and fills all of b; it gives the model. The end of the span chooses between old and new prices.
func (p *policy) costOf(op *dialect.Call, end time.Time, seen *recall, b *costing) kin {
	x, ok := seen.of(op)
	if !ok {
		x.sold = p.soldAt(op)
	}
	s := &x.sold
	nameSeller(op, s)
	*b = costing{}
	usage := usageOf(op)
	switch {
	case usage == genai.UsageBad:
		b.status, b.reason = genai.StatusUnpriced, genai.ReasonBadUsage
	case op.CacheHit:
		b.status, b.reason = genai.StatusFree, genai.ReasonCacheHit
	case p.reported != reportedIgnore && op.CostSource == dialect.CostBill:
		b.takeReported(op, genai.StatusReported, "")
	case p.reported == reportedOnly && op.CostSource == dialect.CostClient:
		b.takeReported(op, genai.StatusEstimated, genai.ReasonClientEstimate)
	case usage == genai.UsageNone && op.Failure != genai.Succeeded && !op.BrokeOff():
		b.status, b.reason = genai.StatusFree, genai.ReasonFailed
	case p.reported == reportedOnly:
		b.status, b.reason = genai.StatusUnpriced, genai.ReasonNotReported
	case (usage != genai.UsageNone || s.needsNoTokens(op)) && s.cost(op, end, b):
	default:
		p.withoutRow(op, usage, end, b)
		if b.reason == genai.ReasonUnknownModel && s.reason == genai.ReasonLocalServer {
			b.reason = s.reason
		}
	}
	b.refuseAbsurd()
	return s.kin
}

// refuseAbsurd takes back what nobody behind would believe.
func (b *costing) refuseAbsurd() {
	if b.cost.Total > genai.MaxUSD*1e9 {
		*b = costing{status: genai.StatusUnpriced, reason: genai.ReasonBadUsage}
	}
}

// usageOf is what is known of a call's usage: zeros are what clients write that were told nothing.
func usageOf(op *dialect.Call) genai.UsageState {
	if op.UsageState != genai.UsageBad && op.Usage == (genai.Usage{}) {
		return genai.UsageNone
	}
	return op.UsageState
}

// needsNoTokens says that the row's price is of something else that the span tells, or that there is none.
func (s *sold) needsNoTokens(op *dialect.Call) bool {
	return s.model != nil && (s.model.Free() || op.Extras.AudioTime > 0 || op.Name == opRerank && s.model.Prices(unitSearch))
}

// opRerank is a reranker's operation.
const opRerank = "rerank"

// Units that usage has no field for.
var (
	unitSearch, _     = pricing.UnitByUsageName("rerank_searches")
	unitFileSearch, _ = pricing.UnitByUsageName("storage_searches")
	unitCodeRun, _    = pricing.UnitByUsageName("code_executions")
)

// cost fills in what the call cost at whoever sold it; false where that is not known.
func (s *sold) cost(op *dialect.Call, end time.Time, b *costing) bool {
	switch {
	case s.status != "" && op.CostSource != dialect.CostClient:
		b.status, b.reason = s.status, s.reason
		return true
	case s.model == nil:
		return false
	}
	s.price(op, end, b)
	if s.reason != "" && (b.status == genai.StatusPriced || b.status == genai.StatusFree) {
		b.status, b.reason = genai.StatusEstimated, s.reason
	}
	if b.status == genai.StatusPriced {
		if reason := cmp.Or(s.untold(op), s.costsMore(op, b)); reason != "" {
			b.status, b.reason = genai.StatusEstimated, reason
		}
	}
	return true
}

// untold is what the span leaves open and the row has a price for.
func (s *sold) untold(op *dialect.Call) string {
	switch {
	case op.Untold.Cache && s.model.Prices(pricing.UnitCacheRead):
		return genai.ReasonHiddenTokens
	case op.Untold.Lifetime && (s.model.Prices(pricing.UnitCacheWrite1h) || s.hourElsewhere()):
		return genai.ReasonUnknownLifetime
	}
	return ""
}

// costsMore finds what the counts leave out by what the client says that the call cost, give or take a millionth of a dollar: tokens of a stream that
// broke off and was asked for again, or of an advisor.
func (s *sold) costsMore(op *dialect.Call, b *costing) string {
	if !op.CostTells || op.CostSource != dialect.CostClient || s.model.Own {
		return ""
	}
	if list := b.cost.Total + b.discount; op.ReportedUSD*1e9 > float64(list)+1000 {
		return genai.ReasonHiddenTokens
	}
	return ""
}

// hourElsewhere says that the model may have kept the prompt for an hour, for which the row has no rate: Claude on Bedrock from 4.5 on, on
// Vertex AI and at OpenRouter from 4 on, who bill it twice the input as Anthropic does.
func (s *sold) hourElsewhere() bool {
	if s.model.Own || !s.model.Prices(pricing.UnitCacheWrite) {
		return false
	}
	_, version, claude := strings.Cut(s.model.ID, "claude-")
	if !claude || strings.HasPrefix(version, "3") {
		return false
	}
	switch s.model.Provider {
	case "aws":
		return !earlyFour.MatchString(version)
	case "google", "openrouter":
		return true
	}
	return false
}

// earlyFour is Claude 4 and 4.1, which Bedrock keeps prompts of for five minutes only.
var earlyFour = regexp.MustCompile(`^(?:opus|sonnet)-4-(?:1-)?20`)

// soldAt looks for the model that answered, or, where the table does not know that name (a deployment's or an alias) or can only guess
// who sells it, for the model that was asked for. An id that says who sells is asked for, and answers as its maker calls it.
func (p *policy) soldAt(op *dialect.Call) sold {
	s := p.matches.find(op, op.Model())
	answered := op.ResponseModel != ""
	switch asked := op.RequestModel; {
	case asked == "" || asked == op.Model():
	case s.model == nil || s.reason == genai.ReasonProviderGuessed || s.reason == pricing.GuessRegion:
		other := p.matches.find(op, asked)
		if other.model != nil && (s.model == nil || other.reason == "" && !p.matches.othersMake(op.Model(), asked, other.model)) {
			s, answered = other, false
		}
	case !s.shaped && askedAs(asked, op.Model()):
		if other := p.matches.find(op, asked); other.model != nil && other.shaped && other.reason == "" {
			s = other
		}
	}
	if !answered && s.deployed() {
		s.reason = genai.ReasonModelGuessed
	}
	return s
}

// deployed says that the name which was asked for is that of a deployment, which its owner chose: it says nothing of the model.
func (s *sold) deployed() bool {
	return s.model != nil && s.model.Provider == "azure" && !s.model.Own && s.reason == ""
}

// withoutRow is for calls that the table cannot price: a client's own guess, the fallback rate, or the plain truth.
func (p *policy) withoutRow(op *dialect.Call, usage genai.UsageState, end time.Time, b *costing) {
	switch {
	case p.reported != reportedIgnore && op.CostSource == dialect.CostClient:
		b.takeReported(op, genai.StatusEstimated, genai.ReasonClientEstimate)
	case usage == genai.UsageNone && op.Extras.AudioTime == 0:
		b.status, b.reason = genai.StatusUnpriced, genai.ReasonNoUsage
	case p.fallback.model != nil:
		p.fallback.price(op, end, b)
		if b.status == genai.StatusPriced || b.status == genai.StatusFree {
			b.status, b.reason = genai.StatusEstimated, genai.ReasonFallbackRate
		}
	default:
		b.status, b.reason = genai.StatusUnpriced, genai.ReasonUnknownModel
	}
}

// takeReported takes the sum that the span tells.
func (b *costing) takeReported(op *dialect.Call, status, reason string) {
	b.status, b.reason = status, reason
	b.cost.Total = int64(math.RoundToEven(min(op.ReportedUSD, genai.MaxUSD+1) * 1e9))
}

func (r *pricedModel) price(op *dialect.Call, end time.Time, b *costing) {
	call := pricing.Call{Provider: op.Provider, Model: op.Model(), Time: end, ServiceTier: op.ServiceTier, Region: op.Region}
	use(op, &call.Usage)
	call.Usage.Longest = op.Calls.Most
	if err := r.model.PriceTo(&b.cost, &call, r.factor); err != nil {
		b.status, b.reason = genai.StatusUnpriced, priceErrorReason(err)
		return
	}
	if !r.factor.IsOne() {
		var list pricing.Cost
		if err := r.model.PriceTo(&list, &call, pricing.Factor{}); err == nil {
			b.discount = list.Total - b.cost.Total
		}
	}
	b.status, b.parts = genai.StatusPriced, true
	switch {
	case b.cost.Free && b.cost.Guess != pricing.GuessFee: // what is searched for a free model is not free
		b.status = genai.StatusFree
	case op.UsageState == genai.UsageGuessed:
		b.status, b.reason = genai.StatusEstimated, genai.ReasonGuessedUsage
	case op.Doubt != "":
		b.status, b.reason = genai.StatusEstimated, op.Doubt
	default:
		if why := cmp.Or(r.unsettled(op), b.cost.Guess, r.unevenRun(op, &call)); why != "" {
			b.status, b.reason = genai.StatusEstimated, why
		}
	}
}

// unsettled is why a row with a price for what was used may have it wrong: it lacks the rate, or the span does not tell how much of it.
func (r *pricedModel) unsettled(op *dialect.Call) string {
	m, x := r.model, &op.Extras
	switch {
	case !x.TellsHow && (m.Prices(pricing.UnitOutputAudio) || r.speaks), // whether it spoke is not told
		!x.TellsImages && (m.Prices(pricing.UnitOutputImage) || r.paints) || x.Edits && m.Prices(pricing.UnitInputImage),
		op.Name == opRerank && x.Searches == 0 && m.Prices(unitSearch):
		return genai.ReasonHiddenTokens
	case m.Own:
		return ""
	case m.Prices(pricing.UnitReasoning): // Perplexity's research, which quotes and searches besides
		return genai.ReasonHiddenTokens
	case m.Prices(pricing.UnitRequests): // Perplexity's, which goes by how much it searched
		return genai.ReasonUnknownFee
	}
	return ""
}

// speaks says of a model by its id that it is made for sound.
func speaks(m *pricing.Model) bool {
	if m == nil {
		return false
	}
	id := m.ID
	return strings.Contains(id, "-audio") || strings.Contains(id, "-realtime") || strings.Contains(id, "-live-")
}

// paints says of a model by its id that it answers in images and in text, each at a price of its own.
func paints(m *pricing.Model) bool {
	return m != nil && strings.Contains(m.ID, "-image") && !strings.Contains(m.ID, "gpt-image")
}

// use fills in what the call used.
func use(op *dialect.Call, to *pricing.Usage) {
	u, x := &op.Usage, &op.Extras
	to.Input, to.Output, to.CacheRead, to.CacheWrite, to.CacheWrite1h = u.Input, u.Output, u.CacheRead, u.CacheWrite, u.CacheWrite1h
	to.InputAudio, to.Reasoning, to.OutputAudio = u.InputAudio, u.Reasoning, u.OutputAudio
	to.InputImage, to.InputVideo, to.OutputImage = x.InputImage, x.InputVideo, x.OutputImage
	to.CacheAudioRead, to.CacheImageRead = x.CacheAudio, x.CacheImage
	to.WebSearches, to.AudioTime = op.Billed.WebSearches, x.AudioTime
	if op.Name == opRerank {
		to.Other = append(to.Other, pricing.Quantity{Unit: unitSearch, N: max(x.Searches, 1)})
	}
	if n := op.Billed.FileSearches; n > 0 {
		to.Other = append(to.Other, pricing.Quantity{Unit: unitFileSearch, N: n})
	}
	if n := op.Billed.CodeRuns; n > 0 {
		to.Other = append(to.Other, pricing.Quantity{Unit: unitCodeRun, N: n})
	}
}

func priceErrorReason(err error) string {
	if errors.Is(err, pricing.ErrNoRate) {
		return genai.ReasonNoRate
	}
	return genai.ReasonBadUsage
}

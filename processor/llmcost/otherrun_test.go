package llmcost

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// Another run of a recorded client: the same spans with other token counts, models, ids and trace ids. Every number of a call's
// bill is replaced wherever the span repeats it, in attributes and inside JSON strings, and what the run must cost is worked
// out from the bill alone.

// billed is what a provider billed, in the inclusive convention.
type billed struct {
	in, out, read, w5m, w1h, reasoning int64
}

// readings are the sums of a bill's numbers that senders put on spans.
func (b billed) readings() []int64 {
	write := b.w5m + b.w1h
	uncached := b.in - b.read - write
	visible := b.out - b.reasoning
	return []int64{
		b.in, b.out, b.read, b.w5m, b.w1h, write, uncached, b.reasoning, visible,
		b.in + b.out, uncached + b.out, b.in + b.out + b.read + write, b.in - b.read,
	}
}

// scenario makes another bill of a recorded one. It keeps zeros, which the client did not send.
type scenario struct {
	name string
	make func(b billed, rnd *rand.Rand) billed
}

var scenarios = []scenario{
	{"mostly uncached", func(b billed, rnd *rand.Rand) billed { return b.with(rnd, 100_000, 300, 500, 2000) }},
	{"mostly cached", func(b billed, rnd *rand.Rand) billed { return b.with(rnd, 700, 60_000, 2000, 500) }},
	{"cached like uncached", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 30_000, 20_000, 900, 900)
		o.in = 2 * (o.read + o.w5m + o.w1h)
		if o.in == 0 {
			o.in = 31_013
		}
		return o
	}},
	{"little output", func(b billed, rnd *rand.Rand) billed { return b.with(rnd, 5000, 5000, 3, 2000) }},
	{"reasoning like output", func(b billed, rnd *rand.Rand) billed { return b.with(rnd, 5000, 5000, 1, 2500) }},
	{"no cache", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 9000, 1, 700, 300)
		o.in, o.read, o.w5m, o.w1h = o.in-o.read-o.w5m-o.w1h, 0, 0, 0
		return o
	}},
	{"written only", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 20_000, 4000, 700, 300)
		o.in, o.read = o.in-o.read, 0
		return o
	}},
	{"one hour", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 40_000, 4000, 700, 300)
		if o.w1h > 0 {
			o.in, o.w5m = o.in-o.w5m, 0
		}
		return o
	}},
	{"no reasoning", func(b billed, rnd *rand.Rand) billed {
		o := b.with(rnd, 8000, 4000, 700, 300)
		o.out, o.reasoning = o.out-o.reasoning, 0
		return o
	}},
}

// with draws counts up to these sizes.
func (b billed) with(rnd *rand.Rand, uncached, cached, visible, reasoning int64) billed {
	draw := func(old, size int64) int64 {
		if old == 0 {
			return 0
		}
		return size/2 + 7 + rnd.Int64N(size)
	}
	o := billed{read: draw(b.read, cached), w5m: draw(b.w5m, cached), w1h: draw(b.w1h, cached), reasoning: draw(b.reasoning, reasoning)}
	o.in = draw(b.in, uncached) + o.read + o.w5m + o.w1h
	o.out = draw(b.out, visible) + o.reasoning
	return o
}

// otherModels renames what was asked for and what answered.
var otherModels = []map[string]string{
	{},
	{
		"gpt-4o-mini": "gpt-4.1", "gpt-4.1-nano-2025-04-14": "gpt-4o-mini-2024-07-18", "gpt-5-mini": "gpt-5",
		"gpt-5-mini-2025-08-07": "gpt-5-2025-08-07", "claude-sonnet-4-6": "claude-opus-4-5-20251101",
		"claude-sonnet-4-5": "claude-haiku-4-5-20251001", "gemini-2.5-flash": "gemini-2.5-pro",
		"text-embedding-3-small": "text-embedding-3-large",
	},
	{
		"gpt-4o-mini": "o4-mini", "gpt-4.1-nano-2025-04-14": "o3-2025-04-16", "gpt-5-mini": "gpt-5-nano",
		"gpt-5-mini-2025-08-07": "gpt-5-nano-2025-08-07", "claude-sonnet-4-6": "claude-sonnet-4-20250514",
		"claude-sonnet-4-5": "claude-opus-4-1-20250805", "gemini-2.5-flash": "gemini-2.0-flash",
		"text-embedding-3-small": "text-embedding-ada-002",
	},
}

// otherRun is one capture made into another run.
type otherRun struct {
	calls  []truthCall
	bills  []billed // by call; zero where nothing was billed
	models map[string]string
	suffix string // of the new ids
	ofRuns bool   // the client tells of several calls as of one
}

// tellingCount is the least input whose numbers are replaced: smaller ones are too common to be found on a span.
const tellingCount = 50

func newOtherRun(want truth, s scenario, models map[string]string, seed uint64) *otherRun {
	rnd := rand.New(rand.NewPCG(seed, 3))
	r := &otherRun{calls: want.Calls, models: models, suffix: fmt.Sprintf("x%d", seed)}
	for i := range want.Calls {
		b := want.Calls[i].old()
		if b.in >= tellingCount {
			b = s.make(b, rnd)
		}
		r.bills = append(r.bills, b)
	}
	return r
}

func (c *truthCall) old() billed {
	return billed{c.Input, c.Output, c.CacheRead, c.Write5m, c.Write1h, c.Reasoning}
}

// rewrite changes every span of td.
func (r *otherRun) rewrite(td ptrace.Traces) {
	eachSpan(td, func(span ptrace.Span) {
		numbers := r.numbers(span)
		id := span.TraceID()
		id[0] ^= 0x5a
		span.SetTraceID(id)
		if name, ok := r.rename(span.Name()); ok {
			span.SetName(name)
		}
		for key, v := range span.Attributes().All() {
			r.value(key, v, numbers)
		}
	})
}

var wholeNumber = regexp.MustCompile(`[0-9]+`)

// numbers says which old number becomes which new one on this span.
func (r *otherRun) numbers(span ptrace.Span) map[int64]int64 {
	said := map[int64]bool{}
	var named []int // the calls whose answer it is
	for key, v := range span.Attributes().All() {
		for i := range r.calls {
			if id := r.calls[i].ResponseID; id != "" && key != "input.value" && v.Type() == pcommon.ValueTypeStr &&
				!slices.Contains(named, i) && strings.Contains(v.Str(), `"`+id+`"`) {
				named = append(named, i)
			}
		}
		if v.Type() != pcommon.ValueTypeStr || strings.ContainsAny(v.Str(), "{") || counting(key) {
			for _, s := range wholeNumber.FindAllString(v.AsString(), -1) {
				if n, err := strconv.ParseInt(s, 10, 64); err == nil {
					said[n] = true
				}
			}
		}
	}
	if len(named) == 1 {
		return r.numbersOf(named)
	}
	var on []int
	for i := range r.calls {
		b := r.calls[i].old()
		if b.in >= tellingCount && (said[b.in] || said[b.in-b.read-b.w5m-b.w1h] || said[b.in-b.read]) && (said[b.out] || said[b.out-b.reasoning]) {
			on = append(on, i)
		}
	}
	out := r.numbersOf(on)
	if len(on) != 1 {
		r.sums(said, out)
	}
	return out
}

// numbersOf are those of some calls.
func (r *otherRun) numbersOf(on []int) map[int64]int64 {
	out := map[int64]int64{}
	for _, i := range on {
		b, o := r.calls[i].old().readings(), r.bills[i].readings()
		for k := range b {
			if b[k] != 0 && (len(on) == 1 || b[k] > 3000) {
				if _, ok := out[b[k]]; !ok {
					out[b[k]] = o[k]
				}
			}
		}
	}
	return out
}

// sums finds the roll-ups: numbers that are those of several calls together.
func (r *otherRun) sums(said map[int64]bool, out map[int64]int64) {
	n := min(len(r.calls), 10)
	for set := 1; set < 1<<n; set++ {
		var was, is billed
		for i := range n {
			if set&(1<<i) != 0 {
				was, is = was.plus(r.calls[i].old()), is.plus(r.bills[i])
			}
		}
		if set&(set-1) == 0 || !said[was.in] || !said[was.out] {
			continue
		}
		b, o := was.readings(), is.readings()
		for k := range b {
			if _, ok := out[b[k]]; !ok && b[k] != 0 {
				out[b[k]] = o[k]
			}
		}
	}
}

func (b billed) plus(o billed) billed {
	return billed{b.in + o.in, b.out + o.out, b.read + o.read, b.w5m + o.w5m, b.w1h + o.w1h, b.reasoning + o.reasoning}
}

// counting says whether an attribute can hold a count of tokens.
func counting(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(key, "token") || strings.Contains(key, "usage")
}

func (r *otherRun) value(key string, v pcommon.Value, numbers map[int64]int64) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		if n, ok := numbers[v.Int()]; ok && counting(key) {
			v.SetInt(n)
		}
	case pcommon.ValueTypeDouble:
		if n, ok := numbers[int64(v.Double())]; ok && counting(key) {
			v.SetDouble(float64(n))
		}
	case pcommon.ValueTypeStr:
		v.SetStr(r.text(key, v.Str(), numbers))
	case pcommon.ValueTypeSlice:
		for _, e := range v.Slice().All() {
			r.value(key, e, numbers)
		}
	}
}

var jsonNumber = regexp.MustCompile(`("\s*:\s*)([0-9]+)([,}\s\]])`)

func (r *otherRun) text(key, s string, numbers map[int64]int64) string {
	if counting(key) && !strings.Contains(s, "{") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			if to, ok := numbers[n]; ok {
				return strconv.FormatInt(to, 10)
			}
		}
	}
	s = jsonNumber.ReplaceAllStringFunc(s, func(m string) string {
		p := jsonNumber.FindStringSubmatch(m)
		n, err := strconv.ParseInt(p[2], 10, 64)
		to, ok := numbers[n]
		if err != nil || !ok {
			return m
		}
		return p[1] + strconv.FormatInt(to, 10) + p[3]
	})
	for i := range r.calls {
		if id := r.calls[i].ResponseID; id != "" && strings.Contains(s, id) {
			s = strings.ReplaceAll(s, id, id[:len(id)-1]+r.suffix+id[len(id)-1:])
		}
	}
	if t, ok := r.rename(s); ok {
		return t
	}
	return s
}

var modelName = regexp.MustCompile(`(?:gpt|claude|gemini|text-embedding|\bo4)-[0-9a-z][-.0-9a-z]*[0-9a-z]`)

func (r *otherRun) rename(s string) (string, bool) {
	if len(r.models) == 0 {
		return s, false
	}
	return modelName.ReplaceAllStringFunc(s, func(m string) string {
		if to, ok := r.models[m]; ok {
			return to
		}
		return m
	}), true
}

// costs is what the run must cost in nano-USD: every sum that is right. What a client hides is left out of the bill in the way
// that explains its recorded cost.
func (r *otherRun) costs(t *testing.T) []int64 {
	sums := map[int64]bool{0: true}
	for i := range r.calls {
		c := &r.calls[i]
		if c.VisibleOn == nil || c.USD == nil {
			continue
		}
		next := map[int64]bool{}
		for _, want := range r.costsOf(t, i) {
			for s := range sums {
				next[s+want] = true
			}
		}
		sums = next
	}
	return slices.Collect(maps.Keys(sums))
}

// hidings are the ways in which a client hides a part of the bill.
var hidings = []func(billed) billed{
	func(b billed) billed { return b },
	func(b billed) billed { b.w5m, b.w1h = b.w5m+b.w1h, 0; return b },
	func(b billed) billed { b.read, b.w5m, b.w1h = 0, 0, 0; return b },
	func(b billed) billed { b.out, b.reasoning = b.out-b.reasoning, 0; return b },
	func(b billed) billed { return billed{in: b.in, out: b.out - b.reasoning} },
	func(b billed) billed { b.in -= b.read + b.w5m + b.w1h; b.read, b.w5m, b.w1h = 0, 0, 0; return b },
}

var askedFor = map[string]string{"gpt-4.1-nano-2025-04-14": "gpt-4o-mini", "gpt-5-mini-2025-08-07": "gpt-5-mini"}

func (r *otherRun) costsOf(t *testing.T, i int) []int64 {
	c := &r.calls[i]
	if c.Usage != nil { // the hand-made one keeps its numbers
		u := c.Usage
		b := billed{
			in: u["input"] + u["cache_read_input_tokens"] + u["cache_creation_input_tokens"], out: u["output"],
			read: u["cache_read_input_tokens"], w5m: u["cache_creation_input_tokens"],
		}
		return []int64{r.priceOf(t, c.Provider, c.Model, b)}
	}
	model := c.Model
	if !c.ModelVisible {
		model = askedFor[model]
	}
	var out []int64
	for _, usd := range []*float64{c.USD, c.AlsoUSD} {
		if usd == nil {
			continue
		}
		found := false
		for _, hide := range hidings {
			if price(t, c.Provider, model, hide(c.old())) == int64(math.Round(*usd*1e9)) {
				out, found = append(out, r.priceOf(t, c.Provider, model, hide(r.bills[i]))), true
				break
			}
		}
		require.True(t, found, "the recorded cost of %s is explained", c.ResponseID)
	}
	return out
}

func (r *otherRun) priceOf(t *testing.T, provider, model string, b billed) int64 {
	if to, ok := r.models[model]; ok {
		model = to
	}
	return price(t, provider, model, b)
}

func price(t *testing.T, provider, model string, b billed) int64 {
	nano, ok := oracle(t, provider, model, b)
	require.True(t, ok, model)
	return nano
}

func TestOtherRunsOfTheSameClients(t *testing.T) {
	all := truths(t)
	for _, client := range slices.Sorted(maps.Keys(all)) {
		for k, s := range scenarios {
			t.Run(client+"/"+s.name, func(t *testing.T) {
				newOtherRun(all[client], s, otherModels[k%len(otherModels)], uint64(k)).check(t, client) //nolint:gosec // few scenarios
			})
		}
	}
}

// check runs the spans whole, shuffled, and one a request in some orders.
func (r *otherRun) check(t *testing.T, client string) {
	made := func() ptrace.Traces {
		td := capture(t, client)
		r.rewrite(td)
		return td
	}
	want := r.costs(t)
	exact := func(batches ...ptrace.Traces) {
		t.Helper()
		got := sumOf(batches...)
		require.Contains(t, want, got.nano-got.estimated, "nano-USD; %v", got.statuses)
	}
	exact(startProcessor(t, nil).process(t, made()))
	for i := range uint64(2) {
		rnd := rand.New(rand.NewPCG(i, 4))
		exact(startProcessor(t, nil).process(t, shuffled(made(), rnd)))
		if strings.HasPrefix(client, "double-") {
			continue
		}
		p := startProcessor(t, nil)
		parts := replay.OneByOne(made())
		if slices.Reverse(parts); i > 0 {
			rnd.Shuffle(len(parts), func(a, b int) { parts[a], parts[b] = parts[b], parts[a] })
		}
		for k := range parts {
			parts[k] = p.process(t, parts[k])
		}
		exact(parts...)
	}
}

package budget

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
)

// group is one group of a rule: what a series is kept for.
type group struct {
	rule     *rule
	values   []string // one for each key; of a run its id comes last
	overflow bool

	rows map[string]string // what spends in it, where the book cannot tell: the series of each

	series        string // its spend: by period, by minute (rolling, block) or by run
	minutes, days string // the same by minute or day, where rates or the forecast need it

	limit      int64 // as of the last look
	limitUntil int64 // when it may be another one
	lowest     int64 // the amount of the lowest threshold

	// known: the alerts of the thresholds below level are no longer Armed in the period that began then. It spares looking at marks.
	known struct {
		start int64
		level int
	}
	touched struct { // by the posting that is under way
		posting uint64
		start   int64
	}
	seen  int64 // Unix seconds of the newest call
	spent int64 // at the last scan; of runs
	run   struct {
		start, from int64
		ended       bool
	}
}

const (
	maxValue     = 256 // bytes of a group's value as the name of a series has it
	maxGroupText = 700 // bytes of all of them
	overflowText = "%overflow"
)

// groupOf finds the group of values, or makes it where there is room; else it is the overflow group.
func (r *rule) groupOf(values []string) (g *group, overflow bool) {
	if len(r.keys) == 0 {
		if r.all == nil {
			r.all = r.newGroup(nil)
		}
		return r.all, false
	}
	g, key := r.lookup(values)
	if g != nil {
		return g, false
	}
	if len(r.groups) >= r.most && !r.limited(values) {
		return r.overflowGroup(), true
	}
	values = clipped(values)
	g = r.newGroup(values)
	r.groups[string(key)] = g
	return g, false
}

// lookup finds a group; the key is valid until the next call.
func (r *rule) lookup(values []string) (*group, []byte) {
	key := r.key[:0]
	for _, v := range values {
		v = clip(v, len(values))
		if len(values) > 1 {
			key = binary.AppendUvarint(key, uint64(len(v)))
		}
		key = append(key, v...)
	}
	r.key = key
	return r.groups[string(key)], key
}

func (r *rule) overflowGroup() *group {
	if r.rest == nil {
		r.rest = &group{rule: r, overflow: true, series: r.series + "s|" + overflowText, limit: math.MaxInt64, lowest: math.MaxInt64, limitUntil: math.MaxInt64}
	}
	return r.rest
}

func (r *rule) newGroup(values []string) *group {
	text := groupText(values)
	g := &group{rule: r, values: values, series: r.series + "s|" + text}
	if len(r.burn) > 0 {
		g.minutes = r.series + "m|" + text
		if r.period.Kind == Rolling {
			g.minutes = g.series
		}
	}
	if r.forecast != nil && r.forecast.weekday {
		g.days = r.series + "d|" + text
	}
	return g
}

// ofText finds or makes the group that a series belongs to.
func (r *rule) ofText(text string) *group {
	if text == overflowText {
		return r.overflowGroup()
	}
	if len(r.keys) == 0 && r.period.Kind != Run {
		g, _ := r.groupOf(nil)
		return g
	}
	values := splitText(text)
	g, key := r.lookup(values)
	if g == nil {
		g = r.newGroup(values)
		r.groups[string(key)] = g
	}
	return g
}

func clipped(values []string) []string {
	own := make([]string, len(values))
	for i, v := range values {
		own[i] = strings.Clone(clip(v, len(values)))
	}
	return own
}

// clip shortens one of n values that is too long for the name of a series, and keeps it apart from all others.
func clip(v string, n int) string {
	most := maxValue
	if n > 2 {
		most = maxGroupText / n
	}
	if 3*len(v) <= most || len(escaper.Replace(v)) <= most {
		return v
	}
	sum := sha256.Sum256([]byte(v))
	return strings.ToValidUTF8(v[:most/3-23], "") + "…" + hex.EncodeToString(sum[:10])
}

var escaper = strings.NewReplacer("%", "%25", "|", "%7C")

var unescaper = strings.NewReplacer("%25", "%", "%7C", "|")

// groupText is the values as the name of a series has them.
func groupText(values []string) string {
	escaped := make([]string, len(values))
	for i, v := range values {
		escaped[i] = escaper.Replace(v)
	}
	return strings.Join(escaped, "|")
}

func splitText(text string) []string {
	values := strings.Split(text, "|")
	for i, v := range values {
		values[i] = unescaper.Replace(v)
	}
	return values
}

// limited says that the configuration names the group: it is kept however many there are.
func (r *rule) limited(values []string) bool {
	if len(r.limits) == 0 {
		return false
	}
	_, ok := r.limits[strings.Join(values, ",")]
	return ok
}

// refresh brings the limit up to date.
func (g *group) refresh(now int64) {
	if now < g.limitUntil {
		return
	}
	g.limit, g.limitUntil = g.rule.limitOf(g.values, now)
	g.lowest = math.MaxInt64
	if len(g.rule.thresholds) > 0 {
		g.lowest = part(g.limit, g.rule.thresholds[0].millionths)
	}
	g.known.level = 0
}

// limitOf is the limit of a group, and until when.
func (r *rule) limitOf(values []string, now int64) (limit, until int64) {
	values = values[:min(len(values), len(r.keys))]
	limit, until = r.limit, math.MaxInt64
	if len(r.limits) > 0 {
		if l, ok := r.limits[strings.Join(values, ",")]; ok {
			limit = l
		}
	}
	for i := range r.overrides {
		o := &r.overrides[i]
		if now < o.until && o.of(values) {
			limit, until = o.limit, o.until
		}
	}
	return limit, until
}

func (o *override) of(values []string) bool {
	for i, v := range o.values {
		if v != nil && (i >= len(values) || *v != values[i]) {
			return false
		}
	}
	return true
}

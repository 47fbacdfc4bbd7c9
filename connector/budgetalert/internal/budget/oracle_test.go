package budget

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger/bolt"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var oracleCalls = flag.Int("oracle.calls", 60_000, "how many calls the oracle run makes; make test makes a million")

// The oracle run: three windows of 40 days full of odd calendar days, five zones, tenants that grow at different rates, calls that are
// late, out of order, redelivered, too old or too far in the future, and restarts. A model that shares no code with the engine says what
// every period's total is and which alert comes when.
func TestOracle(t *testing.T) {
	for i, start := range []string{"2028-02-20T00:00:00Z", "2027-10-01T00:00:00Z", "2026-12-10T00:00:00Z"} {
		t.Run(start[:10], func(t *testing.T) {
			t.Parallel()
			o := newOracle(t, utc(t, start), uint64(i), *oracleCalls/3+1, 40)
			o.ledger = ledger.NewMemory(o.options())
			o.restart(o.config)
			o.run()
		})
	}
}

// The same for a few days on a disk, where each restart opens the file again.
func TestOracleOnDisk(t *testing.T) {
	o := newOracle(t, utc(t, "2028-03-25T00:00:00Z"), 9, 2000, 4)
	dir := t.TempDir()
	open := func() {
		l, err := bolt.Open(bolt.Options{Options: o.options(), Directory: dir, Retry: time.Hour})
		require.NoError(t, err)
		o.ledger = l
	}
	open()
	o.reopen = func() {
		require.NoError(t, o.ledger.Close())
		open()
	}
	o.restart(o.config)
	o.run()
	require.NoError(t, o.ledger.Close())
}

// options of a ledger whose clock is the run's.
func (o *oracle) options() ledger.Options {
	return ledger.Options{
		Now: func() time.Time { return time.Unix(o.clock.Load(), 0).UTC() }, Seed: genai.Seed{byte(o.seed), 2, 3}, DedupeWindow: 72 * time.Hour,
	}
}

func (o *oracle) set(now time.Time) {
	o.now = now
	o.clock.Store(now.Unix())
}

// oracleBudgets are in the zone and of the period that their model says; 40 days of calls at the run's scale reach most limits.
var oracleBudgets = []struct {
	name, period, zone, key string
	scale                   float64 // the limit beside the mean spend of such a period
	grouped                 bool
}{
	{"hour", "hour", "Australia/Lord_Howe", "limit_calls", 1.1, false},
	{"day", "day", "Europe/Berlin", "limit_usd", 1.3, true},
	{"utc", "day", "UTC", "limit_usd", 1, false},
	{"week", "week", "Asia/Kolkata", "limit_tokens", 1.2, false},
	{"month", "month", "America/New_York", "limit_usd", 0.9, true},
	{"quarter", "quarter", "Europe/Berlin", "limit_usd", 0.2, false},
	{"year", "year", "UTC", "limit_calls", 0.04, false},
	{"rolling", "{rolling: 24h}", "UTC", "limit_usd", 1.5, false},
}

var oracleHours = map[string]float64{"hour": 1, "day": 24, "week": 168, "month": 720, "quarter": 2184, "year": 8784, "{rolling: 24h}": 24}

const oracleTenants = 6

type oracle struct {
	*world
	rand   *rand.Rand
	seed   uint64
	calls  int
	days   int
	start  time.Time
	clock  atomic.Int64 // what the ledger, which has a goroutine of its own, takes for now
	config string
	reopen func() // nil: nothing is to do
	model  []*modelBudget
	ids    map[uint64]bool
	lateD  int64 // the UTC day of the last LATE_USAGE; 0: none
	late   Apart
	ahead  Apart
	apart  Stats    // what the engines before this one counted apart
	want   []string // what must be told now
	seen   int      // alerts
	sent   []Spend  // that may come again
}

// modelBudget is the model of one budget: totals by group and label of the period, in a plain map.
type modelBudget struct {
	name   string
	kind   string
	zone   *time.Location
	limit  int64
	amount func(*Spend) int64
	group  bool
	totals map[modelKey]int64
	done   map[modelKey]bool // totals that were compared when nothing could be added any more
	level  map[modelKey]int  // how many of the two thresholds are reached
	firing map[modelFire]bool
	slots  []minute // rolling
	armed  [2]bool
}

type modelKey struct {
	group string
	label int64
}

type modelFire struct {
	modelKey
	threshold int
}

func newOracle(t *testing.T, start time.Time, seed uint64, n, days int) *oracle {
	o := &oracle{rand: rand.New(rand.NewPCG(seed, 7)), seed: seed, calls: n, days: days, start: start, ids: map[uint64]bool{}}
	calls := float64(n) / float64(days) / 24 // an hour
	config := "budgets:\n"
	for _, b := range oracleBudgets {
		mean := calls * oracleHours[b.period] * b.scale
		if b.key == "limit_usd" {
			mean *= 0.02
		} else if b.key == "limit_tokens" {
			mean *= 165
		}
		if b.grouped {
			mean /= oracleTenants
		}
		limit := math.Ceil(mean/10) * 10
		if b.key == "limit_usd" {
			limit = math.Ceil(mean*100) / 100
		}
		config += fmt.Sprintf("  - {name: %s, period: %s, timezone: %s, %s: %v", b.name, b.period, b.zone, b.key, limit)
		m := &modelBudget{
			name: b.name, kind: b.period, zone: zoneOf(t, b.zone), limit: int64(limit), group: b.grouped, totals: map[modelKey]int64{},
			done: map[modelKey]bool{}, level: map[modelKey]int{}, firing: map[modelFire]bool{}, armed: [2]bool{true, true},
		}
		switch b.key {
		case "limit_usd":
			m.limit = int64(math.Round(limit*100)) * 1e7
			m.amount = func(s *Spend) int64 { return s.NanoUSD }
		case "limit_calls":
			m.amount = func(s *Spend) int64 { return s.Calls }
		default:
			m.amount = func(s *Spend) int64 {
				return s.Tokens[0] + s.Tokens[1] + s.Tokens[2] + s.Tokens[3] + s.Tokens[4]
			}
		}
		if b.grouped {
			config += ", group_by: [team], limits: {t0: " + fmt.Sprint(limit) + "}"
		}
		config += "}\n"
		o.model = append(o.model, m)
	}
	o.world, o.config = &world{t: t}, config
	o.set(start)
	return o
}

// label says which period of the calendar a time is in: another number for another one.
func (m *modelBudget) label(t time.Time) int64 {
	t = t.In(m.zone)
	y, month, d := t.Date()
	switch m.kind {
	case "hour":
		_, offset := t.Zone()
		return ((int64(y)*400+int64(t.YearDay()))*24+int64(t.Hour()))*200_000 + int64(offset) + 100_000
	case "day":
		return int64(y)*10_000 + int64(month)*100 + int64(d)
	case "week":
		y, w := t.ISOWeek()
		return int64(y)*100 + int64(w)
	case "month":
		return int64(y)*100 + int64(month)
	case "quarter":
		return int64(y)*10 + int64(month+2)/3
	}
	return int64(y)
}

func (o *oracle) run() {
	end := o.start.Add(time.Duration(o.days) * 24 * time.Hour)
	batch := max(1, o.calls/(o.days*83))
	tick := o.now
	for n := 0; o.now.Before(end); n++ {
		next := o.now.Add(time.Duration(1+o.rand.Int64N(2088)) * time.Second) // about 83 batches a day
		for !tick.After(next) {
			o.set(tick)
			o.tick()
			tick = tick.Add(30 * time.Minute)
		}
		o.set(next)
		o.batch(1 + o.rand.IntN(2*batch))
		if o.rand.IntN(min(300, 10*o.days)) == 0 {
			o.again()
			o.compare()
		}
	}
	for range 53 {
		o.set(tick)
		o.tick()
		tick = tick.Add(30 * time.Minute)
	}
	o.finish()
}

// again is another process.
func (o *oracle) again() {
	s := o.engine.Stats()
	for _, of := range [][2]*Apart{{&o.apart.Late, &s.Late}, {&o.apart.Future, &s.Future}} {
		of[0].Calls += of[1].Calls
		of[0].NanoUSD += of[1].NanoUSD
	}
	if o.reopen != nil {
		o.reopen()
	}
	o.restart("")
	o.modelTick()
}

func (o *oracle) finish() {
	require.Greater(o.t, len(o.ids), o.calls*8/10, "the run is as large as it says")
	for _, m := range o.model {
		fired := 0
		for key, total := range m.totals {
			require.True(o.t, total == 0 || m.done[key] || m.label(o.now) == key.label || m.label(o.now.Add(-26*time.Hour)) == key.label,
				"%s %v was never compared", m.name, key)
			fired += m.level[key]
		}
		require.True(o.t, m.kind == "{rolling: 24h}" || fired > 0 || o.days < 40, "%s never fired: the run shows nothing", m.name)
	}
	require.Greater(o.t, o.seen, 20)
	o.again()
	require.Equal(o.t, o.late, o.apart.Late)
	require.Equal(o.t, o.ahead, o.apart.Future)
	o.t.Logf("%d calls, %d alerts", len(o.ids), o.seen)
}

// spendAt makes one call of a tenant, whose calls cost more each day at the tenant's own rate.
func (o *oracle) some() Spend {
	tenant := o.rand.IntN(oracleTenants)
	days := o.now.Sub(o.start).Hours() / 24
	end := o.now.Add(-time.Duration(o.rand.Int64N(20)) * time.Second)
	switch p := o.rand.IntN(1000); {
	case p < 200:
		end = o.now.Add(-time.Duration(o.rand.Int64N(7200)) * time.Second)
	case p < 280:
		end = o.now.Add(-time.Duration(o.rand.Int64N(86400)) * time.Second)
	case p < 290:
		end = o.now.Add(time.Duration(o.rand.Int64N(600)) * time.Second)
	case p < 291:
		end = o.now.Add(-24*time.Hour - time.Duration(1+o.rand.Int64N(1e6))*time.Second)
	case p == 291:
		end = o.now.Add(10*time.Minute + time.Duration(1+o.rand.Int64N(1e6))*time.Second)
	}
	s := o.callAt(end, fmt.Sprint("t", tenant), 0)
	s.NanoUSD = int64(1e7 * math.Pow(1+0.01*float64(tenant), days) * (0.5 + o.rand.Float64()))
	s.Tokens[3] = o.rand.Int64N(100)
	return s
}

func (o *oracle) batch(n int) {
	var spends []Spend
	for range n {
		s := o.some()
		spends = append(spends, s)
		if o.rand.IntN(5) == 0 {
			if len(o.sent) < 5000 {
				o.sent = append(o.sent, s)
			} else {
				o.sent[o.rand.IntN(len(o.sent))] = s
			}
		}
		if len(o.sent) > 0 && o.rand.IntN(5) == 0 {
			if again := o.sent[o.rand.IntN(len(o.sent))]; o.now.Sub(again.End) < 40*time.Hour {
				spends = append(spends, again)
			}
		}
	}
	o.rand.Shuffle(len(spends), func(i, k int) { spends[i], spends[k] = spends[k], spends[i] })
	touched := map[*modelBudget]map[modelKey]bool{}
	late := false
	for i := range spends {
		late = o.count(&spends[i], touched) || late
	}
	for m, keys := range touched {
		if m.kind == "{rolling: 24h}" {
			o.rolling(m, false)
			continue
		}
		for key := range keys {
			o.threshold(m, key)
		}
	}
	if today := o.now.Unix() / 86400; late && o.lateD != today {
		o.lateD = today
		o.expect("LATE_USAGE", "", "LATE_USAGE", "firing")
	}
	o.record(spends...)
	o.compare()
}

// count is the integer oracle.
func (o *oracle) count(s *Spend, touched map[*modelBudget]map[modelKey]bool) (late bool) {
	switch age := o.now.Sub(s.End); {
	case age > 24*time.Hour:
		o.late.Calls++
		o.late.NanoUSD += s.NanoUSD
		return true
	case age < -10*time.Minute:
		o.ahead.Calls++
		o.ahead.NanoUSD += s.NanoUSD
		return true
	}
	fresh := !o.ids[s.ID]
	o.ids[s.ID] = true
	for _, m := range o.model {
		key := modelKey{label: m.label(s.End)}
		if m.group {
			key.group = s.Row.Keys[0]
		}
		if touched[m] == nil {
			touched[m] = map[modelKey]bool{}
		}
		touched[m][key] = true
		if !fresh {
			continue
		}
		if m.kind == "{rolling: 24h}" {
			m.slots = append(m.slots, minute{s.End.Unix() / 60, m.amount(s)})
			continue
		}
		m.totals[key] += m.amount(s)
	}
	return false
}

// threshold is the reference: 80 % and 100 %, each once in a period that is under way, the higher one where both are new.
func (o *oracle) threshold(m *modelBudget, key modelKey) {
	if m.label(o.now) != key.label {
		return
	}
	reached := 0
	if m.totals[key] >= m.limit/10*8 {
		reached = 1
	}
	if m.totals[key] >= m.limit {
		reached = 2
	}
	if reached > m.level[key] {
		m.level[key] = reached
		m.firing[modelFire{key, reached}] = true
		o.expect(m.name, key.group, m.word(reached), "firing")
	}
}

func (m *modelBudget) word(threshold int) string {
	word := map[string]string{
		"hour": "HOURLY", "day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "quarter": "QUARTERLY", "year": "YEARLY", "{rolling: 24h}": "ROLLING",
	}[m.kind]
	return word + "_BUDGET_" + []string{"", "WARNING", "EXCEEDED"}[threshold]
}

// rolling adds up the last 1,440 minutes one by one.
func (o *oracle) rolling(m *modelBudget, tick bool) {
	minute := o.now.Unix() / 60
	var sum int64
	kept := m.slots[:0]
	for _, s := range m.slots {
		if s.at > minute-1440 {
			kept = append(kept, s)
			if s.at <= minute {
				sum += s.amount
			}
		}
	}
	m.slots = kept
	amounts := [2]int64{m.limit / 10 * 8, m.limit}
	fired := false
	var resolved [2]bool
	for i := 1; i >= 0; i-- {
		fire := modelFire{threshold: i + 1}
		switch {
		case tick && !m.armed[i] && 10*sum < 9*amounts[i]:
			m.armed[i] = true
			resolved[i] = true
			if m.firing[fire] {
				delete(m.firing, fire)
				o.expect(m.name, "", m.word(i+1), "resolved")
			}
		case m.armed[i] && sum >= amounts[i]:
			m.armed[i] = false
			if !fired {
				m.firing[fire] = true
				o.expect(m.name, "", m.word(i+1), "firing")
			}
		}
		fired = fired || sum >= amounts[i]
	}
	if tick && minute%240 == 0 {
		level := o.level0(m.name)
		require.Equal(o.t, float64(sum)/1e9, level.Spent, "%s at %v", m.name, o.now)
	}
}

func (o *oracle) level0(name string) Level {
	levels, err := o.engine.Snapshot(context.Background(), o.now)
	require.NoError(o.t, err)
	for _, l := range levels {
		if l.Budget == name {
			return l
		}
	}
	return Level{}
}

func (o *oracle) expect(name, group, kind, state string) {
	o.want = append(o.want, fmt.Sprintf("%s|%s|%s|%s|%d", name, group, kind, state, o.now.Unix()))
}

func (o *oracle) tick() {
	require.NoError(o.t, o.engine.Tick(context.Background(), o.now))
	o.modelTick()
	o.compare()
	o.totals()
}

func (o *oracle) modelTick() {
	for _, m := range o.model {
		if m.kind == "{rolling: 24h}" {
			o.rolling(m, true)
			continue
		}
		label := m.label(o.now)
		for fire := range m.firing {
			if fire.label != label {
				delete(m.firing, fire)
				o.expect(m.name, fire.group, m.word(fire.threshold), "resolved")
			}
		}
		for i := range oracleTenants {
			key := modelKey{label: label}
			if m.group {
				key.group = fmt.Sprint("t", i)
			}
			o.threshold(m, key)
		}
	}
	if o.lateD != 0 && o.lateD != o.now.Unix()/86400 {
		o.lateD = 0
		o.expect("LATE_USAGE", "", "LATE_USAGE", "resolved")
	}
}

// compare delivers what came out: exactly what the model says, now, once.
func (o *oracle) compare() {
	o.t.Helper()
	var got []string
	for _, a := range o.take() {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s|%d", a.Name, a.Group["team"], a.Type, a.State, a.Time.Unix()))
		o.alert(&a)
	}
	o.seen += len(got)
	require.ElementsMatch(o.t, o.want, got, "at %v", o.now)
	o.want = o.want[:0]
}

// alert says of the amounts in an alert what the model does.
func (o *oracle) alert(a *alert.Alert) {
	for _, m := range o.model {
		if m.name == a.Name && m.kind != "{rolling: 24h}" {
			key := modelKey{a.Group["team"], m.label(a.Budget.PeriodStart)}
			require.Equal(o.t, unitOf(a.Budget.Unit).Float(m.totals[key]), a.Budget.Spent, "%s at %v", a.ID, o.now)
		}
	}
}

// totals compares every total of the ledger with the oracle, the last time when no call can come any more.
func (o *oracle) totals() {
	past := o.now.Add(-24*time.Hour - time.Second)
	for i, m := range o.model {
		if m.kind == "{rolling: 24h}" {
			continue
		}
		over := m.label(past)
		series := o.engine.rules[i].series
		require.NoError(o.t, o.ledger.Series(context.Background(), series, func(name string, slot, amount int64) {
			key := modelKey{label: m.label(time.Unix(slot, 0))}
			if m.group {
				key.group = strings.TrimPrefix(name, series+"s|")
			}
			if m.totals[key] != amount {
				require.Equal(o.t, m.totals[key], amount, "%s %v at %v", m.name, key, o.now)
			}
			if slot < past.Unix() && key.label != over {
				m.done[key] = true
			}
		}))
	}
}

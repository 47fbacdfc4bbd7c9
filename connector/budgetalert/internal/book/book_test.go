package book

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var start = time.Date(2026, 11, 28, 12, 30, 0, 0, time.UTC)

func entry(at time.Time, model string, nano int64) *Entry {
	return &Entry{Hour: hourOf(at), Row: Row{Service: "s", Model: model}, Sums: Sums{NanoUSD: nano, Calls: 1}}
}

func total(b *Book, from, to int64) (sums Sums) {
	b.Visit(from, to, func(_ int64, _ *Row, s *Sums) { sums.Add(s) })
	return sums
}

func TestKeysOfRows(t *testing.T) {
	long := strings.Repeat("ö", 200)
	for _, r := range []Row{
		{},
		{Overflow: true},
		{Service: "a", Provider: "b", Model: "c", Agent: "d"},
		{Service: "ab"},
		{Provider: "ab"},
		{Keys: []string{""}},
		{Keys: []string{"", ""}},
		{Keys: []string{"team", "x"}},
		{Service: strings.Repeat("x", 127)},
		{Service: strings.Repeat("x", 128)},
		{Service: strings.Repeat("x", 256)},
	} {
		key := string(AppendKey(nil, &r))
		var back Row
		require.True(t, ParseKey(key, &back), "%q", key)
		if len(back.Keys) == 0 {
			back.Keys = nil
		}
		require.Equal(t, r, back)
		var other Row
		if len(key) > 1 {
			require.False(t, ParseKey(key[:len(key)-1], &other) && string(AppendKey(nil, &other)) == key)
		}
	}
	var back Row
	require.True(t, ParseKey(string(AppendKey(nil, &Row{Service: "x" + long})), &back))
	require.Equal(t, "x"+long[:254], back.Service, "no half of a letter")
}

func FuzzParseKey(f *testing.F) {
	f.Add(string(AppendKey(nil, &Row{Service: "a", Model: strings.Repeat("b", 200), Keys: []string{"c"}})))
	f.Add("\x80\x00")
	f.Fuzz(func(t *testing.T, key string) {
		var r Row
		if ParseKey(key, &r) {
			require.Equal(t, key, string(AppendKey(nil, &r)), "a key has one form")
		}
	})
}

func TestTooManyRows(t *testing.T) {
	b := New()
	for i := range 3 * MaxRows {
		b.Add(entry(start, fmt.Sprint("model ", i), 1), start)
		b.Add(entry(start, fmt.Sprint("model ", i%100), 1), start)
	}
	n, overflow := 0, int64(0)
	b.Visit(hourOf(start), hourOf(start)+1, func(_ int64, row *Row, s *Sums) {
		n++
		if row.Overflow {
			overflow = s.NanoUSD
		}
	})
	require.Equal(t, MaxRows+1, n)
	require.EqualValues(t, 2*MaxRows, overflow)
	require.EqualValues(t, 6*MaxRows, total(b, 0, math.MaxInt64/24).NanoUSD, "totals stay exact")
	n, overflow = 0, 0
	var all int64
	b.Totals(func(row *Row, s *Sums, began time.Time) {
		n++
		all += s.NanoUSD
		require.Equal(t, start, began)
		if row.Overflow {
			overflow = s.NanoUSD
		}
	})
	require.Equal(t, MaxRows+1, n)
	require.EqualValues(t, 2*MaxRows, overflow)
	require.EqualValues(t, 6*MaxRows, all)
}

func TestOverflowRowThatCameFirst(t *testing.T) {
	b := New()
	b.Add(&Entry{Hour: hourOf(start), Row: Row{Overflow: true}, Sums: Sums{NanoUSD: 5}}, start)
	for i := range MaxRows {
		b.Add(entry(start, fmt.Sprint("model ", i), 1), start)
	}
	b.Visit(0, math.MaxInt64/24, func(_ int64, row *Row, s *Sums) {
		require.Equal(t, row.Overflow, s.NanoUSD == 5, "there is room for 2,000 beside it")
	})
}

func TestHoursBecomeDays(t *testing.T) {
	b := New()
	random := rand.New(rand.NewPCG(1, 2))
	now := start
	var all int64
	perDay := map[int64]int64{}
	for range 500 * 24 {
		now = now.Add(time.Hour)
		at := now.Add(-time.Duration(random.IntN(30)) * time.Hour)
		b.Add(entry(at, fmt.Sprint("model ", random.IntN(3)), 7), now)
		perDay[floorDiv(hourOf(at), 24)] += 7
		all += 7
		b.Sweep(now)
	}
	today := floorDiv(hourOf(now), 24)
	require.LessOrEqual(t, len(b.hours), KeptHours+2)
	require.LessOrEqual(t, len(b.days), KeptDays+2)
	for day := today - KeptDays; day <= today; day++ {
		require.Equal(t, perDay[day], total(b, day*24, day*24+24).NanoUSD, "day %d", day-today)
	}
	require.Zero(t, total(b, 0, (today-KeptDays-2)*24).NanoUSD, "days that are too old are gone")
	var sum int64
	b.Totals(func(_ *Row, s *Sums, _ time.Time) { sum += s.NanoUSD })
	require.Equal(t, all, sum, "totals only grow")
	indexed := 0
	for _, r := range b.hours {
		if r.index != nil {
			indexed++
		}
	}
	require.LessOrEqual(t, indexed, 4, "hours nobody writes to have no index")
	before := total(b, 0, math.MaxInt64/24).NanoUSD
	old := now.Add(-60 * 24 * time.Hour)
	b.Add(entry(old, "model 1", 1000), now)
	day := floorDiv(hourOf(old), 24)
	require.Equal(t, perDay[day]+1000, total(b, day*24, day*24+1).NanoUSD, "spend of a folded hour is that day's")
	require.Equal(t, before+1000, total(b, 0, math.MaxInt64/24).NanoUSD)
}

func TestBookBeforeTheEpoch(t *testing.T) {
	b := New()
	at := time.Unix(-3601, 0)
	b.Add(entry(at, "m", 1), at)
	require.EqualValues(t, 1, total(b, -2, -1).NanoUSD)
}

func TestBookTakesBack(t *testing.T) {
	b := New()
	b.Track(true)
	b.Add(entry(start, "a", 1), start)
	first := b.Added()
	b.Add(entry(start, "a", 10), start)
	b.Add(entry(start, "b", 100), start)
	b.Kept(first)
	b.Undo()
	require.Equal(t, Sums{NanoUSD: 1, Calls: 1}, total(b, 0, math.MaxInt64/24))
	other := New()
	for _, ref := range b.Changed() {
		c := ref.Change()
		other.Load(&c)
	}
	require.Equal(t, Sums{NanoUSD: 1, Calls: 1}, total(other, 0, math.MaxInt64/24))
	require.Empty(t, b.Changed())
}

func TestWhatChangedIsTheBook(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	b := New()
	b.Track(false)
	type key struct {
		Kind
		int64
		string
	}
	disk := map[key]Change{}
	now := start
	for range 3000 {
		now = now.Add(time.Duration(random.IntN(120)) * time.Minute)
		for range random.IntN(5) {
			b.Add(entry(now.Add(-time.Duration(random.IntN(48))*time.Hour), fmt.Sprint(random.IntN(4)), 3), now)
		}
		b.Sweep(now)
		if random.IntN(3) == 0 {
			continue
		}
		changed := b.Changed()
		if random.IntN(4) == 0 {
			b.Add(entry(now, "late", 1), now)
			b.Again(changed)
			continue
		}
		for _, ref := range changed {
			c := ref.Change()
			k := key{c.Kind, c.Time, c.Key}
			if disk[k] = c; c.Gone {
				delete(disk, k)
			}
		}
	}
	for _, ref := range b.Changed() {
		c := ref.Change()
		if k := (key{c.Kind, c.Time, c.Key}); c.Gone {
			delete(disk, k)
		} else {
			disk[k] = c
		}
	}
	other := New()
	for _, c := range disk {
		other.Load(&c)
	}
	type row struct {
		hour    int64
		service string
		model   string
		sums    Sums
	}
	rowsOf := func(b *Book) (rows []row) {
		b.Visit(0, math.MaxInt64/24, func(hour int64, r *Row, s *Sums) { rows = append(rows, row{hour, r.Service, r.Model, *s}) })
		b.Totals(func(r *Row, s *Sums, began time.Time) {
			rows = append(rows, row{began.UnixNano(), r.Service, r.Model, *s})
		})
		return rows
	}
	require.ElementsMatch(t, rowsOf(b), rowsOf(other))
	require.NotEmpty(t, b.days)
}

func TestDrivers(t *testing.T) {
	b := New()
	add := func(hour int64, model, team string, nano int64) {
		b.Add(&Entry{
			Hour: hour, Row: Row{Service: "s", Model: model, Keys: []string{team}}, Sums: Sums{NanoUSD: nano, Calls: 2},
		}, start)
	}
	now := hourOf(start)
	add(now, "large", "search", 600)
	add(now-1, "large", "ads", 200)
	add(now, "small", "search", 100)
	add(now, "nothing", "search", 0)
	add(now-24, "large", "search", 400)
	add(now-25, "small", "search", 200)
	add(now-23, "small", "search", 9999) // after the same elapsed part
	q := Query{From: now - 1, To: now + 1, BeforeFrom: now - 25, BeforeTo: now - 23, Top: 2}
	drivers := Drivers(&q, b.Visit)
	require.Len(t, drivers, 2)
	require.Equal(t, Driver{
		Row: Row{Service: "s", Model: "large", Keys: []string{"search"}}, Amount: 600, Before: 400, Share: 600. / 900, Change: 0.5, HasBefore: true,
	}, drivers[0])
	require.Equal(t, Driver{
		Row: Row{Service: "s", Model: "large", Keys: []string{"ads"}}, Amount: 200, Share: 200. / 900,
	}, drivers[1])

	q.By = func(r *Row) { *r = Row{Model: r.Model} }
	drivers = Drivers(&q, b.Visit)
	require.Equal(t, []Driver{
		{Row: Row{Model: "large"}, Amount: 800, Before: 400, Share: 800. / 900, Change: 1, HasBefore: true},
		{Row: Row{Model: "small"}, Amount: 100, Before: 200, Share: 100. / 900, Change: -0.5, HasBefore: true},
	}, drivers)

	q.Where = func(r *Row) bool { return r.Keys[0] == "ads" }
	q.Amount = func(s *Sums) int64 { return s.Calls }
	require.Equal(t, []Driver{{Row: Row{Model: "large"}, Amount: 2, Share: 1}}, Drivers(&q, b.Visit))
	q.Top = 0
	require.Empty(t, Drivers(&q, b.Visit))
}

func TestSumsSaturate(t *testing.T) {
	for _, c := range [][3]int64{
		{1, 2, 3},
		{math.MaxInt64, 1, math.MaxInt64},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{math.MinInt64, -1, math.MinInt64},
		{math.MinInt64, math.MinInt64, math.MinInt64},
		{math.MaxInt64, math.MinInt64, -1},
	} {
		require.Equal(t, c[2], Saturate(c[0], c[1]))
		require.Equal(t, c[2], Saturate(c[1], c[0]))
	}
}

// A name that nothing came from for longer than days are kept leaves the totals, and its place is for another one.
func TestNamesThatAreNotUsedLeave(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	b := New()
	b.Track(false)
	add := func(b *Book, name string) {
		b.Add(&Entry{Hour: hourOf(at), Row: Row{Model: name}, Sums: Sums{NanoUSD: 1, Calls: 1}}, at)
	}
	names := func(b *Book) map[string]int64 {
		all := map[string]int64{}
		b.Totals(func(row *Row, sums *Sums, _ time.Time) { all[row.Model] = sums.Calls })
		return all
	}
	stored := map[string]Change{}
	keep := func() {
		for _, ref := range b.Changed() {
			c := ref.Change()
			if key := fmt.Sprint(c.Kind, c.Time, c.Key); c.Gone {
				delete(stored, key)
			} else {
				stored[key] = c
			}
		}
	}
	for n := range MaxRows - 1 {
		add(b, fmt.Sprint("old ", n))
	}
	for day := range KeptDays + 1 {
		add(b, "kept")
		b.Sweep(at)
		keep()
		if day == KeptDays {
			require.Len(t, names(b), MaxRows)
		}
		at = at.Add(24 * time.Hour)
	}
	loaded := New()
	for _, c := range stored {
		loaded.Load(&c)
	}
	loaded.Load(&Change{Kind: Day, Time: dayOf(at), Key: string(AppendKey(nil, &Row{Model: "in the overflow row of the totals"}))})
	for _, one := range []*Book{b, loaded} {
		add(one, "kept")
		one.Sweep(at)
		require.Equal(t, map[string]int64{"kept": KeptDays + 2}, names(one))
		add(one, "new")
		add(one, "old 7")
		require.Equal(t, map[string]int64{"kept": KeptDays + 2, "new": 1, "old 7": 1}, names(one))
	}
	keep()
	again := New()
	for _, c := range stored {
		again.Load(&c)
	}
	require.Equal(t, names(b), names(again), "the store knows it too")
}

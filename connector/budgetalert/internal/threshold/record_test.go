package threshold

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

func aSeries() *series {
	return &series{rule: newRule(Defaults()[0]), key: "k", labels: map[string]string{"service.name": "s"}, value: 1240}
}

func TestARecordComesBack(t *testing.T) {
	now := instant(10 * time.Hour)
	s := State{
		Phase: Recovering, Since: 9 * time.Hour, Gone: SubjectEnded, Known: true, Seen: 8 * time.Hour, Every: s10, Quiet: true,
		Alert: Open{Started: began + 5, Began: 3 * time.Hour, Sent: 4 * time.Hour, Repeats: 3}, Lack: Open{Started: began + 6, Began: 5 * time.Hour, Sent: 6 * time.Hour},
	}
	r, err := decode(encode(aSeries(), s, 1300, now))
	require.NoError(t, err)
	assert.Equal(t, s, r.state(now.Wall, now, false), "no time has passed")
	assert.Equal(t, 1300.0, r.Value)
	assert.Equal(t, "MB", r.Unit)
	assert.Equal(t, map[string]string{"service.name": "s"}, r.Labels)
	// The process ended half an hour later, the next one began two hours after that with a clock of its own.
	next := Instant{Run: time.Second, Wall: now.Wall + int64(150*time.Minute)}
	got := r.state(now.Wall+int64(30*time.Minute), next, false)
	assert.Equal(t, 90*time.Minute, next.Run-got.Since, "the outage does not count")
	assert.Equal(t, 8*time.Hour+30*time.Minute, next.Run-got.Alert.Sent, "for repetitions it does")
	// The clock was set back by a day: no age is negative.
	back := Instant{Run: time.Second, Wall: now.Wall - int64(24*time.Hour)}
	got = r.state(now.Wall, back, false)
	assert.Equal(t, State{
		Phase: Recovering, Since: back.Run, Gone: SubjectEnded, Known: true, Seen: back.Run, Every: s10, Quiet: true,
		Alert: Open{Started: began + 5, Began: back.Run, Sent: back.Run, Repeats: 3}, Lack: Open{Started: began + 6, Began: back.Run, Sent: back.Run},
	}, got)
}

func TestDecodeRefuses(t *testing.T) {
	for body, want := range map[string]string{
		"":                             "state of a threshold: ",
		"{}":                           "version must be 1, got 0",
		`{"v":2}`:                      "version must be 1, got 2",
		`{"v":1}`:                      "a phase, a kind or the rule is not one",
		"\x00\xff":                     "state of a threshold: ",
		`{"v":1,"rule":"a","phase":9}`: "a phase, a kind or the rule is not one",
		`{"v":1,"rule":"a","phase":2}`: "an alert is open without a beginning",
	} {
		_, err := decode([]byte(body))
		assert.ErrorContains(t, err, want, body)
	}
}

func TestADamagedMarkIsDropped(t *testing.T) {
	l := ledger.NewMemory(ledger.Options{})
	require.NoError(t, l.Change(t.Context(), func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: markPrefix + "x", Value: []byte("{"), Local: true}, {Key: markAlive, Value: []byte("soon"), Local: true}, {Key: "budget/x", Value: []byte("1")}}
	}))
	var said []string
	e, err := New(Defaults(), l, Options{Say: func(s string) { said = append(said, s) }})
	require.NoError(t, err)
	require.NoError(t, e.Restore(t.Context(), noon))
	assert.EqualValues(t, 1, e.Stats().BadMarks)
	assert.Len(t, said, 1)
	var left []string
	require.NoError(t, l.Marks(t.Context(), "", func(key string, _ []byte) { left = append(left, key) }))
	assert.ElementsMatch(t, []string{markAlive, "budget/x"}, left)
}

// Whatever is in the ledger, a process starts with it, and what it then writes can be read.
func FuzzRestore(f *testing.F) {
	f.Add(encode(aSeries(), State{Phase: Firing, Alert: Open{Started: began}}, 1240, instant(time.Hour)), []byte("1700000000000000000"))
	f.Add([]byte(`{"v":1,"rule":"HIGH_MEMORY_USAGE","phase":1,"saved":9223372036854775807,"since":-9223372036854775808,"every":-1}`), []byte("-1"))
	f.Fuzz(func(t *testing.T, mark, alive []byte) {
		l := &failing{Ledger: ledger.NewMemory(ledger.Options{})}
		require.NoError(t, l.Change(t.Context(), func(ledger.View) []ledger.Change {
			return []ledger.Change{{Key: markPrefix + "x", Value: mark, Local: true}, {Key: markAlive, Value: alive, Local: true}}
		}))
		e, err := New(Defaults(), l, Options{})
		require.NoError(t, err)
		require.NoError(t, e.Restore(t.Context(), noon))
		for i := range 20 {
			now := noon.Add(time.Duration(i) * time.Minute)
			require.NoError(t, e.Tick(t.Context(), now))
			require.NoError(t, e.Metrics(t.Context(), memory(1e9*float64(i%3)), now))
		}
		require.NoError(t, l.Marks(t.Context(), markPrefix, func(key string, value []byte) {
			if key != markAlive {
				_, err := decode(value)
				require.NoError(t, err)
			}
		}))
	})
}

// memory is a process's.
func memory(v float64) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("process.memory.usage")
	m.SetUnit("By")
	p := m.SetEmptyGauge().DataPoints().AppendEmpty()
	p.SetDoubleValue(v)
	p.Attributes().PutStr("component", "agent")
	return md
}

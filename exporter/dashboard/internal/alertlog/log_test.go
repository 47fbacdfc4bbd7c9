package alertlog

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func transition(of, state string, at time.Time) alert.Alert {
	return alert.Alert{
		Event: genai.EventThresholdAlert, Time: at, ID: of + at.Format(time.RFC3339Nano) + state, Fingerprint: of, Name: of,
		Severity: genai.SeverityWarning, State: state, Body: "what happened",
	}
}

func fires(of string, at time.Time) alert.Alert    { return transition(of, genai.AlertFiring, at) }
func resolves(of string, at time.Time) alert.Alert { return transition(of, genai.AlertResolved, at) }

func open(t *testing.T, path string, o Options) *Log {
	t.Helper()
	l, err := Open(path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func add(t *testing.T, l *Log, alerts []alert.Alert, now time.Time) (added int) {
	t.Helper()
	added, err := l.Add(alerts, now)
	require.NoError(t, err)
	return added
}

func names(all []alert.Alert) []string {
	out := []string{}
	for _, a := range all {
		out = append(out, a.Name+" "+a.State)
	}
	return out
}

func past(t *testing.T, l *Log, limit int) []string {
	t.Helper()
	all, err := l.Past(limit)
	require.NoError(t, err)
	return names(all)
}

func TestAlertsSurvive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "there", "alerts.db")
	l := open(t, path, Options{})
	a, b := fires("a", noon), fires("b", noon.Add(time.Minute))
	add(t, l, []alert.Alert{a, b}, noon.Add(time.Minute))
	add(t, l, []alert.Alert{resolves("a", noon.Add(2*time.Minute)), b}, noon.Add(2*time.Minute)) // b came again
	check := func(l *Log) {
		assert.Equal(t, []alert.Alert{b}, l.Active(noon))
		assert.Equal(t, []string{"a resolved", "b firing", "a firing"}, past(t, l, 10))
		assert.Equal(t, []string{"a resolved"}, past(t, l, 1))
	}
	check(l)
	_, err := Open(path, Options{Patience: time.Millisecond})
	require.ErrorIs(t, err, boltfile.ErrInUse)
	require.NoError(t, l.Close())
	_, err = l.Add([]alert.Alert{a}, noon)
	require.Error(t, err)
	l = open(t, path, Options{})
	check(l)
	add(t, l, []alert.Alert{a}, noon.Add(time.Hour)) // a redelivery after the restart
	check(l)
}

// Within one request too the last transition counts, and one that comes late does not bring back what is over.
func TestTransitionsInOneRequest(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "alerts.db"), Options{})
	add(t, l, []alert.Alert{fires("a", noon), resolves("a", noon.Add(time.Second)), fires("b", noon.Add(time.Second)), resolves("b", noon)}, noon)
	assert.Equal(t, []string{"b firing"}, names(l.Active(noon)))
}

// A budget's alert ends with its period, also where nobody is there to say so.
func TestAlertThatEnded(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "alerts.db"), Options{})
	a := fires("a", noon)
	a.EndsAt = noon.Add(12 * time.Hour)
	add(t, l, []alert.Alert{a}, noon)
	assert.Len(t, l.Active(noon.Add(12*time.Hour)), 1)
	assert.Empty(t, l.Active(noon.Add(13*time.Hour)))
}

func TestBounds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	l := open(t, path, Options{MaxRecords: 10})
	for i := range 25 {
		add(t, l, []alert.Alert{fires(fmt.Sprint(i), noon.Add(time.Duration(i)*time.Minute))}, noon.Add(time.Hour))
	}
	got := past(t, l, 100)
	require.Len(t, got, 10)
	assert.Equal(t, "24 firing", got[0])
	assert.Len(t, l.Active(noon), 25, "what fires is known for as long as it does")

	add(t, l, []alert.Alert{fires("late", noon.Add(MaxAge))}, noon.Add(MaxAge+20*time.Minute))
	got = past(t, l, 100)
	assert.Equal(t, []string{"late firing", "24 firing", "23 firing", "22 firing", "21 firing", "20 firing"}, got)
	require.NoError(t, l.Close())
	l = open(t, path, Options{MaxRecords: 10})
	assert.Len(t, l.Active(noon), 26)
	assert.Equal(t, 6, l.records)

	// A clock that ran ahead does not make a record the newest for ever.
	add(t, l, []alert.Alert{fires("ahead", noon.AddDate(50, 0, 0))}, noon.Add(MaxAge+20*time.Minute))
	add(t, l, []alert.Alert{fires("then", noon.Add(MaxAge+21*time.Minute))}, noon.Add(MaxAge+21*time.Minute))
	assert.Equal(t, "then firing", past(t, l, 1)[0])
}

func TestDamagedFileIsMovedAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	require.NoError(t, os.WriteFile(path, []byte("no file of bbolt"), 0o600))
	var moved string
	l := open(t, path, Options{Moved: func(to string) { moved = to }})
	kept, err := os.ReadFile(moved)
	require.NoError(t, err)
	assert.Equal(t, "no file of bbolt", string(kept))
	add(t, l, []alert.Alert{fires("a", noon)}, noon)
	assert.Len(t, l.Active(noon), 1)
}

// bbolt takes an empty file for a new one: what it had is not lost in silence. One that is missing is new.
func TestEmptyFileIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	told := 0
	l := open(t, path, Options{Moved: func(to string) {
		assert.Empty(t, to)
		told++
	}})
	require.NoError(t, l.Close())
	assert.Zero(t, told)
	require.NoError(t, os.Truncate(path, 0))
	l = open(t, path, Options{Moved: func(string) { told++ }})
	assert.Equal(t, 1, told)
	add(t, l, []alert.Alert{fires("a", noon)}, noon)
	assert.Len(t, l.Active(noon), 1)
}

// A file that breaks while it is in use is replaced, and what fires goes into the new one.
func TestFileThatBreaks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	l := open(t, path, Options{})
	add(t, l, []alert.Alert{fires("a", noon)}, noon)
	l.mu.Lock()
	require.NoError(t, l.db.Close())
	require.NoError(t, l.replace(noon))
	l.mu.Unlock()
	add(t, l, []alert.Alert{fires("b", noon.Add(time.Second))}, noon.Add(time.Second))
	require.NoError(t, l.Close())
	l = open(t, path, Options{})
	assert.Equal(t, []string{"b firing", "a firing"}, names(l.Active(noon)))
	assert.Equal(t, []string{"b firing"}, past(t, l, 10))
}

// A file that cannot be opened at the start, as on a full disk, is opened with the first alert that finds it can be.
func TestOpenedLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	require.NoError(t, os.Mkdir(path, 0o700))
	l, err := Open(path, Options{})
	require.Error(t, err)
	require.NotNil(t, l)
	_, err = l.Add([]alert.Alert{fires("a", noon)}, noon)
	require.Error(t, err)
	require.NoError(t, os.Remove(path))
	assert.Equal(t, 1, add(t, l, []alert.Alert{fires("a", noon)}, noon))
	assert.Equal(t, []string{"a firing"}, past(t, l, 10))
	require.NoError(t, l.Close())
	_, err = l.Add([]alert.Alert{fires("b", noon)}, noon)
	require.Error(t, err, "a closed one stays closed")
}

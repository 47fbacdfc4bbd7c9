package alertnotify

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const minute = time.Minute

func nobody(*row) bool { return false }

func all(*row) bool { return true }

// numbered is one of many alerts without an end.
func numbered(i int) *alert.Alert {
	a := *thresholdAlert()
	a.ID, a.Fingerprint = fmt.Sprintf("id-%d", i), fmt.Sprintf("print-%d", i)
	return &a
}

func TestTableKeepsTheLastTransition(t *testing.T) {
	tab, fired := newTable(), budgetAlert()
	assert.Equal(t, outcome{}, tab.accept(fired, []string{"w"}, noon, minute))
	assert.Equal(t, outcome{repeated: true}, tab.accept(fired, []string{"w"}, noon, minute))
	_, r := tab.next("w")
	require.NotNil(t, r)
	assert.Equal(t, fired.ID, r.alert.ID)

	tab.accept(resolved(fired), []string{"w"}, noon.Add(time.Hour), minute)
	open, waiting := tab.counts()
	assert.Equal(t, [2]int{1, 2}, [2]int{open, waiting}, "Alertmanager hears the last, the webhook both")
	_, r = tab.next("w")
	assert.Equal(t, fired.ID, r.alert.ID, "in order")
}

func TestTableTakesALateTransitionForWhatItIs(t *testing.T) {
	tab, fired := newTable(), budgetAlert()
	tab.accept(resolved(fired), nil, noon.Add(time.Hour), minute)
	tab.accept(fired, []string{"w"}, noon.Add(2*time.Hour), minute)
	for _, r := range tab.rows {
		assert.Equal(t, r.alert.State == genai.AlertResolved, r.current)
	}
	_, r := tab.next("w")
	assert.Equal(t, fired.ID, r.alert.ID, "a webhook gets all")
}

// An alert that fires anew at another severity has other labels: the old ones are told to be over.
func TestTableEndsOldLabels(t *testing.T) {
	tab, warning := newTable(), thresholdAlert()
	warning.Severity = genai.SeverityWarning
	tab.accept(warning, nil, noon, minute)
	worse := *thresholdAlert()
	worse.ID = "worse"
	tab.accept(&worse, nil, noon.Add(time.Second), minute)
	over := map[string]bool{}
	for _, r := range tab.rows {
		require.True(t, r.current)
		over[r.alert.Severity] = !r.endsAt(noon.Add(time.Second), minute).After(noon.Add(time.Second))
	}
	assert.Equal(t, map[string]bool{genai.SeverityWarning: true, genai.SeverityError: false}, over)
	tab.expire(noon.Add(time.Hour), all)
	open, _ := tab.counts()
	assert.Equal(t, 1, open)
}

func TestTableExpires(t *testing.T) {
	monthEnd := budgetAlert().EndsAt
	for name, c := range map[string]struct {
		alerts []*alert.Alert
		told   func(*row) bool
		at     time.Time
		want   int
	}{
		"a threshold stays open":                   {[]*alert.Alert{thresholdAlert()}, all, noon.AddDate(1, 0, 0), 1},
		"a budget stays open to its end":           {[]*alert.Alert{budgetAlert()}, nobody, monthEnd.Add(lingering - 1), 1},
		"and no longer":                            {[]*alert.Alert{budgetAlert()}, nobody, monthEnd.Add(lingering), 0},
		"a resolved one is sent for 5 minutes":     {[]*alert.Alert{budgetAlert(), resolved(budgetAlert())}, all, noon.Add(lingering - 1), 1},
		"and no longer, if all have heard it":      {[]*alert.Alert{budgetAlert(), resolved(budgetAlert())}, all, noon.Add(lingering), 0},
		"until all have heard it":                  {[]*alert.Alert{budgetAlert(), resolved(budgetAlert())}, nobody, noon.Add(time.Hour), 1},
		"or it ended by itself with the period":    {[]*alert.Alert{budgetAlert(), resolved(budgetAlert())}, nobody, monthEnd.Add(lingering), 0},
		"or by itself after 4 intervals":           {[]*alert.Alert{thresholdAlert(), resolved(thresholdAlert())}, nobody, noon.Add(lingering), 0},
		"a resolved one that nobody heard fire":    {[]*alert.Alert{resolved(budgetAlert())}, nobody, noon.Add(lingering), 0},
		"two alerts are two":                       {[]*alert.Alert{budgetAlert(), thresholdAlert()}, all, noon, 2},
		"a resolved one keeps what was promised":   {[]*alert.Alert{budgetAlert(), resolved(budgetAlert()), resolvedAgain()}, nobody, noon.Add(time.Hour), 1},
		"a webhook that waits keeps no alert open": {[]*alert.Alert{resolved(thresholdAlert())}, all, noon.Add(lingering), 0},
	} {
		t.Run(name, func(t *testing.T) {
			tab := newTable()
			for _, a := range c.alerts {
				tab.accept(a, nil, noon, minute)
			}
			tab.expire(c.at, c.told)
			open, _ := tab.counts()
			assert.Equal(t, c.want, open)
			assert.Len(t, tab.rows, c.want, "what is over leaves the table")
		})
	}
}

func resolvedAgain() *alert.Alert {
	a := resolved(budgetAlert())
	a.ID, a.Time = "resolved again", a.Time.Add(time.Second)
	return a
}

func TestTableIsBounded(t *testing.T) {
	tab := newTable()
	var lost []loss
	for i := range 3 * maxOpen {
		lost = append(lost, tab.accept(numbered(i), []string{"down"}, noon, minute).lost...)
		require.LessOrEqual(t, len(tab.rows), maxRows)
	}
	open, waiting := tab.counts()
	assert.Equal(t, [2]int{maxOpen, maxWaiting}, [2]int{open, waiting})
	count := map[loss]int{}
	for _, l := range lost {
		count[l]++
	}
	assert.Equal(t, map[loss]int{{destinationAlertmanager, reasonFull}: 2 * maxOpen, {"down", reasonFull}: 2 * maxWaiting}, count)
	_, r := tab.next("down")
	assert.Equal(t, fmt.Sprintf("id-%d", 2*maxOpen), r.alert.ID, "the oldest are given up")
	for slot := range tab.rows {
		assert.Less(t, slot, uint32(maxRows), "a store reads these slots")
	}
}

func TestTableForgetsWebhooks(t *testing.T) {
	tab := newTable()
	tab.accept(resolved(thresholdAlert()), []string{"a", "b", "c"}, noon, minute)
	tab.forgetWebhooks([]string{"b"})
	_, r := tab.next("b")
	require.NotNil(t, r)
	assert.Equal(t, []string{"b"}, r.pending)
}

func TestRowsAreReadAsWritten(t *testing.T) {
	r := &row{
		alert: *budgetAlert(), seq: 7, received: noon, pending: []string{"a", "b"}, current: true, ended: noon.Add(time.Second), promised: noon.Add(time.Minute),
	}
	r.key = keyOf(&r.alert)
	body, err := r.encode()
	require.NoError(t, err)
	got, err := decodeRow(body)
	require.NoError(t, err)
	assert.Equal(t, r, got)
}

func FuzzDecodeRow(f *testing.F) {
	body, err := (&row{alert: *budgetAlert(), received: noon, current: true}).encode()
	require.NoError(f, err)
	f.Add(body)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeRow(body)
		if err != nil {
			return
		}
		body, err = r.encode()
		require.NoError(t, err)
		again, err := decodeRow(body)
		require.NoError(t, err)
		require.Equal(t, r.alert, again.alert)
		r.post(noon, minute)
	})
}

func TestLabels(t *testing.T) {
	a := thresholdAlert()
	a.Group = map[string]string{"service.name": "a", "service_name": "b", "severity": "c", "9x": "d", "__name__": "e", "": "f", "none": ""}
	assert.Equal(t, map[string]string{
		"alertname": "HIGH_MEMORY_USAGE", "severity": "error", "fingerprint": a.Fingerprint,
		"service_name": "a", "service_name_": "b", "severity_": "c", "_x": "d", "group__name__": "e", "group": "f",
	}, labels(a))
}

// What another gateway told ends what is open here; where nothing is, it is no news.
func TestTableEndsWhatAnotherGatewayEnded(t *testing.T) {
	tab, fired := newTable(), budgetAlert()
	over := *resolved(fired)
	over.Elsewhere = true
	assert.Equal(t, outcome{repeated: true}, tab.accept(&over, nil, noon, minute))
	tab.accept(fired, nil, noon, minute)
	assert.Equal(t, outcome{}, tab.accept(&over, nil, noon.Add(time.Hour), minute))
	for _, r := range tab.rows {
		assert.Equal(t, !r.alert.Firing(), r.current, "Alertmanager hears of its end")
	}
	k := newKeeper(nil, &Config{Webhooks: []WebhookConfig{{Name: "w", MinSeverity: genai.SeverityInfo, SendResolved: true}}}, nil)
	assert.Empty(t, k.route(&over), "people hear it once")
	over.Elsewhere = false
	assert.Equal(t, []string{"w"}, k.route(&over))
}

package alertnotify

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// row is one transition of an alert and what is still to be done with it. A row is never changed: what happens to it makes a new one.
type row struct {
	alert    alert.Alert
	key      string    // of its labels: alerts of one key are one in Alertmanager
	seq      uint64    // in the order in which they came
	received time.Time // when it came
	pending  []string  // webhooks that have still to get it
	current  bool      // the last transition of its key: Alertmanager hears of it
	ended    time.Time // when another alert of its fingerprint took its place; mostly zero
	promised time.Time // when Alertmanager takes it as resolved by itself, whatever becomes of the row
}

// savedRow is a row on disk.
type savedRow struct {
	Version  int       `json:"v"`
	Seq      uint64    `json:"seq"`
	Received time.Time `json:"received"`
	Pending  []string  `json:"pending,omitempty"`
	Current  bool      `json:"current,omitempty"`
	Ended    time.Time `json:"ended,omitzero"`
	Promised time.Time `json:"promised,omitzero"`
	Alert    []byte    `json:"alert"`
}

const rowVersion = 1

var errRowVersion = errors.New("the row is of an unknown version")

func (r *row) encode() ([]byte, error) {
	return json.Marshal(&savedRow{
		Version: rowVersion, Seq: r.seq, Received: r.received, Pending: r.pending, Current: r.current, Ended: r.ended, Promised: r.promised,
		Alert: r.alert.Encode(),
	})
}

func decodeRow(body []byte) (*row, error) {
	var s savedRow
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, fmt.Errorf("the row is damaged: %w", err)
	}
	if s.Version != rowVersion {
		return nil, errRowVersion
	}
	a, err := alert.Decode(s.Alert)
	if err != nil {
		return nil, err
	}
	return &row{
		alert: a, key: keyOf(&a), seq: s.Seq, received: s.Received, pending: s.Pending, current: s.Current, ended: s.Ended, promised: s.Promised,
	}, nil
}

// open is true while the alert fires.
func (r *row) open() bool { return r.alert.Firing() && r.ended.IsZero() }

func (r *row) waitsFor(webhook string) bool { return slices.Contains(r.pending, webhook) }

// without is the row with nothing more to do for one webhook.
func (r *row) without(webhook string) *row {
	c := *r
	c.pending = slices.DeleteFunc(slices.Clone(r.pending), func(w string) bool { return w == webhook })
	return &c
}

// keyOf is what makes two alerts one in Alertmanager.
func keyOf(a *alert.Alert) string {
	l := labels(a)
	b, err := json.Marshal(l) // in order of the names
	if err != nil {
		return a.Fingerprint
	}
	return string(b)
}

package threshold

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// recordVersion is that of what is in the ledger. A later version reads earlier ones.
const recordVersion = 1

// record is a series as its mark in the ledger keeps it: by the wall clock, with all that is needed to end its alerts when its rule is
// gone.
type record struct {
	Version    int               `json:"v"`
	Rule       string            `json:"rule"`
	Definition string            `json:"definition"`
	Kind       kind              `json:"kind"`
	Labels     map[string]string `json:"labels,omitempty"`
	Severity   string            `json:"severity"`
	Saved      int64             `json:"saved"` // as all times, Unix nanoseconds

	Phase Phase      `json:"phase"`
	Since int64      `json:"since,omitempty"`
	Gone  Reason     `json:"gone,omitempty"`
	Alert openRecord `json:"alert,omitzero"`
	Lack  openRecord `json:"lack,omitzero"`
	Known bool       `json:"known,omitempty"`
	Seen  int64      `json:"seen,omitempty"`
	Every int64      `json:"every,omitempty"`
	Quiet bool       `json:"quiet,omitempty"`

	Over   bool  `json:"over,omitempty"`
	Beyond int64 `json:"beyond,omitempty"` // how long, up to Saved

	Value  float64 `json:"value"`
	Limit  float64 `json:"limit"`
	Unit   string  `json:"unit,omitempty"`
	Metric string  `json:"metric,omitempty"`
}

type openRecord struct {
	Started int64 `json:"started"`
	Began   int64 `json:"began"` // Started, but for a clock that was set since
	Sent    int64 `json:"sent"`
	Repeats int   `json:"repeats,omitempty"`
}

// encode writes a series down as of now.
func encode(s *series, st State, value float64, now Instant) []byte {
	wall := func(run time.Duration) int64 { return now.Wall - int64(now.Run-run) }
	open := func(o Open) openRecord {
		if o.Started == 0 {
			return openRecord{}
		}
		return openRecord{Started: o.Started, Began: wall(o.Began), Sent: wall(o.Sent), Repeats: o.Repeats}
	}
	r := s.rule
	body, err := json.Marshal(record{
		Version: recordVersion, Rule: r.Name, Definition: r.define, Kind: s.kind, Labels: s.labels, Severity: r.Severity, Saved: now.Wall,
		Phase: st.Phase, Since: wall(st.Since), Gone: st.Gone, Alert: open(st.Alert), Lack: open(st.Lack),
		Known: st.Known, Seen: wall(st.Seen), Every: int64(st.Every), Quiet: st.Quiet,
		Over: st.Over, Beyond: int64(st.beyond(now.Run)),
		Value: value, Limit: r.limit(), Unit: r.shownUnit(), Metric: r.Metric,
	})
	if err != nil {
		panic(err) // numbers are finite, texts are texts
	}
	return body
}

func decode(body []byte) (record, error) {
	var r record
	if err := json.Unmarshal(body, &r); err != nil {
		return r, fmt.Errorf("state of a threshold: %w", err)
	}
	switch {
	case r.Version != recordVersion:
		return r, fmt.Errorf("state of a threshold: version must be %d, got %d", recordVersion, r.Version)
	case r.Phase >= numPhases || r.Kind >= numKinds || r.Rule == "":
		return r, errors.New("state of a threshold: a phase, a kind or the rule is not one")
	case (r.Phase == Firing || r.Phase == Recovering) != (r.Alert.Started != 0):
		return r, errors.New("state of a threshold: an alert is open without a beginning, or the other way round")
	}
	return r, nil
}

// state is what a series goes on with after a restart. alive is when the process before was last seen alive: what was measured towards
// `for` and `keep_firing_for` until then counts, the outage does not. When alerts were last told counts by the wall clock. A clock that
// was set back makes an age 0, never negative.
func (r *record) state(alive int64, now Instant, spans bool) State {
	run := func(age int64) time.Duration { return now.Run - time.Duration(max(age, 0)) }
	open := func(o openRecord) Open {
		if o.Started == 0 {
			return Open{}
		}
		return Open{Started: o.Started, Began: run(now.Wall - o.Began), Sent: run(now.Wall - o.Sent), Repeats: max(o.Repeats, 0)}
	}
	alive = min(max(alive, r.Saved), now.Wall)
	s := State{
		Phase: r.Phase, Since: run(alive - r.Since), Gone: r.Gone, Alert: open(r.Alert), Lack: open(r.Lack),
		Known: r.Known, Seen: now.Run, Every: time.Duration(max(r.Every, 0)), Quiet: r.Quiet,
		Over: r.Over, Beyond: time.Duration(max(r.Beyond, 0)),
	}
	if r.Over && !r.Quiet {
		s.Beyond += time.Duration(max(alive-r.Saved, 0))
	}
	switch {
	case spans: // later slow spans than the first are not written down
		s.Since = now.Run
	case r.Quiet:
		s.Seen = run(now.Wall - r.Seen)
	}
	return s
}

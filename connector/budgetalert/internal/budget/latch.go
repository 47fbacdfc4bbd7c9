package budget

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// Basis is what an alert rests on.
const (
	basisActual   = "actual"
	basisForecast = "forecast"
	basisBurn     = "burn_rate"
	basisGroups   = "groups" // more groups, or runs, than the budget keeps
	basisLate     = "late"   // calls that were counted apart
)

// Marks begin with these.
const (
	latchPrefix  = "budget|latch|"
	donePrefix   = "budget|done|"
	armPrefix    = "budget|arm|"
	blockPrefix  = "budget|block|"
	limitsPrefix = "budget|limits|"
	begunPrefix  = "budget|begun|"
)

const (
	day = 86400
	// weekdayHistory is how long, in seconds, days are kept for the forecast.
	weekdayHistory = 36 * day
	// keptFiring is how long a mark that fires is kept without being resolved: a gateway may be off over the end of a period.
	keptFiring = 400 * day
	keptDone   = 2 * day
)

// latch is the mark of one alert that is not Armed.
type latch struct {
	Stage     Stage  `json:"stage"`
	Clear     int64  `json:"clear,omitempty"`
	Rule      string `json:"rule"` // what the rule's series begin with
	Series    string `json:"series"`
	Basis     string `json:"basis"`
	Threshold string `json:"threshold"`
	Start     int64  `json:"start"` // of the period
	End       int64  `json:"end,omitempty"`
	Fired     int64  `json:"fired"`
	Rearmed   int    `json:"rearmed,omitempty"` // how often another limit has armed it again in this period
	Limit     int64  `json:"limit,omitempty"`
	Alert     []byte `json:"alert,omitempty"` // as it was sent
}

func (l *latch) key() string { return latchKey(l.Series, l.Start, l.Basis, l.Threshold) }

// latchKey names the mark of an alert. Of periods that move (rolling, runs) start is 0: their alerts end by themselves.
func latchKey(series string, start int64, basis, threshold string) string {
	return latchPrefix + series + "|" + strconv.FormatInt(start, 10) + "|" + basis + "|" + threshold
}

// armKey names the mark of how often an alert has ended before its period did. A budget that counts something else under the same name goes on
// from there: its alerts have the same name, group and threshold, and no two of one period may have one id.
func (l *latch) armKey() string {
	name := l.Rule[:max(0, len(l.Rule)-definitionLength-len("|"))]
	return armPrefix + strings.TrimPrefix(latchKey(name+strings.TrimPrefix(l.Series, l.Rule), l.Start, l.Basis, l.Threshold), latchPrefix)
}

// encode begins with the stage, so that most marks need not be read whole.
func (l *latch) encode() []byte {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err) // texts and numbers
	}
	return append([]byte{'0' + byte(l.Stage)}, text...)
}

// decodeLatch is nil for what is no latch.
func decodeLatch(value []byte) *latch {
	if len(value) == 0 {
		return nil
	}
	var l latch
	if json.Unmarshal(value[1:], &l) != nil || l.Stage > Closed {
		return nil
	}
	return &l
}

func (l *latch) state() state {
	if l == nil {
		return state{}
	}
	return state{l.Stage, l.Clear}
}

// step takes an alert from one state to another: what to mark, and what to say with it. A resolved alert has a mark of its own, so that of
// several replicas one says it.
func (l *latch) step(to state, alert *ledger.Alert, now int64) []ledger.Change {
	change := ledger.Change{Key: l.key(), Expires: l.expires(to.stage, now)}
	resolved := alert != nil && (l.Stage == Firing || l.Stage == Recovering)
	added := l.Stage == Armed
	l.Stage, l.Clear = to.stage, to.clear
	if to.stage != Armed {
		if l.Stage == Closed {
			l.Alert = nil
		}
		change.Value = l.encode()
	}
	if resolved {
		done := ledger.Change{Key: donePrefix + alert.ID, Value: []byte{'1'}, Expires: now + keptDone, IfAbsent: true, Alert: alert}
		return []ledger.Change{done, change}
	}
	change.IfAbsent = added
	change.Alert = alert
	return []ledger.Change{change}
}

func (l *latch) expires(stage Stage, now int64) int64 {
	switch {
	case stage == Closed:
		return max(l.End, now) + keptDone
	case l.End != 0:
		return l.End + keptFiring
	}
	return now + keptFiring
}

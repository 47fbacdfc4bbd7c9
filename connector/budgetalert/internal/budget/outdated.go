package budget

import (
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// rollout is how long, in seconds, replicas may have different budgets: while a file is read by one after the other, or they are restarted one
// after the other with another configuration.
const rollout = 900

const (
	sinceText   = "\nsince " // between the limits and when who wrote them read them
	removedText = "removed"
)

func limitsMark(text string, since int64) []byte {
	return []byte(text + sinceText + strconv.FormatInt(since, 10))
}

// readLimits reads such a mark; one of an older version has no time.
func readLimits(mark []byte) (text string, since int64) {
	text = string(mark)
	if i := strings.LastIndex(text, sinceText); i >= 0 {
		since, _ = strconv.ParseInt(text[i+len(sinceText):], 10, 64)
		text = text[:i]
	}
	return text, since
}

// outdated says that another replica has other limits of a budget, or none of it, and has read them a while ago but later than this one. What it
// has ended because of that is not to fire again here, and what it tells not to end: it would be told in turns until all have the same.
func (d *decision) outdated(series, text string) bool {
	other, since := readLimits(d.view.Mark(limitsPrefix + series))
	return since > d.engine.since && since > d.now-rollout && since <= d.now+60 && other != text
}

func (d *decision) outdatedRule(r *rule) bool { return d.outdated(r.series, r.limitsText(d.now)) }

// left says that what reviews an alert has nothing to say about it: who has the newer limits does.
func (d *decision) left(l *latch, r *rule, in Input, reason string) bool {
	switch {
	case r == nil:
		return l.Rule != "" && d.outdated(l.Rule, removedText)
	case in == Released, r.period.Kind == Rolling && in != Ended:
		return d.outdatedRule(r)
	}
	return reason == reasonLimit && d.outdatedRule(r)
}

// endedElsewhere says that a threshold that is reached was perhaps ended by who has newer limits.
func (d *decision) endedElsewhere(r *rule, l *latch) bool {
	return (l.Rearmed > 0 || r.period.Kind == Rolling || r.period.Kind == Run) && d.outdatedRule(r)
}

// removed tells the other replicas that a budget is not there any more, where that is why an alert of it is over.
func (d *decision) removed(l *latch, reason string) {
	if reason != reasonRemoved {
		return
	}
	d.changes = append(d.changes, ledger.Change{
		Key: limitsPrefix + l.Rule, Value: limitsMark(removedText, d.engine.since), Expires: d.now + keptDone,
	})
}

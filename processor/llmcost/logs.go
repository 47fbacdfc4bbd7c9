package llmcost

import (
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// logRequest answers the log records of one request in which command-line agents tell of their calls. A record stands for itself;
// where the same call is told in spans or metrics too, cli_agents says which of them counts.
type logRequest struct {
	cfg      *Config
	write    *annotator
	prices   *policy
	now      time.Time
	answered answerCounts
	seen     recall
	told     agentReport // in the scope that is being read
	agents   []agentReport
}

func (l *logRequest) process(ld plog.Logs) {
	opts := dialect.Options{UsageOnAgent: l.cfg.UsageOnAgent}
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			scope := dialect.NewScope(sl.Scope(), rl.Resource(), &opts)
			ignored := slices.Contains(l.cfg.IgnoreScopes, sl.Scope().Name())
			agent, countedIn := l.cfg.countedIn(sl.Scope().Name(), signalLogs)
			l.told = agentReport{agent: agent, signal: signalLogs, instead: countedIn}
			for _, rec := range sl.LogRecords().All() {
				l.answer(&scope, rec, ignored, countedIn)
			}
			if !ignored {
				l.agents = l.told.addTo(l.agents)
			}
		}
	}
}

func (l *logRequest) answer(scope *dialect.Scope, rec plog.LogRecord, ignored bool, countedIn string) {
	attrs := rec.Attributes()
	if l.cfg.TrustUpstream {
		if _, ok := attrs.Get(genai.CostStatus); ok {
			return
		}
	}
	var call dialect.Call
	switch {
	case !dialect.ReadLog(scope, rec, &call):
		if dialect.OwnsCost(attrs) { // a claim that must not add to any total
			removeOwned(attrs)
		}
	case call.Kind != genai.ModelCall:
		l.told.any = true
		l.write.annotate(attrs, &call, nil)
		putCountedIn(attrs, countedIn)
	default:
		l.told.call()
		b := ignoredCall
		if !ignored {
			l.prices.costOf(&call, logTime(rec, l.now), &l.seen, &b)
		}
		l.write.annotate(attrs, &call, &b)
		putCountedIn(attrs, countedIn)
		l.answered.of(&b, countedIn)
	}
}

// logTime is the instant whose prices hold.
func logTime(rec plog.LogRecord, now time.Time) time.Time {
	return firstTime(now, rec.Timestamp(), rec.ObservedTimestamp())
}

package threshold

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// known are what people call metrics.
var known = map[string]string{
	genai.ProcessMemoryUsage:      "process memory",
	genai.ProcessMemoryPeak:       "peak process memory",
	genai.ProcessCPUUtilization:   "process CPU use",
	genai.ProcessCPUBusy:          "process CPU use",
	genai.HostCPUUtilization:      "CPU use",
	genai.HostCPUBusy:             "CPU use",
	genai.HostCPUPeak:             "peak CPU use",
	genai.HostMemoryUsage:         "memory in use",
	genai.HostMemoryUtilization:   "memory use",
	genai.HostPagingUtilization:   "swap use",
	genai.PerfLatency:             "latency",
	genai.PerfTTFT:                "time to first chunk",
	genai.PerfErrorRatio:          "error ratio",
	genai.PerfTimeoutRatio:        "timeout ratio",
	genai.PerfRetryRatio:          "retry ratio",
	genai.PerfToolSuccessRatio:    "tool success",
	genai.PerfCacheHitRatio:       "cache hit ratio",
	genai.PerfUptimeRatio:         "uptime",
	genai.PerfConcurrency:         "concurrency",
	genai.PerfQuality:             "quality",
	genai.PerfRequests:            "request rate",
	genai.PerfTokens:              "token rate",
	genai.PerfTokensPerCall:       "tokens per call",
	genai.MetricBudgetUtilization: "budget use",
}

// spoken are the labels that a sentence names, in its order, and how; of others the attribute's name is said.
var spoken = []struct{ attribute, word string }{
	{genai.AttrComponent, "component"},
	{genai.AgentName, "agent"},
	{genai.ToolName, "tool"},
	{genai.RequestModel, "model"},
	{genai.EvaluationName, "evaluation"},
	{genai.ServiceName, "service"},
}

// unspoken are labels that a sentence leaves out: they are in the metric's own words, or nothing for people.
var unspoken = []string{
	genai.AttrScope, genai.AttrStat, genai.ServiceInstanceID, genai.AttrHostName, genai.AttrProcessExecutable,
}

// what names the series: "process memory of component gateway (host x)".
func (s *series) what() string {
	var b strings.Builder
	if stat := s.labels[genai.AttrStat]; stat != "" {
		b.WriteString(stat + " ")
	}
	b.WriteString(cmp.Or(known[s.rule.Metric], s.rule.Metric))
	if s.rule.Rate {
		b.WriteString(" rate")
	}
	if who := s.who(); who != "" {
		b.WriteString(" of " + who)
	}
	if host := s.labels[genai.AttrHostName]; host != "" {
		b.WriteString(" (host " + host + ")")
	}
	return b.String()
}

// who names the labels.
func (s *series) who() string {
	var parts []string
	said := slices.Clone(unspoken)
	for _, l := range spoken {
		if v := s.labels[l.attribute]; v != "" {
			part := l.word + " " + v
			if l.attribute == genai.ServiceName && len(parts) > 0 {
				part = parts[len(parts)-1] + " of " + part
				parts = parts[:len(parts)-1]
			}
			parts = append(parts, part)
		}
		said = append(said, l.attribute)
	}
	var rest []string
	for k, v := range s.labels {
		if !slices.Contains(said, k) {
			rest = append(rest, k+" "+v)
		}
	}
	slices.Sort(rest)
	return strings.Join(append(parts, rest...), ", ")
}

// limitSentence is the body of an alert that a threshold is crossed, or is no more.
func (t *turn) limitSentence(p *plan) string {
	s, r := p.s, p.s.rule
	if s.kind == crowdSeries {
		if p.event.Limit == Resolves {
			return fmt.Sprintf("no more alerts of %s are held back", r.Name)
		}
		return fmt.Sprintf("%s alerts of %s are open, as many as may be; further ones are held back until some end", plain(float64(r.MaxActive)), r.Name)
	}
	value, limit := amounts(p.value, r.limit(), r.shownUnit())
	beyond := s.beyond()
	held := s.held(t.now.Run)
	ended := fmt.Sprintf("it was %s %s%s", beyond, limit, held)
	switch {
	case p.event.Why == RuleRemoved:
		return fmt.Sprintf("threshold %s is no longer in the configuration: %s is not watched", r.Name, s.subject())
	case p.event.Why == RuleChanged:
		return fmt.Sprintf("threshold %s watches something else now: %s is not watched", r.Name, s.subject())
	case p.event.Why == SubjectEnded:
		return fmt.Sprintf("%s has ended; %s", s.subject(), ended)
	case p.event.Why == NoDataReason:
		return fmt.Sprintf("%s has had no data for %s; it was %s %s", s.subject(), spell(t.now.Run-s.state.Seen), beyond, limit)
	case s.kind == spanSeries && p.event.Limit == Resolves:
		return fmt.Sprintf("%s took no longer than %s for %s; the slowest took %s", s.subject(), limit, spell(t.now.Run-s.state.Since), value)
	case s.kind == spanSeries && p.event.Limit == Repeats:
		return fmt.Sprintf("%s still takes longer than %s for %s; the slowest took %s", s.subject(), limit, spell(t.now.Run-s.state.Alert.Began), value)
	case s.kind == spanSeries:
		return fmt.Sprintf("%s took %s, longer than %s", s.subject(), value, limit)
	case p.event.Limit == Resolves:
		return fmt.Sprintf("%s is %s, no longer %s %s; %s", s.subject(), value, beyond, limit, ended)
	case p.event.Limit == Repeats && !p.next.Over:
		_, inside := amounts(p.value, r.resolve, r.shownUnit())
		return fmt.Sprintf("%s is %s, not %s %s yet; %s", s.subject(), value, s.inside(), inside, ended)
	case p.event.Limit == Repeats:
		return fmt.Sprintf("%s is %s, still %s %s%s", s.subject(), value, beyond, limit, held)
	}
	since := ""
	if s.state.Phase == Pending {
		since = " for " + spell(t.now.Run-s.state.Since)
	}
	return fmt.Sprintf("%s is %s, %s %s%s", s.subject(), value, beyond, limit, since)
}

// lackSentence is the body of an alert about no data.
func (t *turn) lackSentence(p *plan) string {
	s := p.s
	silent := spell(t.now.Run - s.state.Seen)
	switch {
	case p.event.Lack != Resolves:
		return fmt.Sprintf("%s has no data for %s; it came every %s", s.subject(), silent, spell(s.state.Every))
	case p.event.LackWhy == Recovered:
		value, _ := amounts(p.value, s.rule.limit(), s.rule.shownUnit())
		return fmt.Sprintf("%s has data again after %s: %s", s.subject(), silent, value)
	case p.event.LackWhy == NoDataReason:
		return fmt.Sprintf("%s has had no data for %s and is given up", s.subject(), silent)
	}
	return fmt.Sprintf("threshold %s no longer watches %s", s.rule.Name, s.subject())
}

// held is how long the value was beyond the threshold, of an alert that is open. One of an older version has not said it.
func (s *series) held(now time.Duration) string {
	if d := s.state.beyond(now); d > 0 && s.state.Alert.Started != 0 {
		return " for " + spell(d)
	}
	return ""
}

func (s *series) subject() string {
	if s.kind == spanSeries {
		return cmp.Or(s.who(), "a span")
	}
	return s.what()
}

func (s *series) inside() string {
	if s.rule.Below != nil {
		return "above"
	}
	return "below"
}

func (s *series) beyond() string {
	if s.rule.Below != nil {
		return "below"
	}
	return "above"
}

package perfstats

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Values of `scope` that are built in.
const (
	scopeLLM   = "llm"
	scopeAgent = "agent"
	scopeTool  = "tool"
	scopeTTFT  = "ttft" // of llm.perf.samples only
)

// Kinds of metric that a source can read.
const (
	counters uint8 = 1 << iota
	histograms
	gauges
)

// source says what the points of one metric feed.
type source struct {
	own     bool // of the configuration
	kinds   uint8
	seconds bool // a duration: converted when its unit says that it is in something else
	depth   time.Duration
	target  func(attrs pcommon.Map) target
	add     func(c *cell, attrs pcommon.Map, i increase)
}

// target is a family of gauges and the attribute, if any, by whose values it is split besides by service.
type target struct {
	family family
	name   string // the scope, the ratio's or the evaluation's name
	split  []string
}

// family is what one set of gauges is about.
type family uint8

const (
	operations  family = iota // latency, requests, outcomes, tokens of a scope
	application               // the application's own cache
	quality
	ratio
	deployments
)

var builtin = map[string]*source{
	genai.MetricOperationDuration: {kinds: histograms, seconds: true, target: operationTarget, add: addLatency},
	genai.MetricAgentDuration:     {kinds: histograms, seconds: true, target: inScope(scopeAgent, genai.AgentName), add: addLatency},
	genai.MetricToolDuration:      {kinds: histograms, seconds: true, target: inScope(scopeTool, genai.ToolName), add: addLatency},
	genai.MetricTimeToFirstChunk: {
		kinds: histograms, seconds: true, target: inScope(scopeLLM, genai.RequestModel),
		add: func(c *cell, _ pcommon.Map, i increase) { merge(&c.ttft, i.hist) },
	},
	genai.MetricCalls:         {kinds: counters, target: inScope(scopeLLM, genai.RequestModel), add: addCalls},
	genai.MetricAgentRequests: {kinds: counters, target: inScope(scopeAgent, genai.AgentName), add: addCalls},
	genai.MetricRetries: {
		kinds: counters, target: inScope(scopeLLM, genai.RequestModel),
		add: func(c *cell, _ pcommon.Map, i increase) { c.n[retries] += i.value },
	},
	genai.MetricTokens: {
		kinds: counters, target: inScope(scopeLLM, genai.RequestModel),
		add: func(c *cell, attrs pcommon.Map, i increase) {
			c.addTokens(genai.TextOf(attrs, genai.TokenType), i.value)
		},
	},
	genai.MetricTokenUsage: {
		kinds: histograms, target: inScope(scopeLLM, genai.RequestModel),
		add: func(c *cell, attrs pcommon.Map, i increase) {
			c.addTokenUsage(genai.TextOf(attrs, genai.TokenType), i.hist.Sum())
		},
	},
	genai.MetricInflightPeak: {
		kinds: gauges, target: inScope(scopeLLM, genai.RequestModel),
		add: func(c *cell, _ pcommon.Map, i increase) { c.n[peakCalls] += i.value },
	},
	genai.MetricCacheOperations: {
		kinds: counters, target: func(pcommon.Map) target { return target{family: application} },
		add: func(c *cell, attrs pcommon.Map, i increase) {
			c.addCacheOperation(genai.TextOf(attrs, genai.AttrOperation), genai.TextOf(attrs, genai.AttrResult), i.value)
		},
	},
	genai.MetricEvaluationScore: {
		kinds: histograms,
		target: func(attrs pcommon.Map) target {
			return target{family: quality, name: genai.TextOf(attrs, genai.EvaluationName), split: []string{genai.AgentName}}
		},
		add: func(c *cell, _ pcommon.Map, i increase) {
			c.n[scores] += float64(i.hist.Count())
			c.n[scoreSum] += i.hist.Sum()
		},
	},
	genai.MetricDeployments: {
		kinds: counters, depth: deploymentDays * 24 * time.Hour,
		target: func(pcommon.Map) target { return target{family: deployments} },
	},
}

// inScope is the target of a source that is split by one attribute.
func inScope(scope string, split ...string) func(pcommon.Map) target {
	t := target{name: scope, split: split}
	return func(pcommon.Map) target { return t }
}

var scopeOfOperation = map[string]func(pcommon.Map) target{
	genai.OpInvokeAgent:    inScope(scopeAgent, genai.AgentName),
	genai.OpInvokeWorkflow: inScope(scopeAgent, genai.AgentName),
	genai.OpCreateAgent:    inScope(scopeAgent, genai.AgentName),
	genai.OpExecuteTool:    inScope(scopeTool, genai.ToolName),
}

var modelTarget = inScope(scopeLLM, genai.RequestModel)

// operationTarget is for SDKs, which report agents and tools in the same histogram as model calls.
func operationTarget(attrs pcommon.Map) target {
	if other, ok := scopeOfOperation[genai.TextOf(attrs, genai.OperationName)]; ok {
		return other(attrs)
	}
	return modelTarget(attrs)
}

func addLatency(c *cell, attrs pcommon.Map, i increase) {
	c.addLatency(genai.TextOf(attrs, genai.ErrorType), i.hist)
}

func addCalls(c *cell, attrs pcommon.Map, i increase) {
	c.addCalls(genai.TextOf(attrs, genai.AttrStatus), i.value)
}

// configured are the sources of the `latency` and `ratios` lists, by metric.
func configured(cfg *Config) map[string][]*source {
	all := []string{genai.RequestModel, genai.AgentName, genai.ToolName}
	m := map[string][]*source{}
	for _, l := range cfg.Latency {
		m[l.Metric] = append(m[l.Metric], &source{own: true, kinds: histograms, seconds: true, target: inScope(l.Scope, all...), add: addLatency})
	}
	for _, r := range cfg.Ratios {
		t := target{family: ratio, name: r.Name, split: all}
		side := func(to measure) *source {
			return &source{
				own: true, kinds: counters | histograms, target: func(pcommon.Map) target { return t },
				add: func(c *cell, _ pcommon.Map, i increase) { c.n[to] += i.number(r.Kind) },
			}
		}
		m[r.Of] = append(m[r.Of], side(ratioOf))
		m[r.To] = append(m[r.To], side(ratioTo))
	}
	return m
}

package test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// rig is a gateway with a sink behind it.
type rig struct {
	*gateway.Gateway
	sink    *sink.Sink
	env     []string
	traces  string // where to post traces
	otlp    string // OTLP/HTTP endpoint
	scrape  string // Prometheus endpoint
	scraped string // its host:port
}

// newRig starts testdata/<config>.
func newRig(t testing.TB, config string) *rig {
	t.Helper()
	ports := gateway.FreePorts(t, 2)
	r := &rig{sink: sink.Start(t)}
	r.env = []string{
		fmt.Sprintf("OTLP_HTTP_PORT=%d", ports[0]), fmt.Sprintf("PROMETHEUS_PORT=%d", ports[1]), "SINK_URL=" + r.sink.URL,
	}
	r.otlp, r.scraped = "http://"+gateway.Loopback(ports[0]), gateway.Loopback(ports[1])
	r.traces, r.scrape = r.otlp+"/v1/traces", "http://"+r.scraped+"/metrics"
	r.start(t, config)
	return r
}

// start runs the gateway, also again after a stop, on the same ports.
func (r *rig) start(t testing.TB, config string) {
	t.Helper()
	r.Gateway = gateway.Start(t, gateway.Options{Config: gateway.Root() + "/test/testdata/" + config, Env: r.env})
}

// post sends traces and returns what came out of the gateway for them.
func (r *rig) post(t testing.TB, payloads ...ptrace.Traces) []ptrace.Traces {
	t.Helper()
	before := len(r.sink.Traces())
	for _, traces := range payloads {
		body, err := (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
		require.NoError(t, err)
		gateway.Post(t, r.traces, "application/json", body)
	}
	return r.sink.Traces()[before:]
}

// eachSpan visits every span.
func eachSpan(all []ptrace.Traces, visit func(ptrace.Span)) {
	for _, traces := range all {
		for _, resource := range traces.ResourceSpans().All() {
			for _, scope := range resource.ScopeSpans().All() {
				for _, span := range scope.Spans().All() {
					visit(span)
				}
			}
		}
	}
}

// nano is an amount in whole nano-USD, which is what amounts are before they become doubles on a span.
func nano(usd float64) int64 { return int64(math.RoundToEven(usd * 1e9)) }

func text(span ptrace.Span, key string) string {
	v, ok := span.Attributes().Get(key)
	if !ok {
		return ""
	}
	return v.AsString()
}

// moneySums is what a set of spans says about money.
type moneySums struct {
	priced    []int64 // nano-USD of every span that is priced
	estimated []int64 // nano-USD of every span that is said to be a guess
	unpriced  []string
	statuses  map[string]int
}

// asTold are the reasons of estimates that are no guess of the client's: it was recorded against a provider on this machine, or hides a
// part of the bill, and the price is right as far as its spans tell.
var asTold = [...]string{genai.ReasonLocalServer, genai.ReasonHiddenTokens, genai.ReasonUnknownLifetime}

func count(t testing.TB, all []ptrace.Traces) moneySums {
	t.Helper()
	n := moneySums{statuses: map[string]int{}}
	eachSpan(all, func(span ptrace.Span) {
		status := text(span, genai.CostStatus)
		total, hasTotal := span.Attributes().Get(genai.CostTotal)
		n.statuses[status]++
		if status == genai.StatusEstimated && slices.Contains(asTold[:], text(span, genai.CostReason)) {
			status = genai.StatusPriced
		}
		switch status {
		case genai.StatusPriced, genai.StatusReported:
			n.priced = append(n.priced, nano(total.Double()))
		case genai.StatusEstimated:
			n.estimated = append(n.estimated, nano(total.Double()))
		case genai.StatusFree:
			require.Zero(t, total.Double(), "%s is free", span.Name())
		default:
			require.False(t, hasTotal, "%s is %q and must not add to the sum", span.Name(), status)
			if status == genai.StatusUnpriced {
				n.unpriced = append(n.unpriced, text(span, genai.CostReason))
			}
		}
	})
	return n
}

func sum(amounts []int64) int64 {
	var total int64
	for _, n := range amounts {
		total += n
	}
	return total
}

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// pointReader reads what calls a point of one metric of a client tells of, and says what the point's value counts: genai.CountsUSD,
// genai.CountsCalls, or a type of tokens. "" is a point that tells of none.
type pointReader func(attrs pcommon.Map, c *Call) string

// ReadPoint fills c (all of it) from a point of a client that tells of its calls in metrics, and says what the point's value counts; ""
// is a point that tells of none. CostSource is set, without an amount, where the client tells what these calls cost, in this metric or
// another one.
func ReadPoint(scope *Scope, metric string, attrs pcommon.Map, c *Call) string {
	*c = Call{}
	read := scope.client.metrics[metric]
	if read == nil {
		return ""
	}
	counts := read(attrs, c)
	if counts != "" {
		c.overrule(attrs)
	}
	return counts
}

// pointTokens reads a metric of tokens, whose type is in the given attribute.
func pointTokens(call pointCall, by string, types map[string]string) pointReader {
	return func(attrs pcommon.Map, c *Call) string {
		call(attrs, c)
		return types[genai.TextOf(attrs, by)]
	}
}

// pointUSD reads a metric of what the client believes its calls cost.
func pointUSD(call pointCall) pointReader {
	return func(attrs pcommon.Map, c *Call) string {
		call(attrs, c)
		return genai.CountsUSD
	}
}

// pointRequests reads a metric of requests, whose HTTP status is in the given attribute.
func pointRequests(call pointCall, status string) pointReader {
	return func(attrs pcommon.Map, c *Call) string {
		call(attrs, c)
		code := genai.TextOf(attrs, status)
		if !strings.HasPrefix(code, "2") && (code != "" || genai.TextOf(attrs, "success") == "false") {
			logFailure(c, code)
		}
		return genai.CountsCalls
	}
}

// pointCall begins the calls of a point.
type pointCall func(attrs pcommon.Map, c *Call)

// callsTo are those of a client that has one provider.
func callsTo(provider string) pointCall {
	return func(attrs pcommon.Map, c *Call) { logCall(attrs, c, "", provider) }
}

package dialect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestVersionOf(t *testing.T) {
	for s, want := range map[string]version{
		"": {}, "0.27.0": {0, 27, 0}, "1.2": {1, 2, 0}, "3": {3, 0, 0}, "0.28.0-rc.1": {0, 28, 0}, "v1": {}, "-1.0": {}, "x.y": {},
		"0.7b0": {0, 7, 0}, "1.0rc1": {1, 0, 0}, "2.0b0": {2, 0, 0}, "1.2.3a1": {1, 2, 3}, "beta": {},
	} {
		assert.Equal(t, want, versionOf(s), s)
	}
}

// OpenLLMetry's JavaScript packages count cached tokens in from the version after 0.27.0 on.
func TestSidesThatChangeWithTheVersion(t *testing.T) {
	for _, name := range []string{"@traceloop/instrumentation-anthropic", "@traceloop/instrumentation-bedrock"} {
		for v, want := range map[string]int64{"": 1500, "0.22.5": 1500, "0.27.0": 1500, "0.27.1": 1000, "0.28.0": 1000, "1.0.0": 1000} {
			scope := pcommon.NewInstrumentationScope()
			scope.SetName(name)
			scope.SetVersion(v)
			s := NewScope(scope, pcommon.NewResource(), nil)
			var op Call
			span := handMade(t, "anthropic.chat", attrs{
				genai.OperationName: "chat", genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-6",
				genai.UsageInput: 1000, genai.UsageOutput: 50, genai.UsageCacheRead: 500,
			})
			assert.True(t, Read(&s, span, &op))
			assert.Equal(t, want, op.Usage.Input, "%s %s", name, v)
			assert.Equal(t, genai.UsageKnown, op.UsageState)
		}
	}
}

func TestBetween(t *testing.T) {
	for v, want := range map[string]bool{"": false, "0.1.11": false, "0.1.12": true, "0.1.15": true, "0.1.16": false, "1.0": false} {
		r := reading{scope: Scope{version: v}}
		assert.Equal(t, want, r.between("0.1.12", "0.1.16"), v)
	}
	r := reading{scope: Scope{version: "9"}}
	assert.True(t, r.between("1.0", ""))
	assert.False(t, r.between("", "9"))
}

package budgetalert

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func TestWhere(t *testing.T) {
	resource, scope, attrs := pcommon.NewResource(), pcommon.NewInstrumentationScope(), pcommon.NewMap()
	resource.Attributes().PutStr("service.name", "bot")
	scope.SetName("sdk")
	attrs.PutStr("gen_ai.provider.name", "openai")
	attrs.PutInt("n", 3)
	s := stand(resource, scope, attrs)
	for where, want := range map[string]bool{
		"": true,
		`attributes["gen_ai.provider.name"] == "openai"`:                                       true,
		`attributes["gen_ai.provider.name"] == "anthropic"`:                                    false,
		`attributes["missing"] == "x"`:                                                         false,
		`attributes["missing"] > 3`:                                                            false,
		`attributes["n"] >= 3 and resource.attributes["service.name"] == "bot"`:                true,
		`instrumentation_scope.name == "sdk" and not IsMatch(attributes["gen_ai.x"], "gpt.*")`: true,
		`IsMatch(attributes["gen_ai.provider.name"], "^open")`:                                 true,
	} {
		c, err := compile(where, componenttest.NewNopTelemetrySettings())
		require.NoError(t, err, where)
		require.Equal(t, want, s.holds(t.Context(), c), where)
	}
}

func TestAWrongWhereSaysWhereItIsWrong(t *testing.T) {
	_, err := compile(`attributes["a"] = "b"`, componenttest.NewNopTelemetrySettings())
	require.ErrorContains(t, err, "1:17")
	_, err = compile(`NoSuch(attributes["a"]) == "b"`, componenttest.NewNopTelemetrySettings())
	require.ErrorContains(t, err, "NoSuch")
	_, err = compile(`property["a"] == "b"`, componenttest.NewNopTelemetrySettings())
	require.ErrorContains(t, err, "property")
}

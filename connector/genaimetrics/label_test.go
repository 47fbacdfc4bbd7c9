package genaimetrics

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// With a label twice the Prometheus exporters drop the metric, or join two values: nothing of that is seen at start.
func TestDimensionsHaveALabelOfTheirOwn(t *testing.T) {
	semconv, langchain := []string{namingSemconv}, []string{namingSemconv, namingLangchain}
	for _, c := range []struct {
		naming []string
		names  []string
		want   string // "" is allowed
	}{
		{semconv, []string{"team", "deployment.environment.name", "k8s.namespace.name", "http_route"}, ""},
		{semconv, []string{"job"}, `"job" is the gateway's service.name`},
		{semconv, []string{"instance"}, `"instance" is the gateway's service.instance.id`},
		{semconv, []string{"service_name"}, `"service_name" is that of service.name`},
		{semconv, []string{"service-name"}, `"service_name" is that of service.name`},
		{semconv, []string{"gen_ai_request_model"}, `"gen_ai_request_model" is that of gen_ai.request.model`},
		{semconv, []string{"gen_ai.tool_name"}, `"gen_ai_tool_name" is that of gen_ai.tool.name`},
		{semconv, []string{"status"}, `"status" is that of status`},
		{semconv, []string{"error.type"}, `"error_type" is that of error.type`},
		{semconv, []string{"otel.scope.name"}, `"otel_scope_name" is the scope's`},
		{semconv, []string{"otel_scope_version"}, `"otel_scope_version" is the scope's`},
		{semconv, []string{"otel_metric_overflow"}, `"otel_metric_overflow" is that of otel.metric.overflow`},
		{semconv, []string{"otelcol.component.id"}, `"otelcol_component_id" is that of otelcol.component.id`},
		{semconv, []string{"__name__"}, `"__name__" is Prometheus' own`},
		{semconv, []string{"__tenant"}, `"__tenant" is Prometheus' own`},
		{semconv, []string{"..tenant"}, `"__tenant" is Prometheus' own`},
		{semconv, []string{"team..name", "team.name"}, `"team_name" is that of dimensions[0] (team..name)`},
		{semconv, []string{"..."}, `is no label at all`},
		{semconv, []string{"le"}, `"le" is that of histogram buckets`},
		{semconv, []string{"scope"}, `"scope" is that of scope`},
		{semconv, []string{"model", "tool_name"}, ""},
		{langchain, []string{"model"}, `"model" is that of model`},
		{langchain, []string{"tool.name"}, `"tool_name" is that of tool_name`},
		{semconv, []string{"team.name", "team_name"}, `dimensions[1].name must become a label of its own in Prometheus, got "team_name": "team_name" is that of dimensions[0] (team.name)`},
		{semconv, []string{"team.name", "x", "team/name"}, `got "team/name": "team_name" is that of dimensions[0] (team.name)`},
		{semconv, []string{"_team", "key_team"}, `"key_team" is that of dimensions[0] (_team)`},
		{semconv, []string{"1st", "key_1st"}, `"key_1st" is that of dimensions[0] (1st)`},
	} {
		cfg := createDefaultConfig().(*Config)
		cfg.Naming = c.naming
		for _, name := range c.names {
			cfg.Dimensions = append(cfg.Dimensions, Dimension{Name: name})
		}
		if c.want == "" {
			require.NoError(t, cfg.Validate(), "%v", c.names)
			continue
		}
		require.ErrorContains(t, cfg.Validate(), c.want, "%v", c.names)
	}
}

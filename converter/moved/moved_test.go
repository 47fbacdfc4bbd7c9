package moved

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"go.yaml.in/yaml/v3"
)

func TestConvert(t *testing.T) {
	const both = "{claude-code: logs, codex: metrics}"
	for name, test := range map[string]struct{ text, want, wrong string }{
		"nothing to move": {
			text: "{connectors: {genaimetrics: }, processors: {llmcost: {cli_agents: {codex: logs}}}}",
			want: "{connectors: {genaimetrics: }, processors: {llmcost: {cli_agents: {codex: logs}}}}",
		},
		"to one that says nothing": {
			text: "{connectors: {genaimetrics: {series_limit: 9, cli_agents: " + both + "}}, processors: {llmcost: , batch: }}",
			want: "{connectors: {genaimetrics: {series_limit: 9}}, processors: {llmcost: {cli_agents: " + both + "}, batch: }}",
		},
		"llmcost's own word holds": {
			text: "{connectors: {genaimetrics: {cli_agents: " + both + "}}, processors: {llmcost/a: {cli_agents: {codex: off}, normalize: true}}}",
			want: "{connectors: {genaimetrics: }, processors: {llmcost/a: {cli_agents: {claude-code: logs, codex: off}, normalize: true}}}",
		},
		"two that agree, to two": {
			text: "{connectors: {genaimetrics/a: {cli_agents: {codex: logs}}, genaimetrics/b: {cli_agents: {codex: logs}}}, processors: {llmcost/a: , llmcost/b: {}}}",
			want: "{connectors: {genaimetrics/a: , genaimetrics/b: }, processors: {llmcost/a: {cli_agents: {codex: logs}}, llmcost/b: {cli_agents: {codex: logs}}}}",
		},
		"two that do not": {
			text:  "{connectors: {genaimetrics/a: {cli_agents: {codex: logs}}, genaimetrics/b: {cli_agents: {codex: off}}}, processors: {llmcost: }}",
			wrong: "connectors::genaimetrics/b::cli_agents::codex: is off, and logs in connectors::genaimetrics/a",
		},
		"no llmcost": {
			text:  "{connectors: {genaimetrics: {cli_agents: " + both + "}}, processors: {batch: }}",
			wrong: "connectors::genaimetrics::cli_agents: is a key of the processor llmcost, and there is none",
		},
	} {
		t.Run(name, func(t *testing.T) {
			conf := read(t, test.text)
			core, told := observer.New(zap.WarnLevel)
			err := NewFactory().Create(confmap.ConverterSettings{Logger: zap.New(core)}).Convert(t.Context(), conf)
			if test.wrong != "" {
				require.ErrorContains(t, err, test.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, read(t, test.want).ToStringMap(), conf.ToStringMap())
			require.Equal(t, test.text != test.want, told.Len() > 0)
		})
	}
}

func read(t *testing.T, text string) *confmap.Conf {
	t.Helper()
	var settings map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &settings))
	return confmap.NewFromStringMap(settings)
}

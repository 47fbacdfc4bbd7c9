package test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// TestWrongConfigurationIsRefused: what would export nothing, spin or bill twice does not pass `validate`, and the message says what is wrong.
func TestWrongConfigurationIsRefused(t *testing.T) {
	t.Parallel()
	config := gateway.Root() + "/collector-config.yaml"
	for set, want := range map[string]string{
		"connectors.genaimetrics.dimensions=[{name: job}]":                  `dimensions[0].name must become a label of its own in Prometheus, got "job"`,
		"connectors.genaimetrics.dimensions=[{name: gen_ai_request_model}]": `"gen_ai_request_model" is that of gen_ai.request.model`,
		"connectors.genaimetrics.dimensions=[{name: a.b}, {name: a_b}]":     `dimensions[1].name must become a label of its own in Prometheus, got "a_b": "a_b" is that of dimensions[0] (a.b)`,
		"connectors.genaimetrics.interval=15":                               "interval must be from 100ms to 1h, got 15ns; was the unit forgotten?",
		"connectors.genaimetrics.zero_for=20":                               "zero_for must be 0 (off) or from 100ms to 1h, got 20ns",
		"processors.llmcost.dedupe.ttl=900":                                 "dedupe::ttl: must be from 1s to 168h, got 900ns",
	} {
		output, err := exec.CommandContext(t.Context(), gateway.Binary(t), "validate", "--config", config, "--set="+set).CombinedOutput()
		require.Error(t, err, set)
		assert.Contains(t, string(output), want, set)
	}
	output, err := exec.CommandContext(t.Context(), gateway.Binary(t), "validate", "--config", config,
		"--set=connectors.genaimetrics.dimensions=[{name: team}]").CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// TestSmallestRequests: what the default configuration says is the least that BACKEND_MAX_BYTES may be is no more than that.
func TestSmallestRequests(t *testing.T) {
	t.Parallel()
	for _, config := range []string{"/collector-config.yaml", "/configs/replicas-valkey.yaml"} {
		for bytes, passes := range map[string]bool{"1048576": true, "1048575": false} {
			cmd := exec.CommandContext(t.Context(), gateway.Binary(t), "validate", "--config", gateway.Root()+config)
			cmd.Env = append(os.Environ(), "BACKEND_MAX_BYTES="+bytes)
			output, err := cmd.CombinedOutput()
			assert.Equal(t, passes, err == nil, "%s %s: %s", config, bytes, output)
		}
	}
}

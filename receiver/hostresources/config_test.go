package hostresources

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func loadYAML(t *testing.T, text string) *Config {
	t.Helper()
	var raw struct {
		Receivers map[string]map[string]any
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := NewFactory().CreateDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(raw.Receivers["hostresources"]).Unmarshal(cfg))
	return cfg
}

func TestReadmeYAML(t *testing.T) {
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := strings.Split(string(b), "```yaml\n")[1:]
	require.Len(t, blocks, 2)
	var last *Config
	for _, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		last = loadYAML(t, text)
		require.NoError(t, last.Validate())
	}
	// The full block shows the defaults.
	last.Processes, last.Cost = nil, CostConfig{}
	assert.Equal(t, defaultConfig(), last)
}

func everyDefinition() []*definition {
	return append([]*definition{
		defCPUUtilization, defCPUBusy, defCPUPeak, defCPULimit, defMemoryUsage, defMemoryLimit, defMemoryAvailable,
		defMemoryUtilization, defMemoryPeak, defPagingUsage, defPagingUtilization, defPagingPeak, defPagingFaults, defPagingOperations,
		defDiskIO, defDiskOperations, defNetworkIO, defNetworkPackets, defNetworkErrors, defNetworkDropped,
		defProcessCPU, defProcessCPUBusy, defProcessCPUPeak, defProcessMemory, defProcessAverage, defProcessPeak, defProcessHighWater,
		defProcessFiles, defProcessHandles, defProcessUptime, defProcessStart, defLangchainMemory, defInfraCost,
	}, defLoad[:]...)
}

// What is emitted is what internal/genai lists: clientmetrics derives from it which names in Prometheus are the gateway's.
func TestDefinitionsAreListed(t *testing.T) {
	kinds := map[kind]genai.MetricKind{gauge: genai.KindGauge, level: genai.KindLevel, counter: genai.KindCounter}
	listed := append(genai.GatewayMetrics(), genai.HostMetrics()...)
	for _, def := range everyDefinition() {
		assert.Contains(t, listed, genai.Metric{Name: def.name, Unit: def.unit, Kind: kinds[def.kind]})
	}
}

func TestReadmeNamesEveryMetric(t *testing.T) {
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, def := range everyDefinition() {
		assert.Contains(t, string(b), "`"+def.name+"`")
	}
}

func TestIssueExample(t *testing.T) {
	cfg := loadYAML(t, `
receivers:
  hostresources:
    collection_interval: 10s
    sample_interval: 1s
    processes: [{component: agent, match: {command: "python.*agent"}}, {component: gateway, match: {self: true}}]
    cost: {compute_usd_per_hour: 0.34}
    naming: langchain
`)
	require.NoError(t, cfg.Validate())
	assert.Equal(t, 0.34, cfg.Cost.ComputeUSDPerHour)
	assert.Len(t, cfg.Processes, 2)
	assert.Equal(t, []string{namingLangchain}, cfg.Naming, "a single name needs no list")
}

func TestConfigErrors(t *testing.T) {
	for want, change := range map[string]func(*Config){
		`processes[0].match.command must be a regular expression (RE2), got "(": `: func(c *Config) {
			c.Processes = []ProcessConfig{{Component: "a", Match: MatchConfig{Command: "("}}}
		},
		"sample_interval must be at most collection_interval (10s), got 11s":                             func(c *Config) { c.SampleInterval = 11 * time.Second },
		"sample_interval must be at least 100ms, got 0s":                                                 func(c *Config) { c.SampleInterval = 0 },
		"collection_interval must be at least 100ms, got 0s":                                             func(c *Config) { c.CollectionInterval = 0 },
		"collection_interval must be at least 100ms, got 10ns; a duration needs a unit, such as 10s":     func(c *Config) { c.CollectionInterval = 10 },
		"sample_interval must be at least 100ms, got 1ns; a duration needs a unit, such as 10s":          func(c *Config) { c.SampleInterval = 1 },
		"initial_delay must be 0s (none) or at least 1ms, got -1s":                                       func(c *Config) { c.InitialDelay = -time.Second },
		"initial_delay must be 0s (none) or at least 1ms, got 1ns; a duration needs a unit, such as 10s": func(c *Config) { c.InitialDelay = 1 },
		"timeout must be 0s (none) or at least 100ms, got -1s":                                           func(c *Config) { c.Timeout = -time.Second },
		"timeout must be 0s (none) or at least 100ms, got 5ns; a duration needs a unit, such as 10s":     func(c *Config) { c.Timeout = 5 },
		"zero_for must be 0s (off) or at least 100ms, got 20ns; a duration needs a unit, such as 10s":    func(c *Config) { c.ZeroFor = 20 },
		"cost.compute_usd_per_hour must be between 0 and 1000000 USD, got -1":                            func(c *Config) { c.Cost.ComputeUSDPerHour = -1 },
		"cost.storage_usd_per_hour must be between 0 and 1000000 USD, got 1e+07": func(c *Config) {
			c.Cost.StorageUSDPerHour = 1e7
		},
		`resources[1] must be one of cpu, memory, paging, load, disk, network, got "gpu"`: func(c *Config) {
			c.Resources = []string{"cpu", "gpu"}
		},
		`resources[1] repeats "cpu"`:                               func(c *Config) { c.Resources = []string{"cpu", "cpu"} },
		`naming[0] must be one of semconv, langchain, got "x"`:     func(c *Config) { c.Naming = []string{"x"} },
		"naming must not be empty, allowed are semconv, langchain": func(c *Config) { c.Naming = nil },
		"max_processes must be between 1 and 10000, got 0":         func(c *Config) { c.MaxProcesses = 0 },
		"max_devices must be between 1 and 10000, got 10001":       func(c *Config) { c.MaxDevices = 10_001 },
		"processes[0].component must not be empty": func(c *Config) {
			c.Processes = []ProcessConfig{{Match: MatchConfig{Self: true}}}
		},
		"processes[0].match must have exactly one of name, command, pid_file, self: true, got 0": func(c *Config) {
			c.Processes = []ProcessConfig{{Component: "a"}}
		},
		"processes[0].match must have exactly one of name, command, pid_file, self: true, got 2": func(c *Config) {
			c.Processes = []ProcessConfig{{Component: "a", Match: MatchConfig{Self: true, Name: "b"}}}
		},
		"nothing would be reported": func(c *Config) { c.Resources = nil },
	} {
		cfg := defaultConfig()
		change(cfg)
		require.ErrorContains(t, cfg.Validate(), want)
	}
	require.NoError(t, component.Config(defaultConfig()).(*Config).Validate())
}

func TestConfigErrorsAllAtOnce(t *testing.T) {
	cfg := defaultConfig()
	cfg.SampleInterval = time.Minute
	cfg.ZeroFor, cfg.InitialDelay = 20, 1
	cfg.Cost.ComputeUSDPerHour = -1
	cfg.Processes = []ProcessConfig{{Component: "a", Match: MatchConfig{Command: "("}}}
	err := cfg.Validate()
	for _, key := range []string{"sample_interval", "zero_for", "initial_delay", "cost.compute_usd_per_hour", "processes[0].match.command"} {
		assert.ErrorContains(t, err, key)
	}
}

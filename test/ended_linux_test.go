package test

import (
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// startAgents starts n processes that do nothing, by the name that the configuration looks for. They end with stop, or with the test.
func startAgents(t *testing.T, n int, name string) (stop func()) {
	t.Helper()
	path, err := exec.LookPath("cat")
	require.NoError(t, err)
	var inputs []io.Closer
	var commands []*exec.Cmd
	stop = func() {
		for i, in := range inputs {
			_ = in.Close()
			_ = commands[i].Wait()
		}
		inputs = nil
	}
	t.Cleanup(stop)
	for range n {
		cmd := exec.Command(path)
		cmd.Args = []string{name}
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		inputs, commands = append(inputs, in), append(commands, cmd)
	}
	return stop
}

// agentName is a name that no other test's processes have.
func agentName() string { return "ended-agent-" + strconv.FormatInt(time.Now().UnixNano(), 36) }

// following is the argument that has a gateway follow the agents, and itself.
func following(name string) string {
	return fmt.Sprintf("--set=receivers.hostresources.processes=[{component: agent, match: {command: %q}}, {component: gateway, match: {self: true}}]", "^"+name)
}

// TestEndedProcessesLeaveTheScrape: the series of 30 processes that ended are not in the endpoint any more, of which the default
// configuration says that it keeps what is silent for an hour. The gateway's own stay.
func TestEndedProcessesLeaveTheScrape(t *testing.T) {
	t.Parallel()
	const agents = 30
	name := agentName()
	stop := startAgents(t, agents, name)
	g, _, scrapeURL, _ := defaultsWith(t, []string{
		"--config", gateway.Root() + "/test/testdata/everything.yaml",
		following(name),
	})
	series := func(component string) (n int) {
		for _, family := range scrape(t, scrapeURL) {
			for _, m := range family.GetMetric() {
				if matches(m, []string{"component", component}) {
					n++
				}
			}
		}
		return n
	}
	const each = 10 // a process has at least so many series
	require.Eventually(t, func() bool { return series("agent") >= agents*each && series("gateway") >= each }, time.Minute, 200*time.Millisecond)
	stop()
	assert.Eventually(t, func() bool { return series("agent") == 0 }, time.Minute, 200*time.Millisecond)
	assert.GreaterOrEqual(t, series("gateway"), each)
	checkQuiet(t, g)
}

// TestEndedProcessesLeavePrometheus: pushed, their series end too. Prometheus would show the last value of one that is only silent for 5
// minutes.
func TestEndedProcessesLeavePrometheus(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	const agents = 5
	name := agentName()
	stop := startAgents(t, agents, name)
	server := prometheus.Start(t, false)
	g := gateway.Start(t, gateway.Options{
		Config: gateway.Root() + "/test/testdata/host-pushed.yaml", Args: []string{following(name)},
		Env: []string{"REMOTE_WRITE_URL=" + server.URL + "/api/v1/write"},
	})
	series := func(component string) int {
		return len(server.Query(t, fmt.Sprintf(`{component=%q}`, component)))
	}
	const each = 10
	require.Eventually(t, func() bool { return series("agent") >= agents*each && series("gateway") >= each }, time.Minute, 200*time.Millisecond)
	stop()
	assert.Eventually(t, func() bool { return series("agent") == 0 }, time.Minute, 200*time.Millisecond)
	assert.GreaterOrEqual(t, series("gateway"), each)
	checkQuiet(t, g)
}

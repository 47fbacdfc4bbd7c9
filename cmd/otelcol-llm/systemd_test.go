package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const unitFile = "../../deploy/systemd/otelcol-llm.service"

// unit has the values of each key.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(unitFile)
	require.NoError(t, err)
	all := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			all[key] = append(all[key], value)
		}
	}
	return all
}

func TestSystemd(t *testing.T) {
	u := unit(t)
	program, args, _ := strings.Cut(u["ExecStart"][0], " ")
	require.Equal(t, []string{program + " validate " + args, "/bin/kill -HUP $MAINPID"}, u["ExecReload"], "what is validated is what is read")

	// Of MemoryMax the memory_limiter has what it has of a container.
	const option = "--set=processors.memory_limiter.limit_mib="
	_, limit, found := strings.Cut(args, option)
	require.True(t, found)
	require.Equal(t, []string{"1G"}, u["MemoryMax"])
	conf := resolve(t, "../../collector-config.yaml")
	require.Equal(t, "768", limit, "of 1024")
	require.Equal(t, 75, conf.Get("processors::memory_limiter::limit_percentage"))
	require.NoError(t, checkMerged(t.Context(), allFactories(t), "file:../../collector-config.yaml", "yaml:processors::memory_limiter::limit_mib: "+limit))

	end, err := time.ParseDuration(conf.Get("extensions::delivery::shutdown_timeout").(string))
	require.NoError(t, err)
	patience, err := time.ParseDuration(u["TimeoutStopSec"][0])
	require.NoError(t, err)
	require.Greater(t, patience, end)
	require.Equal(t, []string{"GATEWAY_ID=%H"}, u["Environment"])
	require.Equal(t, []string{"%S/" + u["StateDirectory"][0]}, u["WorkingDirectory"], "./data is there")

	how, err := os.ReadFile("../../deploy/README.md")
	require.NoError(t, err)
	for _, path := range []string{program, strings.Fields(args)[1], strings.TrimPrefix(u["EnvironmentFile"][0], "-")} {
		require.Contains(t, string(how), path, "where it is installed")
	}
}

func TestSystemdUnderstandsTheUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		require.NotEqual(t, "true", os.Getenv("CI"), "systemd-analyze is missing: test/setup.sh installs it")
		t.Skip("systemd-analyze is missing: run test/setup.sh")
	}
	text, err := os.ReadFile(unitFile)
	require.NoError(t, err)
	program, err := os.Executable() // verify wants programs that are there
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "otelcol-llm.service")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "/usr/local/bin/otelcol-llm", program)), 0o600))
	out, err := exec.CommandContext(t.Context(), analyze, "verify", file).CombinedOutput() //nolint:gosec // found in PATH
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), file, "it warns of what it does not know and goes on")
}

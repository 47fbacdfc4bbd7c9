package genaimetrics

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

var update = flag.Bool("update", false, "write want.txt anew")

// received is after everything under testdata.
var received = t0.AddDate(20, 0, 0)

// A directory under testdata is a case: what comes in (traces.json, logs.json, metrics.json, OTLP), under which configuration
// (config.yaml), and what goes out (want.txt). A file may name another one instead: `@../other/traces.json`.
func TestGolden(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*/want.txt")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, want := range dirs {
		dir := filepath.Dir(want)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			e := testEngine(t, func(c *Config) { loadConfig(t, dir, c) })
			for range 2 { // whatever is delivered again adds nothing
				feed(t, e, dir)
			}
			got := strings.Join(render(e.exportAt(received.Add(time.Second))), "\n") + "\n"
			if *update {
				require.NoError(t, os.WriteFile(want, []byte(got), 0o600))
			}
			have, err := os.ReadFile(want)
			require.NoError(t, err)
			require.Equal(t, string(have), got)
		})
	}
}

func loadConfig(t *testing.T, dir string, cfg *Config) {
	raw := input(t, dir, "config.yaml")
	if raw == nil {
		return
	}
	ret, err := confmap.NewRetrievedFromYAML(raw)
	require.NoError(t, err)
	conf, err := ret.AsConf()
	require.NoError(t, err)
	require.NoError(t, conf.Unmarshal(cfg))
}

func feed(t *testing.T, e *engine, dir string) {
	if raw := input(t, dir, "traces.json"); raw != nil {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(raw)
		require.NoError(t, err)
		e.observeTraces(td, received)
	}
	if raw := input(t, dir, "logs.json"); raw != nil {
		ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(raw)
		require.NoError(t, err)
		e.observeLogs(ld, received)
	}
	if raw := input(t, dir, "metrics.json"); raw != nil {
		md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(raw)
		require.NoError(t, err)
		e.observeMetrics(md, received)
	}
}

func input(t *testing.T, dir, name string) []byte {
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	if other, ok := bytes.CutPrefix(raw, []byte("@")); ok {
		raw, err = os.ReadFile(filepath.Join(dir, strings.TrimSpace(string(other))))
		require.NoError(t, err)
	}
	return raw
}

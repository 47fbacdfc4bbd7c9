package genaievents

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

var update = flag.Bool("update", false, "write want.txt anew")

// A directory under testdata is a case: what comes in (traces.json, logs.json, OTLP), under which configuration (config.yaml), and what
// goes out (want.txt). A file may name another one instead: `@../other/traces.json`. All of it is sent twice.
func TestGolden(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*/config.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, config := range dirs {
		dir := filepath.Dir(config)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r := start(t, string(input(t, dir, "config.yaml")))
			for range 2 {
				feed(t, r, dir)
			}
			var out []string
			for _, ld := range r.sink.AllLogs() {
				eachRecord(ld, func(res pcommon.Resource, rec plog.LogRecord) { out = append(out, render(res, rec)) })
			}
			got, want := strings.Join(out, "\n")+"\n", filepath.Join(dir, "want.txt")
			if *update {
				require.NoError(t, os.WriteFile(want, []byte(got), 0o600))
			}
			have, err := os.ReadFile(want)
			require.NoError(t, err)
			require.Equal(t, string(have), got)
		})
	}
}

func feed(t *testing.T, r *rig, dir string) {
	if raw := input(t, dir, "traces.json"); raw != nil {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(raw)
		require.NoError(t, err)
		require.NoError(t, r.ConsumeTraces(context.Background(), td))
	}
	if raw := input(t, dir, "logs.json"); raw != nil {
		ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(raw)
		require.NoError(t, err)
		require.NoError(t, r.genaiEvents.ConsumeLogs(context.Background(), ld))
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

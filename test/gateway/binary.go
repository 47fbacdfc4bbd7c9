// Package gateway runs the built binary in end-to-end tests: start it with a configuration on free ports, wait until it is ready,
// stop it or kill it, read its log.
package gateway

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

var build = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("OTELCOL_LLM_BINARY"); given != "" {
		return filepath.Abs(given)
	}
	dir, err := os.MkdirTemp("", "otelcol-llm-test-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "otelcol-llm")
	cmd := exec.Command("go", "build", "-o", binary, "./cmd/otelcol-llm")
	cmd.Dir = Root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return binary, cmd.Run()
})

// Binary is the binary under test: OTELCOL_LLM_BINARY, or built once for a run of the tests.
func Binary(t testing.TB) string {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatalf("build of the gateway: %v", err)
	}
	return binary
}

// Clean removes what Binary built; for TestMain, after the tests.
func Clean() {
	if os.Getenv("OTELCOL_LLM_BINARY") != "" {
		return
	}
	if binary, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(binary))
	}
}

// Root is the top of the source tree.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

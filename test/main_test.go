// Package test holds the end-to-end tests: the built binary, started with a real configuration on free ports, real clients and real
// servers around it, all on loopback. `make test` runs setup.sh first, which installs what they need.
package test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

func TestMain(m *testing.M) {
	code := m.Run()
	gateway.Clean()
	os.Exit(code)
}

// need skips a test on a developer's machine that lacks a program; in CI a missing program is a failure.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program)
		}
	}
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: test/setup.sh installs it", what)
	}
	t.Skipf("%s is missing: run test/setup.sh", what)
}

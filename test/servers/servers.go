// Package servers runs a real VictoriaLogs and a real Jaeger in end-to-end tests and asks them. test/setup.sh builds both.
package servers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

const startTimeout = 60 * time.Second

// program is where setup.sh puts a server: under the name of its module's directory and what its go.mod is.
func program(name string) (string, error) {
	body, err := os.ReadFile(filepath.Join(gateway.Root(), "test", "servers", name, "go.mod"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	file := filepath.Join(gateway.Root(), ".tools", name+"-"+hex.EncodeToString(sum[:6]))
	_, err = os.Stat(file)
	return file, err
}

// Missing says whether a server is not built.
func Missing(name string) bool {
	_, err := program(name)
	return err != nil
}

// run starts a server until the test ends.
func run(t testing.TB, name, ready string, env []string, args ...string) {
	t.Helper()
	file, err := program(name)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(file, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("log of %s:\n%s", name, log.String())
		}
	})
	gateway.AwaitReady(t, name, ready, startTimeout)
}

// ask decodes what an address answers, and says whether it did.
func ask(t testing.TB, url string, into any) bool {
	t.Helper()
	body, ok := page(t, url)
	return ok && json.Unmarshal(body, into) == nil
}

func page(t testing.TB, url string) ([]byte, bool) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body, resp.StatusCode == http.StatusOK
}

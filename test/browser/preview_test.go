package browser

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// Everything that a test waits for may take this long on a busy machine.
const patience = 2 * time.Minute

var binary string // of the preview

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "preview-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "preview")
	build := exec.Command("go", "build", "-o", binary, "./exporter/dashboard/internal/page/preview")
	build.Dir = gateway.Root()
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	closeBrowser()
	gateway.Clean()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// preview is the page over made answers.
type preview struct {
	url  string
	kind string
	port int
	cmd  *exec.Cmd
}

func startPreview(t *testing.T, kind string) *preview {
	t.Helper()
	port := gateway.FreePorts(t, 1)[0]
	p := &preview{url: "http://" + gateway.Loopback(port), kind: kind, port: port}
	p.start(t)
	t.Cleanup(p.stop)
	return p
}

func (p *preview) start(t *testing.T) {
	t.Helper()
	p.cmd = exec.Command(binary, "-addr", gateway.Loopback(p.port), "-data", p.kind)
	p.cmd.Stderr = os.Stderr
	require.NoError(t, p.cmd.Start())
	require.Eventually(t, func() bool {
		resp, err := http.Get(p.url + "/preview/listeners")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil
	}, patience, 50*time.Millisecond, "the preview did not start")
}

func (p *preview) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// do tells the preview to do something: do(t, "spend", "usd", "1.5").
func (p *preview) do(t *testing.T, what string, values ...string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	resp, err := http.Post(p.url+"/preview/"+what, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

func getJSON(t *testing.T, address string, into any) {
	t.Helper()
	resp, err := http.Get(address)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, http.StatusOK, resp.StatusCode, address)
	require.NoError(t, json.NewDecoder(resp.Body).Decode(into), address)
}

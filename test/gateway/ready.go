package gateway

import (
	"net/http"
	"testing"
	"time"
)

// AwaitReady waits until an address answers 200; name is who is waited for.
func AwaitReady(t testing.TB, name, url string, timeout time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(url)
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("%s was not ready within %v", name, timeout)
}

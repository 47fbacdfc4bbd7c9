package budgetalert

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// mayWrite says whether a file can be made in a directory, by this thread.
func mayWrite(dir string) bool {
	probe, err := os.Create(filepath.Join(dir, "probe"))
	if err != nil {
		return false
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return true
}

// A directory that may only be read: it counts in memory, alerts and says so, and writes all of it when it can.
func TestAReadOnlyDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := small(t)
		dir := cfg.Ledger.Directory
		require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
		require.NoError(t, os.Chmod(dir, 0o555))
		t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
		asNobody := func(start func()) { // root may write everything
			done := make(chan bool)
			go func() {
				if os.Getuid() == 0 {
					runtime.LockOSThread() // the thread ends with the goroutine, and its user with it
					_ = syscall.Setfsuid(65534)
				}
				_, err := os.ReadDir(dir)
				forbidden := err == nil && !mayWrite(dir)
				if forbidden {
					start()
				}
				done <- forbidden
			}()
			if !<-done {
				t.Skip("nothing is forbidden here, or all is")
			}
		}
		countsInMemory(t, cfg, "permission denied", asNobody, func() { require.NoError(t, os.Chmod(dir, 0o755)) })
	})
}

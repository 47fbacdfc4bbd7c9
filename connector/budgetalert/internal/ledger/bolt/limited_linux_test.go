package bolt

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// childThatIsLimited runs out of disk: its files may not grow any more, which fails as a full disk does. Then it gets room again. From the
// start there is no room for the log that it would like to have.
func childThatIsLimited(dir string, fromTheStart bool) int {
	signal.Ignore(syscall.SIGXFSZ)
	heard := &heard{}
	o := options(dir, &clock{now: start}, heard)
	o.Retry = 10 * time.Millisecond
	l, err := Open(o)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println(err)
		return 1
	}
	info, err := os.Stat(dir + "/" + fileName)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	limit.Cur = uint64(info.Size()) + 64<<10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println(err)
		return 1
	}
	if fromTheStart {
		if err := l.Close(); err != nil {
			fmt.Println(err)
			return 1
		}
		o.logBlocks = logBlocks
		if l, err = Open(o); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	for id := uint64(1); id <= 3000; id++ {
		if err := l.Record(context.Background(), []ledger.Call{oneCall(id)}, raise); err != nil {
			fmt.Println("refused:", err)
			return 1
		}
	}
	fmt.Println("full:", l.Stats().Failures > 0, l.Stats().Waiting > 0)
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println(err)
		return 1
	}
	for range 3000 { // the ticker writes what waited
		if l.Stats().Waiting == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("waiting:", l.Stats().Waiting)
	fmt.Println("closed:", l.Close())
	for _, kind := range heard.kinds() {
		fmt.Println("notice:", int(kind))
	}
	return 0
}

func TestFullDisk(t *testing.T) {
	for _, when := range []string{"limited", "limited from the start"} {
		dir := t.TempDir()
		out, err := child(t, when, dir, 0).Output()
		require.NoError(t, err, "%s", out)
		require.Equal(t, "full: true true\nwaiting: 0\nclosed: <nil>\nnotice: 2\nnotice: 3\n", string(out), when)
		all := map[uint64]bool{}
		for id := uint64(1); id <= 3000; id++ {
			all[id] = true
		}
		checkKilled(t, dir, all)
	}
}

// asNobody runs as a user who may not write what a directory's mode forbids: root may write everything.
func asNobody(t *testing.T, dir string, do func()) {
	done := make(chan bool)
	go func() {
		if os.Getuid() == 0 {
			runtime.LockOSThread() // the thread ends with the goroutine, and its user with it
			_ = syscall.Setfsuid(65534)
		}
		_, reachErr := os.ReadDir(dir)
		probe, err := os.Create(filepath.Join(dir, "probe"))
		if err == nil {
			_ = probe.Close()
			_ = os.Remove(probe.Name())
		} else if reachErr == nil {
			do()
		}
		done <- err != nil && reachErr == nil
	}()
	if !<-done {
		t.Skip("nothing is forbidden here, or all is")
	}
}

// readOnly makes a directory that can be read only, and that everybody reaches.
func readOnly(t *testing.T, dir string) {
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	require.NoError(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
}

func TestReadOnlyDirectory(t *testing.T) {
	f := &fixture{clock: &clock{now: start}, heard: &heard{}, dir: t.TempDir()}
	readOnly(t, f.dir)
	var err error
	asNobody(t, f.dir, func() { f.Ledger, err = Open(options(f.dir, f.clock, f.heard)) })
	require.NoError(t, err, "it counts in memory")
	record(t, f, call(1, minute, 10))
	require.EqualValues(t, 10, spent(t, f))
	require.Equal(t, 1, f.Stats().Waiting)
	require.NoError(t, os.Chmod(f.dir, 0o755))
	f.tick()
	require.Zero(t, f.Stats().Waiting)
	record(t, f, call(2, minute, 10))
	require.NoError(t, f.Close())
	require.Equal(t, []ledger.NoticeKind{ledger.StoreUnavailable, ledger.StoreAvailable}, f.heard.kinds())
	f.open(t)
	require.EqualValues(t, 20, spent(t, f))
	require.NoError(t, f.Close())

	// A ledger that can be read only is read, and goes on in memory.
	require.NoError(t, os.Chmod(f.file(), 0o444))
	readOnly(t, f.dir)
	asNobody(t, f.dir, func() { f.Ledger, err = Open(options(f.dir, f.clock, f.heard)) })
	require.NoError(t, err)
	record(t, f, call(2, minute, 10), call(3, minute, 10))
	require.EqualValues(t, 30, spent(t, f))
	require.Equal(t, 1, f.Stats().Waiting)
	require.NoError(t, os.Chmod(f.file(), 0o600))
	f.tick()
	require.Zero(t, f.Stats().Waiting)
	require.NoError(t, f.Close())
	f.open(t)
	require.EqualValues(t, 30, spent(t, f))
	require.NoError(t, f.Close())

	// With reject it does not start.
	require.NoError(t, os.Chmod(f.file(), 0o444))
	o := options(f.dir, f.clock, f.heard)
	o.Reject = true
	asNobody(t, f.dir, func() { _, err = Open(o) })
	require.ErrorContains(t, err, "permission denied")
	require.ErrorContains(t, err, f.file())
}

func TestFileThatChangedBehindOurBack(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	require.NoError(t, f.Close())
	require.NoError(t, os.Chmod(f.file(), 0o444))
	readOnly(t, f.dir)
	var err error
	asNobody(t, f.dir, func() { f.Ledger, err = Open(options(f.dir, f.clock, f.heard)) })
	require.NoError(t, err)
	record(t, f, call(2, minute, 10))
	require.NoError(t, os.Chmod(f.file(), 0o600))
	other := &fixture{clock: f.clock, heard: &heard{}, dir: f.dir}
	other.open(t)
	record(t, other, call(3, minute, 10))
	require.NoError(t, other.Close())
	f.tick()
	require.Equal(t, 1, f.Stats().Waiting, "what another process counted is not written over")
	require.ErrorIs(t, f.Close(), errOther)
	other.open(t)
	require.EqualValues(t, 20, spent(t, other))
	require.NoError(t, other.Close())
}

package wholefile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	left := fmt.Sprintf("%s.%d.new", name, os.Getpid()) // by a process that was killed
	require.NoError(t, os.WriteFile(left, []byte("a long half"), 0o600))
	for _, text := range []string{"one", "another", ""} {
		require.NoError(t, Replace(name, 0o600, Bytes([]byte(text))))
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
	}
	if runtime.GOOS != "windows" {
		require.NoError(t, os.Chmod(name, 0o444)) // a file that nobody may write to may be replaced
		require.NoError(t, Replace(name, 0o600, Bytes([]byte("one"))))
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
	all, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, all, 1)
}

// What was there stays where the new one cannot be made, and nothing is left of that one.
func TestHalf(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	require.NoError(t, Replace(name, 0o600, Bytes([]byte("old"))))
	full := errors.New("full")
	require.ErrorIs(t, Replace(name, 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, "ne")
		return errors.Join(err, full)
	}), full)
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "old", string(got))
	require.Error(t, Replace(filepath.Join(dir, "none", "file"), 0o600, Bytes(nil)))
	all, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, all, 1)
}

// A link stays one, and what is no file is written to: a report to /dev/null must not end it.
func TestNotAFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a right there")
	}
	dir := t.TempDir()
	name, link, null := filepath.Join(dir, "file"), filepath.Join(dir, "link"), filepath.Join(dir, "null")
	require.NoError(t, os.WriteFile(name, []byte("old"), 0o600))
	require.NoError(t, os.Symlink("file", link))
	require.NoError(t, os.Symlink(os.DevNull, null))
	require.NoError(t, Replace(link, 0o600, Bytes([]byte("new"))))
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
	require.NoError(t, Replace(null, 0o600, Bytes([]byte("new"))))
	for name, mode := range map[string]os.FileMode{link: os.ModeSymlink, os.DevNull: os.ModeDevice | os.ModeCharDevice} {
		info, err := os.Lstat(name)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Type())
	}
}

// Package wholefile replaces files: whoever reads one, also after a kill or a power cut, finds the old one or the new one, whole.
package wholefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace gives a file the content that fill writes. It is durable when Replace returns; after an error the file is the old one. Its mode is perm
// without the umask, whatever the old one had. Where the name is a link the file behind it is replaced, and what is no file (a pipe, /dev/null) is
// written to.
func Replace(name string, perm fs.FileMode, fill func(io.Writer) error) error {
	if to, err := filepath.EvalSymlinks(name); err == nil {
		name = to
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return write(name, os.O_WRONLY, perm, fill)
	}
	temporary := fmt.Sprintf("%s.%d.new", name, os.Getpid())
	_ = os.Remove(temporary) // of a process that was killed
	err := write(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm, func(w io.Writer) error {
		return errors.Join(fill(w), w.(*os.File).Sync()) // else the new name could outlast a power cut, and what is in it not
	})
	if err == nil {
		err = os.Rename(temporary, name)
	}
	if err != nil {
		_ = os.Remove(temporary)
		return err
	}
	return SyncDirectory(filepath.Dir(name))
}

func write(name string, flags int, perm fs.FileMode, fill func(io.Writer) error) error {
	f, err := os.OpenFile(name, flags, perm)
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}

// Bytes are what fills a file with b.
func Bytes(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

// SyncDirectory makes the names in a directory durable, where the file system can.
func SyncDirectory(name string) error {
	directory, err := os.Open(name)
	if err != nil {
		return err
	}
	_ = directory.Sync()
	return directory.Close()
}

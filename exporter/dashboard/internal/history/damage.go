package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/prometheus/prometheus/tsdb"
)

// damaged says whether an error of opening is about what is in the files. Where there is no right or no room to open them, they may be whole.
func damaged(err error) bool {
	for _, other := range []error{fs.ErrPermission, errDiskFull, syscall.ENOSPC, syscall.EROFS, syscall.EMFILE, syscall.ENFILE, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}

// moveAside moves the blocks that cannot be opened out of the way or, where all can be, the whole directory.
func (s *store) moveAside(why error) bool {
	aside := s.dir + ".damaged-" + s.now().UTC().Format("20060102T150405.000000000Z")
	what := "blocks"
	n, err := s.moveBlocks(aside)
	if n == 0 && err == nil {
		what = "all of it"
		err = os.Rename(s.dir, aside)
	}
	if err != nil {
		s.log.Error("The history is damaged and cannot be moved aside", "dir", s.dir, "damage", why, "error", err)
		return false
	}
	s.log.Error("The history is damaged: it was moved aside, and begins anew without it", "dir", s.dir, "moved", what, "blocks", n, "to", aside, "damage", why)
	return true
}

const blockName = 26 // bytes of a ULID

func (s *store) moveBlocks(aside string) (n int, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, nil //nolint:nilerr // it is no directory: all of it goes
	}
	for _, e := range entries {
		if len(e.Name()) != blockName || !e.IsDir() {
			continue
		}
		block := filepath.Join(s.dir, e.Name())
		if guard(func() error { return tryBlock(block) }) == nil {
			continue
		}
		if err := os.MkdirAll(aside, 0o700); err != nil {
			return n, err
		}
		if err := os.Rename(block, filepath.Join(aside, e.Name())); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func tryBlock(dir string) error {
	b, err := tsdb.OpenBlock(nil, dir, nil, nil)
	if err != nil {
		return err
	}
	return b.Close()
}

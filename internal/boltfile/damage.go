package boltfile

import (
	"errors"
	"os"
	"time"
)

// IsDamage says of an error that the file is of no use any more.
func IsDamage(err error) bool { return errors.Is(err, ErrDamaged) || errors.Is(err, ErrBroken) }

// MoveAside keeps a file that is of no use for those who want to look into it, and says where. What had it open must not be closed: it may hold
// a lock for ever.
func MoveAside(path string, now time.Time) (moved string, err error) {
	moved = path + ".damaged-" + now.UTC().Format("20060102T150405.000000000Z")
	return moved, os.Rename(path, moved)
}

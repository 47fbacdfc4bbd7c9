// Package boltfile looks at files of bbolt before bbolt does. bbolt trusts its file: a page that points to its parent ends in a stack
// overflow and a free list with a flipped bit in an allocation of terabytes, and neither can be recovered from. So a file is read here
// first, page by page and without a mapping, and bbolt opens it only when every page is in one place exactly. What is in the values bbolt
// does not protect, and nothing here can: a store whose values are money needs checksums of its own.
package boltfile

import (
	"errors"
	"fmt"
	"runtime/debug"
)

var (
	// ErrDamaged is a file that bbolt must not open.
	ErrDamaged = errors.New("damaged")
	// ErrInUse is a file that another process has open.
	ErrInUse = errors.New("another process uses it")
	// ErrBroken is a file that broke while it was in use.
	ErrBroken = errors.New("the file broke while it was in use")
)

// Guard turns panics and faults of a mapping, as after a file was cut short, into ErrBroken. What bbolt held then must never be used again,
// not even to close it: it may hold locks.
func Guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrBroken, r)
		}
	}()
	return do()
}

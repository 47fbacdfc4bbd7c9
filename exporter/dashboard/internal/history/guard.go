package history

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// errPanicked is a database that must not be used again: it may hold locks for ever.
var errPanicked = errors.New("the database broke")

// guard turns panics into errPanicked, and faults of a file that was cut short while it is mapped.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errPanicked, r)
		}
	}()
	return do()
}

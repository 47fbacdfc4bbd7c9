//go:build unix && !aix && !solaris

package boltfile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// Lock takes the lock that bbolt takes too, before the file is read. bbolt takes it again on the same descriptor, which changes nothing.
func Lock(f *os.File, exclusive bool, patience time.Duration) error {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	const pause = 50 * time.Millisecond
	for waited := time.Duration(0); ; waited += pause {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB) //nolint:gosec // a descriptor is small
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return err
		case waited >= patience:
			return ErrInUse
		}
		time.Sleep(pause)
	}
}

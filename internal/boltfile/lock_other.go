//go:build !unix || aix || solaris

package boltfile

import (
	"os"
	"time"
)

// Lock leaves it to bbolt, whose lock belongs to the handle here.
func Lock(*os.File, bool, time.Duration) error { return nil }

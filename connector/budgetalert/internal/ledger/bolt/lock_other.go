//go:build !unix || aix || solaris

package bolt

import (
	"os"
	"time"
)

// lock leaves it to bbolt, whose lock belongs to the handle here.
func lock(*os.File, bool, time.Duration) error { return nil }

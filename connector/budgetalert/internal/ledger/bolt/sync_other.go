//go:build !linux

package bolt

import "os"

// syncWrites makes each write durable before it returns.
const syncWrites = os.O_SYNC

// directWrites is nothing here.
const directWrites = 0

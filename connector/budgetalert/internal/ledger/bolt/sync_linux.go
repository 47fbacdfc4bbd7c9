package bolt

import "syscall"

// syncWrites makes each write durable before it returns, with the size of the file and without its times.
const syncWrites = syscall.O_DSYNC

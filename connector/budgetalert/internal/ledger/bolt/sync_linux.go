package bolt

import "syscall"

// syncWrites makes each write durable before it returns, with the size of the file and without its times.
const syncWrites = syscall.O_DSYNC

// directWrites go around the kernel's cache, from memory that is aligned.
const directWrites = syscall.O_DIRECT

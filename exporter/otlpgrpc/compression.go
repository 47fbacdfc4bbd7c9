package otlpgrpc

import (
	"sync"
	"time"

	"go.opentelemetry.io/collector/config/configcompression"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// auto is what the backend reads: preferred, which takes less than half of the CPU and a third fewer bytes, else fallback, which every backend
// reads. gRPC has no way to ask, but a server that does not read a message says so and has done nothing with it
// (https://github.com/grpc/grpc/blob/master/doc/compression.md).
const (
	auto      configcompression.Type = "auto"
	preferred                        = configcompression.TypeZstd
	fallback                         = configcompression.TypeGzip

	compressionKey = "compression"
)

const (
	// fallbackFor is how long the fallback is used where the backend does not read what is preferred: it may learn to.
	fallbackFor = time.Hour
	// mostDoubts is how often in a row what is preferred may fail and the fallback go through before it is taken as not read: a server that
	// closes the connection instead of saying so must not stop everything.
	mostDoubts = 3
)

// compression is what is known of a backend.
type compression struct {
	mu     sync.Mutex
	failed bool      // the last try of what is preferred, for whatever reason; now it is the fallback's turn
	doubts int       // how often the fallback went through then, since what is preferred last did
	until  time.Time // the fallback is used until then
}

// prefers says whether the next request is compressed with what is preferred.
func (c *compression) prefers(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.failed && !now.Before(c.until)
}

// told learns from how a request ended. It says whether the backend could not read it: then it is to be sent with the fallback at once.
func (c *compression) told(preferred bool, err error, now time.Time) (unread bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case preferred && err == nil:
		c.failed, c.doubts = false, 0
	case preferred && isUnread(err):
		c.failed, c.doubts, c.until = false, 0, now.Add(fallbackFor)
		return true
	case preferred:
		c.failed = true
	case err == nil && c.failed:
		c.failed = false
		if c.doubts++; c.doubts == mostDoubts {
			c.doubts, c.until = 0, now.Add(fallbackFor)
		}
	}
	return false
}

// isUnread says whether an error may mean that the message could not be decompressed. Servers answer UNIMPLEMENTED to a compression that
// they do not have, and some INTERNAL.
func isUnread(err error) bool {
	code := status.Code(err)
	return code == codes.Unimplemented || code == codes.Internal
}

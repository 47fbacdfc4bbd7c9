package test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// settled repeats a check until nothing fails in it, for a minute at most, and then reports what failed last. What is read through
// Prometheus comes by and by, and is gone for a moment when a busy machine misses a scrape.
func settled(t *testing.T, check func(assert.TestingT)) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(300 * time.Millisecond) {
		var f failures
		check(&f)
		if len(f) == 0 {
			return
		}
		if time.Now().After(deadline) {
			for _, message := range f[:min(len(f), 20)] {
				t.Error(message)
			}
			t.Fatalf("%d failures", len(f))
		}
	}
}

// failures are the messages of assertions that failed.
type failures []string

// Errorf keeps a message.
func (f *failures) Errorf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

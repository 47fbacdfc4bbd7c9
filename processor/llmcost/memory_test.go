package llmcost

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// With its key and time, 16 bytes, what is remembered of an answer, or of a call that may have a twin, is one cache line.
func TestWhatIsRememberedOfACall(t *testing.T) {
	require.EqualValues(t, 64-16, unsafe.Sizeof(responseRecord{}))
	require.EqualValues(t, 40-16, unsafe.Sizeof(spanRecord{}))
	require.EqualValues(t, 64-16, unsafe.Sizeof(twinRecord{}))
}

package bolt

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// A log that was removed or emptied after a kill had what was recorded last: that is said, once. One that is not there after an end lacks nothing.
func TestLogThatIsGone(t *testing.T) {
	alone := func(file []byte, empty bool) (sum int64, kinds []ledger.NoticeKind, ended []byte) {
		f := &fixture{clock: &clock{now: start}, heard: &heard{}, dir: t.TempDir()}
		require.NoError(t, os.WriteFile(f.file(), file, 0o600))
		if empty {
			require.NoError(t, os.WriteFile(f.log(), nil, 0o600))
		}
		f.open(t)
		require.NotEmpty(t, content(t, f.log())) // a kill now is no loss
		sum = spent(t, f)
		require.NoError(t, f.Close())
		return sum, f.heard.kinds(), content(t, f.file())
	}
	f := open(t)
	record(t, f, call(1, minute, 10))
	f.tick()
	record(t, f, call(2, minute, 20))
	killed, log := content(t, f.file()), content(t, f.log())
	_, kinds := found(t, killed, log)
	require.Empty(t, kinds)
	require.NoError(t, f.Close())

	for _, empty := range []bool{false, true} {
		sum, kinds, ended := alone(killed, empty)
		require.EqualValues(t, 10, sum)
		require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds)
		for _, file := range [][]byte{ended, content(t, f.file())} {
			_, kinds, _ = alone(file, empty)
			require.Empty(t, kinds)
		}
	}
}

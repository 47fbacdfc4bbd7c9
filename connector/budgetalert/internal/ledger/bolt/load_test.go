package bolt

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

// What is read is only there until the next is: nothing that a State keeps may be a part of it.
func TestLoadKeepsItsOwn(t *testing.T) {
	content, truth := sound(t)
	state := ledger.NewState(ledger.Options{}.Filled())
	state.Track(false)
	load := newLoader(state, start)
	_, err := boltfile.Read(bytes.NewReader(content), int64(len(content)), func(bucket string, key, value []byte) error {
		key, value = bytes.Clone(key), bytes.Clone(value)
		defer clear(key)
		defer clear(value)
		return load.value(bucket, key, value)
	})
	require.NoError(t, err)
	require.NoError(t, load.end())
	f := open(t)
	f.mu.Lock()
	f.state = state
	f.mu.Unlock()
	require.Equal(t, truth, everything(t, f))
	record(t, f, call(39*100+10, minute-39, 7))
	require.Equal(t, truth["ids"], everything(t, f)["ids"], "the ids are the same")
}

package grpccompression

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
)

// messages are of sizes around the window's and of what clients really send.
func zstdMessages(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"nothing": nil, "a byte": {7}, "more than the window": bytes.Repeat([]byte("spans of a trace"), 1<<17)}
	for _, file := range []string{"vercel-ai-v6.json", "codex.json"} {
		data, err := os.ReadFile(filepath.Join("../dialect/testdata/captures", file))
		require.NoError(t, err)
		all[file] = data
	}
	return all
}

func writeZstd(t *testing.T, to io.Writer, message []byte) error {
	t.Helper()
	w, err := encoding.GetCompressor(zstdName).Compress(to)
	require.NoError(t, err)
	for part := range bytes.Lines(message) { // gRPC writes buffer by buffer
		if _, err := w.Write(part); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	return w.Close()
}

func zstdOf(t *testing.T, message []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, writeZstd(t, &out, message))
	return out.Bytes()
}

// What ours writes any reader of the format reads, and the one that gRPC has here.
func TestZstdRead(t *testing.T) {
	require.IsType(t, zstdCompressor{}, encoding.GetCompressor(zstdName))
	reader, err := zstd.NewReader(nil)
	require.NoError(t, err)
	defer reader.Close()
	for name, message := range zstdMessages(t) {
		z := zstdOf(t, message)
		assert.LessOrEqual(t, len(z), len(message)+16, name)
		got, err := reader.DecodeAll(z, nil)
		require.NoError(t, err, name)
		assert.True(t, bytes.Equal(message, got), name)
		r, err := encoding.GetCompressor(zstdName).Decompress(bytes.NewReader(z))
		require.NoError(t, err, name)
		got, err = io.ReadAll(r)
		require.NoError(t, err, name)
		assert.True(t, bytes.Equal(message, got), name)
	}
}

// Messages that are written at once do not meet in the memory that is used again.
func TestZstdAtOnce(t *testing.T) {
	want := map[string][]byte{}
	for name, message := range zstdMessages(t) {
		want[name] = zstdOf(t, message)
	}
	var group sync.WaitGroup
	for range 8 {
		for name, message := range zstdMessages(t) {
			group.Go(func() { assert.Equal(t, want[name], zstdOf(t, message), name) })
		}
	}
	group.Wait()
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// A message that cannot be written is an error, and the next one is whole; one that has ended takes no more.
func TestZstdBroken(t *testing.T) {
	message := zstdMessages(t)["codex.json"]
	want := zstdOf(t, message)
	for range 4 {
		require.ErrorIs(t, writeZstd(t, broken{}, message), errBroken)
		require.Equal(t, want, zstdOf(t, message))
	}
	w, err := encoding.GetCompressor(zstdName).Compress(io.Discard)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	_, err = w.Write(message)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

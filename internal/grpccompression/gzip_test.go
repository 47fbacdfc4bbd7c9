package grpccompression

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
)

// messages are of sizes around the buffers' and of what clients really send.
func messages(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{
		"a byte": {7}, "zeros": make([]byte, 1<<18), "one more than the buffer": bytes.Repeat([]byte("spans"), 4097/5+1),
	}
	for _, file := range []string{"vercel-ai-v6.json", "codex.json"} {
		data, err := os.ReadFile(filepath.Join("../dialect/testdata/captures", file))
		require.NoError(t, err)
		all[file] = data
	}
	return all
}

func ours(t testing.TB) encoding.Compressor {
	t.Helper()
	c := encoding.GetCompressor("gzip")
	require.IsType(t, gzipCompressor{}, c, "the gzip that gRPC uses")
	return c
}

func compress(t testing.TB, message []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := ours(t).Compress(&out)
	require.NoError(t, err)
	for part := range bytes.Lines(message) { // gRPC writes buffer by buffer
		_, err = w.Write(part)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func decompress(message io.Reader) ([]byte, error) {
	r, err := encoding.GetCompressor("gzip").Decompress(message)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// TestStandardLibrary: what it writes we read, what we write it reads.
func TestStandardLibrary(t *testing.T) {
	for name, message := range messages(t) {
		t.Run(name, func(t *testing.T) {
			r, err := stdgzip.NewReader(bytes.NewReader(compress(t, message)))
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, message, got)

			var out bytes.Buffer
			for half := range 2 { // two members are one message
				w := stdgzip.NewWriter(&out)
				_, err = w.Write(message[half*len(message)/2 : (half+1)*len(message)/2])
				require.NoError(t, err)
				require.NoError(t, w.Close())
			}
			got, err = decompress(iotest.OneByteReader(&out))
			require.NoError(t, err)
			require.Equal(t, message, got)
		})
	}
}

// TestSize: a backend gets at most a tenth more bytes than by gRPC's own gzip.
func TestSize(t *testing.T) {
	for _, file := range []string{"vercel-ai-v6.json", "codex.json"} {
		message := messages(t)[file]
		var std bytes.Buffer
		w := stdgzip.NewWriter(&std)
		_, err := w.Write(message)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		assert.LessOrEqual(t, float64(len(compress(t, message))), 1.1*float64(std.Len()), file)
	}
}

// TestDamage: every cut and every flipped byte is an error or the same message, and the next message is not the worse for it.
func TestDamage(t *testing.T) {
	message := bytes.Repeat([]byte("a trace with a prompt. "), 200)
	whole := compress(t, message)
	for i := range whole {
		if i > 0 {
			_, err := decompress(bytes.NewReader(whole[:i]))
			require.Error(t, err, "cut after %d bytes", i)
		}
		flipped := bytes.Clone(whole)
		flipped[i] ^= 0x40
		if got, err := decompress(bytes.NewReader(flipped)); err == nil {
			require.Equal(t, message, got, "byte %d", i)
		}
		got, err := decompress(bytes.NewReader(whole))
		require.NoError(t, err)
		require.Equal(t, message, got)
	}
	_, err := decompress(bytes.NewReader(append(bytes.Clone(whole), "trailing"...)))
	require.Error(t, err)
	_, err = decompress(iotest.ErrReader(errors.New("broken")))
	require.EqualError(t, err, "broken")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken") }

// TestReuse: a message that could not be written, or was closed or read to its end twice, takes nothing from another.
func TestReuse(t *testing.T) {
	message := messages(t)["vercel-ai-v6.json"]
	for range 20 {
		w, err := ours(t).Compress(brokenWriter{})
		require.NoError(t, err)
		_, err = w.Write(message)
		require.Error(t, errors.Join(err, w.Close()))
		require.NoError(t, w.Close())
		_, err = w.Write(message)
		require.ErrorIs(t, err, io.ErrClosedPipe)

		r, err := ours(t).Decompress(bytes.NewReader(compress(t, message)))
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, message, got)
		a, err := ours(t).Decompress(bytes.NewReader(compress(t, []byte("a"))))
		require.NoError(t, err)
		n, err := r.Read(make([]byte, 1))
		require.Zero(t, n)
		require.ErrorIs(t, err, io.EOF)
		got, err = io.ReadAll(a)
		require.NoError(t, err)
		require.Equal(t, "a", string(got))
	}
}

// TestManyAtOnce is for the race detector.
func TestManyAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			message := bytes.Repeat([]byte{byte(i)}, 10_000+i)
			for range 20 {
				got, err := decompress(bytes.NewReader(compress(t, message)))
				if assert.NoError(t, err) { //nolint:testifylint // require ends the test's goroutine, which this is not
					assert.Equal(t, message, got)
				}
			}
		})
	}
	all.Wait()
}

// TestBomb: no more comes out than is asked for, and what is left half read takes no memory that grows with the message.
func TestBomb(t *testing.T) {
	bomb := compress(t, make([]byte, 8<<20))
	const limit = 1 << 16
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const times = 20
	for range times {
		r, err := ours(t).Decompress(bytes.NewReader(bomb))
		require.NoError(t, err)
		n, err := io.CopyBuffer(onlyWriter{}, io.LimitReader(r, limit), make([]byte, 4096))
		require.NoError(t, err)
		require.EqualValues(t, limit, n)
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, (after.TotalAlloc-before.TotalAlloc)/times, uint64(256<<10), "bytes allocated for a message that is left half read")
}

// onlyWriter has no ReadFrom.
type onlyWriter struct{}

func (onlyWriter) Write(p []byte) (int, error) { return len(p), nil }

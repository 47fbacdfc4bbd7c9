package stream

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func sse(t *testing.T, r io.Reader) ([]string, error) {
	t.Helper()
	var got []string
	err := SSE(r, func(data []byte) error {
		got = append(got, string(data))
		return nil
	})
	return got, err
}

// However a stream is cut, its events are the same.
func TestSSE(t *testing.T) {
	for text, want := range map[string][]string{
		"data: a\n\ndata: b\n\n":                   {"a", "b"},
		"data:a\r\n\r\ndata: b\r\rdata:  c\n\n":    {"a", "b", " c"},
		"data: one\ndata: two\ndata\n\n":           {"one\ntwo\n"},
		"\ufeffdata: a\n\n":                        {"a"},
		": comment\n\nevent: x\nid: 3\n\ndata\n\n": {""},
		"data: last\n":                             {"last"},
		"dataset: no\ndata: a\n\n\n\n":             {"a"},
	} {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(text), "one byte at a time": iotest.OneByteReader(strings.NewReader(text)),
			"halves": iotest.HalfReader(strings.NewReader(text)), "with its end": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got, err := sse(t, r)
			require.NoError(t, err, "%q %s", text, name)
			require.Equal(t, want, got, "%q %s", text, name)
		}
	}
}

func TestSSEFaults(t *testing.T) {
	got, err := sse(t, strings.NewReader("data: a\n\ndata: hal"))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, []string{"a"}, got)
	broken := errors.New("reset")
	_, err = sse(t, io.MultiReader(strings.NewReader("data: a\n\n"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	_, err = sse(t, strings.NewReader("data: "+strings.Repeat("x", MaxEvent+1)))
	require.ErrorIs(t, err, ErrTooLong)
}

func TestNDJSON(t *testing.T) {
	var got []string
	err := NDJSON(iotest.OneByteReader(strings.NewReader("{\"a\":\"\\r\"}\r\n\n {}\n{\"last\":1}")), func(data []byte) error {
		got = append(got, string(data))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{`{"a":"\r"}`, "{}", `{"last":1}`}, got)
}

func FuzzSSE(f *testing.F) {
	f.Add("data: a\r\n\r\n: x\n\ndata: b\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		whole, err := sse(t, strings.NewReader(text))
		cut, err2 := sse(t, iotest.OneByteReader(strings.NewReader(text)))
		require.Equal(t, whole, cut)
		require.Equal(t, err, err2)
	})
}

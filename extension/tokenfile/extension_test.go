package tokenfile

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestParse(t *testing.T) {
	all, err := readFile("testdata/tokens")
	require.NoError(t, err)
	require.Len(t, all, 2)
	for token, want := range map[string]bool{"first": true, "second": true, "#": false, "of": false, "": false, "firs": false, "first ": false} {
		require.Equal(t, want, all.have(token), token)
	}
	for _, text := range []string{"", "\n \n", "# only a comment\n"} {
		_, err := parse(text)
		require.ErrorIs(t, err, errNoToken)
	}
}

func TestBearer(t *testing.T) {
	for _, headers := range []map[string][]string{
		{"Authorization": {"Bearer x.y-z"}}, {"authorization": {"bearer x.y-z"}}, {"AUTHORIZATION": {"BEARER  x.y-z "}, "Other": {"1"}},
	} {
		token, err := bearer(headers)
		require.NoError(t, err)
		require.Equal(t, "x.y-z", token)
	}
	for _, headers := range []map[string][]string{
		nil,
		{"Authorization": nil},
		{"Authorization": {""}},
		{"Authorization": {"x"}},
		{"Authorization": {"Basic x"}},
		{"Authorization": {"Bearer "}},
		{"X-Authorization": {"Bearer x"}},
	} {
		_, err := bearer(headers)
		require.Error(t, err, headers)
	}
}

func TestFileIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "tokens")
		core, logs := observer.New(zapcore.WarnLevel)
		f := &tokenFile{cfg: &Config{Filename: name, Interval: time.Second}, logger: zap.New(core)}
		require.Error(t, f.Start(t.Context(), componenttest.NewNopHost()), "there is no file")
		require.NoError(t, f.Shutdown(t.Context()))
		accepts := func(token string) bool {
			_, err := f.Authenticate(t.Context(), map[string][]string{"Authorization": {"Bearer " + token}})
			return err == nil
		}
		require.False(t, accepts("one"), "nothing is read yet")
		later := func() {
			time.Sleep(1500 * time.Millisecond)
			synctest.Wait()
		}
		require.NoError(t, os.WriteFile(name, []byte("one\n"), 0o600))
		require.NoError(t, f.Start(t.Context(), componenttest.NewNopHost()))
		require.True(t, accepts("one"))
		require.False(t, accepts("two"))

		require.NoError(t, os.Rename(name, name+"~"))
		later()
		later()
		require.True(t, accepts("one"), "while it is away")
		require.Equal(t, 1, logs.Len(), "said once")
		require.NoError(t, os.WriteFile(name, nil, 0o600))
		later()
		require.True(t, accepts("one"), "while it is empty")
		require.Equal(t, 2, logs.Len())
		require.NoError(t, os.WriteFile(name, []byte("two\nthree"), 0o600))
		later()
		require.False(t, accepts("one"))
		require.True(t, accepts("two"))
		require.True(t, accepts("three"))
		require.NoError(t, f.Shutdown(t.Context()))
		require.NoError(t, f.Shutdown(t.Context()))
	})
}

func TestConfig(t *testing.T) {
	cfg := defaultConfig()
	cfg.Filename = "x"
	require.NoError(t, cfg.Validate())
	err := (&Config{Interval: 5}).Validate()
	require.ErrorContains(t, err, "filename: must name a file, got nothing")
	require.ErrorContains(t, err, "interval: must be at least 100ms, got 5ns")
}

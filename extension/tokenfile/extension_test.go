package tokenfile

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/extension/tokenfile/internal/metadatatest"
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

// A file as some editors write it: with a mark before the first token, and ends of lines of two characters.
func TestFileOfAnotherSystem(t *testing.T) {
	all, err := parse("\ufefffirst mine\r\nsecond\r\n")
	require.NoError(t, err)
	for token, want := range map[string]bool{"first": true, "second": true, "\ufefffirst": false, "second\r": false} {
		require.Equal(t, want, all.have(token), token)
	}
}

// What is refused is counted here: over HTTP nobody else sees it.
func TestRefusalsAreCounted(t *testing.T) {
	tel := componenttest.NewTelemetry()
	name := filepath.Join(t.TempDir(), "tokens")
	require.NoError(t, os.WriteFile(name, []byte("one\n"), 0o600))
	f, err := newTokenFile(&Config{Filename: name, Interval: time.Hour}, tel.NewTelemetrySettings())
	require.NoError(t, err)
	require.NoError(t, f.Start(t.Context(), componenttest.NewNopHost()))
	counts := func(noToken, wrongToken int64) {
		t.Helper()
		metadatatest.AssertEqualTokenfileRefused(t, tel, []metricdata.DataPoint[int64]{
			{Attributes: attribute.NewSet(attribute.String("reason", "no_token")), Value: noToken},
			{Attributes: attribute.NewSet(attribute.String("reason", "wrong_token")), Value: wrongToken},
		}, metricdatatest.IgnoreTimestamp())
	}
	counts(0, 0)
	for _, header := range []string{"Bearer one", "Bearer two", "Basic one", "Bearer ", "Bearer One"} {
		_, err = f.Authenticate(t.Context(), map[string][]string{"Authorization": {header}})
		require.Equal(t, header != "Bearer one", err != nil, header)
	}
	counts(2, 2)
	require.NoError(t, f.Shutdown(t.Context()))
	require.NoError(t, tel.Shutdown(t.Context()))
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
		set := componenttest.NewNopTelemetrySettings()
		set.Logger = zap.New(core)
		f, err := newTokenFile(&Config{Filename: name, Interval: time.Second}, set)
		require.NoError(t, err)
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

package env

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.uber.org/zap"
)

func TestScheme(t *testing.T) {
	require.NoError(t, confmaptest.ValidateProviderScheme(NewFactory().Create(confmap.ProviderSettings{})))
}

func TestRetrieve(t *testing.T) {
	t.Setenv("ENV_TEST_EMPTY", "")
	t.Setenv("ENV_TEST_SET", "7")
	for uri, want := range map[string]any{
		"env:ENV_TEST_EMPTY:-8888": 8888,
		"env:ENV_TEST_EMPTY:-a:-b": "a:-b",
		"env:ENV_TEST_EMPTY:-":     nil,
		"env:ENV_TEST_EMPTY":       nil,
		"env:ENV_TEST_UNSET:-true": true,
		"env:ENV_TEST_SET:-8888":   7,
		"env:ENV_TEST_SET":         7,
	} {
		retrieved, err := NewFactory().Create(confmap.ProviderSettings{Logger: zap.NewNop()}).Retrieve(t.Context(), uri, nil)
		require.NoError(t, err, uri)
		got, err := retrieved.AsRaw()
		require.NoError(t, err, uri)
		require.Equal(t, want, got, uri)
	}
	for _, uri := range []string{"file:ENV_TEST_SET", "env:1"} {
		_, err := NewFactory().Create(confmap.ProviderSettings{Logger: zap.NewNop()}).Retrieve(t.Context(), uri, nil)
		require.Error(t, err, uri)
	}
}

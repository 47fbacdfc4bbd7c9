package text

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
)

func TestScheme(t *testing.T) {
	require.NoError(t, confmaptest.ValidateProviderScheme(NewFactory().Create(confmap.ProviderSettings{})))
}

// resolve loads a configuration of one key.
func resolve(t *testing.T, value string) (any, error) {
	t.Helper()
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs: []string{"yaml:a::value: \"" + value + "\""}, DefaultScheme: scheme,
		ProviderFactories: []confmap.ProviderFactory{NewFactory(), yamlprovider.NewFactory()},
	})
	require.NoError(t, err)
	conf, err := resolver.Resolve(t.Context())
	if err != nil {
		return nil, err
	}
	return conf.Get("a::value"), nil
}

func TestTextStaysText(t *testing.T) {
	for _, value := range []string{"0123", "1234567890e1", "true", "~", "null", "a: b", "[a", "2026-01-02", "x${env:HOME}", "a$b$$c", `"q"`, " "} {
		t.Setenv("TEXT_TEST", value)
		t.Setenv("TEXT_TEST_EMPTY", "")
		for _, reference := range []string{"${text:TEXT_TEST}", "${text:TEXT_TEST:-other}", "${text:TEXT_TEST:-${text:TEXT_TEST_EMPTY:-other}}"} {
			got, err := resolve(t, reference)
			require.NoError(t, err, value)
			require.Equal(t, value, got, reference)
		}
	}
	t.Setenv("TEXT_TEST", "0123")
	for reference, want := range map[string]string{
		"${text:TEXT_TEST_EMPTY:-007}":                        "007",
		"${text:TEXT_TEST_EMPTY:-${text:TEXT_TEST:-x}}":       "0123",
		"${text:TEXT_TEST_EMPTY:-${text:TEXT_TEST_UNSET:-x}}": "x",
		"${text:TEXT_TEST_EMPTY}":                             "",
		"id-${text:TEXT_TEST}":                                "id-0123",
	} {
		got, err := resolve(t, reference)
		require.NoError(t, err, reference)
		require.Equal(t, want, got, reference)
	}
}

func TestWrongReferences(t *testing.T) {
	for _, reference := range []string{"${text:}", "${text::-x}", "${text:a b}"} {
		_, err := resolve(t, reference)
		require.ErrorContains(t, err, "name of an environment variable", reference)
	}
	_, err := NewFactory().Create(confmap.ProviderSettings{}).Retrieve(t.Context(), "env:HOME", nil)
	require.Error(t, err)
}

// Package text reads ${text:NAME:-default} in a configuration: an environment variable as the text that it is. The Collector reads
// ${env:NAME} as YAML, and where a setting takes any type an id 0123 becomes the number 83.
package text

import (
	"context"
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

const scheme = "text"

// NewFactory makes the provider of the scheme text.
func NewFactory() confmap.ProviderFactory {
	return confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return provider{} })
}

type provider struct{}

func (provider) Scheme() string { return scheme }

func (provider) Shutdown(context.Context) error { return nil }

// Retrieve doubles each $, which the Collector halves again: what comes from the environment is no reference to expand.
func (provider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	rest, ok := strings.CutPrefix(uri, scheme+":")
	if !ok {
		return nil, fmt.Errorf("%q is no uri of the scheme %s", uri, scheme)
	}
	name, fallback, _ := strings.Cut(rest, ":-")
	if name == "" || strings.ContainsAny(name, "= \t\n") {
		return nil, fmt.Errorf("%q: %q is no name of an environment variable", uri, name)
	}
	value := os.Getenv(name)
	if value == "" {
		value = fallback
	}
	return confmap.NewRetrieved(strings.ReplaceAll(value, "$", "$$"))
}

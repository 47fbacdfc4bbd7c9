// Package env reads ${env:NAME:-default} in a configuration as the Collector's own provider does, but takes a variable that is set and
// empty for one that is not set, as shells do and OpenTelemetry's specification of configuration files says: container platforms set
// what a form left empty.
package env

import (
	"context"
	"os"
	"strings"

	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
)

// NewFactory makes the provider of the scheme env.
func NewFactory() confmap.ProviderFactory {
	return confmap.NewProviderFactory(func(set confmap.ProviderSettings) confmap.Provider {
		return &provider{envprovider.NewFactory().Create(set)}
	})
}

type provider struct{ confmap.Provider }

func (p *provider) Retrieve(ctx context.Context, uri string, watch confmap.WatcherFunc) (*confmap.Retrieved, error) {
	name, fallback, hasDefault := strings.Cut(strings.TrimPrefix(uri, p.Scheme()+":"), ":-")
	if value, isSet := os.LookupEnv(name); hasDefault && isSet && value == "" {
		return confmap.NewRetrievedFromYAML([]byte(fallback))
	}
	return p.Provider.Retrieve(ctx, uri, watch)
}

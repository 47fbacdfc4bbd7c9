// Package check refuses a configuration that each of its components alone takes for valid, and that would end in a panic, on a port that nobody
// knows or in data that goes nowhere. It is a converter, so `validate`, a start and SIGHUP all hear of it before anything runs.
package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// NewFactory makes the converter. It changes nothing.
func NewFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(confmap.ConverterSettings) confmap.Converter { return converter{} })
}

type converter struct{}

// Convert reports every fault at once, in the order of the keys.
func (converter) Convert(_ context.Context, conf *confmap.Conf) error {
	var errs []error
	visit("", conf.ToStringMap(), func(path string, value any) {
		if strings.HasSuffix(path, "::middlewares") {
			errs = append(errs, once(path, value))
		}
		if text, ok := value.(string); ok && postsTo(path) {
			errs = append(errs, web(path, text))
		}
		if (value == nil || value == "") && listensAt(path) {
			errs = append(errs, fmt.Errorf("%s: must be an address to listen on such as 127.0.0.1:4317, got nothing: is a variable unset?", path))
		}
	})
	return errors.Join(errs...)
}

// visit calls f with everything in the map, by its path.
func visit(path string, settings map[string]any, f func(path string, value any)) {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		value := settings[key]
		f(path+key, value)
		if inner, ok := value.(map[string]any); ok {
			visit(path+key+"::", inner, f)
		}
	}
}

// once: admission and intake do their work for a server, whatever they are called. Twice in one, admission ends in gRPC's panic, and over HTTP a
// large request waits for itself; intake counts each request twice.
func once(path string, middlewares any) error {
	seen := map[string]bool{}
	list, _ := middlewares.([]any)
	for _, one := range list {
		entry, _ := one.(map[string]any)
		id, _ := entry["id"].(string)
		kind, _, _ := strings.Cut(id, "/")
		if id != "" && seen[kind] {
			return fmt.Errorf("%s: %s stands there twice: one is enough, a second would break the server", path, kind)
		}
		seen[kind] = true
	}
	return nil
}

// postsTo are the addresses of exporters over HTTP. These look at theirs only when they send, and then try again without an end.
func postsTo(path string) bool {
	parts := strings.Split(path, "::")
	if len(parts) != 3 || parts[0] != "exporters" {
		return false
	}
	kind, _, _ := strings.Cut(parts[1], "/")
	return slices.Contains([]string{"otlp_http", "otlphttp", "prometheus_remote_write", "prometheusremotewrite"}, kind) &&
		(parts[2] == "endpoint" || strings.HasSuffix(parts[2], "_endpoint"))
}

// listensAt are the addresses of the OTLP receiver, which takes an empty one for a port that nobody knows, on every interface.
func listensAt(path string) bool {
	parts := strings.Split(path, "::")
	return len(parts) == 5 && parts[0] == "receivers" && (parts[1] == "otlp" || strings.HasPrefix(parts[1], "otlp/")) &&
		parts[2] == "protocols" && parts[4] == "endpoint"
}

// web: an empty address is the exporter's own matter, which says what it wants. What is not a URL may hold a password and is not printed.
func web(path, address string) error {
	if address == "" {
		return nil
	}
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return fmt.Errorf("%s: must be a URL that begins with http:// or https:// and names a host, got something else", path)
	}
	return nil
}

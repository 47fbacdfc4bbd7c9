package check

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// convert reads a whole configuration as the Collector does.
func convert(t *testing.T, text string) error {
	t.Helper()
	var settings map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &settings))
	return NewFactory().Create(confmap.ConverterSettings{}).Convert(t.Context(), confmap.NewFromStringMap(settings))
}

func TestConvert(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"each once": {"receivers: {otlp: {protocols: {grpc: {middlewares: [{id: intake}, {id: admission}]}, http: {middlewares: [{id: admission}]}}}}", ""},
		"nothing":   {"receivers: {otlp: {protocols: {grpc: {middlewares: []}, http: }}}", ""},
		"twice": {
			"receivers: {otlp: {protocols: {grpc: {middlewares: [{id: admission}, {id: intake}, {id: admission}]}}}}",
			"receivers::otlp::protocols::grpc::middlewares: admission stands there twice",
		},
		"under two names": {
			"receivers: {otlp/a: {protocols: {http: {middlewares: [{id: intake/a}, {id: intake/b}]}}}}",
			"receivers::otlp/a::protocols::http::middlewares: intake stands there twice",
		},
		"no address":    {"receivers: {otlp/b: {protocols: {grpc: {endpoint: }}}}", "receivers::otlp/b::protocols::grpc::endpoint: must be an address to listen on"},
		"empty address": {"receivers: {otlp: {protocols: {http: {endpoint: ''}}}}", "receivers::otlp::protocols::http::endpoint: must be an address to listen on"},
		"of another":    {"receivers: {kafka: {protocols: {http: {endpoint: ''}}}}", ""},

		"no list":  {"receivers: {otlp: {protocols: {grpc: {middlewares: admission}}}}", ""}, // the receiver says what it wants
		"a URL":    {"exporters: {otlp_http: {endpoint: 'https://user:word@host/path', logs_endpoint: 'http://[::1]:1'}}", ""},
		"none":     {"exporters: {otlp_http: {endpoint: ''}, otlp_http/b: }", ""},
		"of gRPC":  {"exporters: {otlp_grpc: {endpoint: 'host:4317'}, scrape: {endpoint: '127.0.0.1:8889'}}", ""},
		"a host":   {"exporters: {otlp_http/backend: {endpoint: 'localhost:4318'}}", "exporters::otlp_http/backend::endpoint: must be a URL"},
		"an IP":    {"exporters: {otlp_http: {logs_endpoint: '10.0.0.1:4318'}}", "exporters::otlp_http::logs_endpoint: must be a URL"},
		"no host":  {"exporters: {prometheus_remote_write: {endpoint: 'http:///api/v1/push'}}", "exporters::prometheus_remote_write::endpoint: must be a URL"},
		"a scheme": {"exporters: {otlp_http: {endpoint: 'htps://host'}}", "exporters::otlp_http::endpoint: must be a URL"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.want == "" {
				require.NoError(t, convert(t, test.text))
				return
			}
			require.ErrorContains(t, convert(t, test.text), test.want)
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	err := convert(t, "exporters: {otlp_http: {endpoint: 'secret@host', traces_endpoint: 'host'}}")
	require.ErrorContains(t, err, "exporters::otlp_http::endpoint")
	require.ErrorContains(t, err, "exporters::otlp_http::traces_endpoint")
	require.NotContains(t, err.Error(), "secret")
}

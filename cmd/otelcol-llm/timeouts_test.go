package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestHalfSentHeadersEnd: servers that have no timeout of their own get one, or who begins a request and goes keeps a connection for ever.
func TestHalfSentHeadersEnd(t *testing.T) {
	checked := 0
	for _, file := range shipped(t) {
		conf := resolve(t, file)
		for _, server := range []string{"receivers::otlp::protocols::http", "extensions::healthcheckv2::http"} {
			if conf.IsSet(server) {
				assert.Equal(t, "1m", conf.Get(server+"::read_header_timeout"), "%s %s", file, server)
				checked++
			}
		}
		if conf.IsSet("receivers::otlp::protocols::http") {
			assert.Equal(t, "10m", conf.Get("receivers::otlp::protocols::http::idle_timeout"), file)
		}
	}
	assert.Greater(t, checked, 20)
}

package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// TestCompression sends traces compressed by gRPC's own gzip, as SDKs and Collectors do, and has them passed on in every way that
// OTLP_BACKEND_COMPRESSION allows, to a backend whose gzip is not ours either.
func TestCompression(t *testing.T) {
	t.Parallel()
	const capture = "vercel-ai-v6"
	_, traces := readCapture(t, capture)
	for name, used := range map[string]string{"": "zstd", "gzip": "gzip", "zstd": "zstd", "snappy": "snappy", "none": ""} {
		for _, exporter := range []string{"otlp_grpc/backend", "otlp_http/backend"} {
			want := used
			if name == "" && exporter == "otlp_http/backend" {
				want = "gzip" // over HTTP nobody can tell what a backend reads
			}
			t.Run(exporter+" "+name, func(t *testing.T) {
				t.Parallel()
				backend := sink.Start(t)
				g, _, _, _, _, rpc := defaultsGRPC(t, nil, "OTLP_BACKEND_COMPRESSION="+name, "BACKEND_EXPORTER="+exporter,
					"OTLP_BACKEND="+backend.GRPC, "OTLP_BACKEND_URL="+backend.URL)
				conn, err := grpc.NewClient(rpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
				require.NoError(t, err)
				defer func() { assert.NoError(t, conn.Close()) }()
				_, err = ptraceotlp.NewGRPCClient(conn).Export(t.Context(), ptraceotlp.NewExportRequestFromTraces(traces), grpc.UseCompressor("gzip"))
				require.NoError(t, err)
				require.Eventually(t, func() bool { return backend.SpanCount() == traces.SpanCount() }, time.Minute, 100*time.Millisecond)
				assert.Equal(t, nano(readTruth(t)[capture].ExpectedTotalUSD), sum(count(t, backend.Traces()).priced))
				assert.Equal(t, map[string]bool{want: true}, backend.Encodings())
				checkQuiet(t, g)
			})
		}
	}
}

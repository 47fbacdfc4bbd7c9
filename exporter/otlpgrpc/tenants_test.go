package otlpgrpc

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/credentials"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/metadata"
)

// tenantHeader is an extension that tells a backend whose a request is, from what the client said.
type tenantHeader struct {
	component.StartFunc
	component.ShutdownFunc
}

func (tenantHeader) PerRPCCredentials() (credentials.PerRPCCredentials, error) {
	return tenantHeader{}, nil
}

func (tenantHeader) RequireTransportSecurity() bool { return false }

func (tenantHeader) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	all := map[string]string{}
	for _, tenant := range client.FromContext(ctx).Metadata.Get("tenant") {
		all["tenant"] = tenant
	}
	return all, nil
}

var tenantID = component.MustNewID("tenant")

type tenantHost struct{ host }

func (h tenantHost) GetExtensions() map[component.ID]component.Component {
	all := map[component.ID]component.Component{tenantID: tenantHeader{}}
	maps.Copy(all, h.host.GetExtensions())
	return all
}

// Requests of two tenants are not merged, and each says whose it is, through every queue, whole and cut.
func TestTenants(t *testing.T) {
	batch := func(keys map[string]any) map[string]any {
		b := map[string]any{"flush_timeout": "50ms", "sizer": "bytes", "min_size": 2000, "partition": map[string]any{"metadata_keys": []string{"Tenant"}}}
		maps.Copy(b, keys)
		return map[string]any{"batch": b, "queue_size": 1 << 30, "sizer": "bytes"}
	}
	on := func(storage any, queue map[string]any) map[string]any {
		queue["storage"] = storage
		return queue
	}
	for name, queue := range map[string]map[string]any{
		"no queue":         {"enabled": false},
		"queue":            {},
		"on disk":          on("file_storage", map[string]any{}),
		"batches":          batch(nil),
		"cut":              batch(map[string]any{"max_size": 2000}),
		"cut, on disk":     on("file_storage", batch(map[string]any{"max_size": 2000})),
		"waiting for room": {"block_on_overflow": true, "queue_size": 2},
	} {
		b := newBackend(t)
		h := tenantHost{newHost(t, t.TempDir())}
		set := exportertest.NewNopSettings(metadata.Type)
		e := create3(t, NewFactory(), set, conf(t, b, map[string]any{"sending_queue": queue, "auth": map[string]any{"authenticator": "tenant"}}))
		e.start(t, h)
		const each = 50
		var senders sync.WaitGroup
		for _, tenant := range []string{"one", "two", ""} {
			senders.Go(func() {
				ctx := t.Context()
				if tenant != "" {
					ctx = client.NewContext(ctx, client.Info{Metadata: client.NewMetadata(map[string][]string{"tenant": {tenant}})})
				}
				for i := range each {
					td := spansOf(i, 900, 100)
					for _, rs := range td.ResourceSpans().All() {
						rs.Resource().Attributes().PutStr("tenant", tenant)
					}
					if err := e.ConsumeTraces(ctx, td); err != nil {
						t.Error(err)
					}
				}
			})
		}
		senders.Wait()
		require.Eventually(t, func() bool { return b.spans() == 3*3*each }, patience, time.Millisecond, name)
		e.end(t)
		require.NoError(t, h.storage.Shutdown(t.Context()))
		for i, told := range b.calls {
			require.Equal(t, map[string]bool{strings.Join(told["tenant"], ","): true}, b.tenants[i], name)
		}
	}
}

// tenantsOf are the tenants whose data a request has.
func tenantsOf(td ptrace.Traces) map[string]bool {
	all := map[string]bool{}
	for _, rs := range td.ResourceSpans().All() {
		if tenant, ok := rs.Resource().Attributes().Get("tenant"); ok {
			all[tenant.Str()] = true
		}
	}
	return all
}

package dialect

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// plainKeys are what instrumentations of everything else put on spans.
var plainKeys = []string{
	"http.request.method", "http.response.status_code", "http.route", "http.method", "http.url", "http.status_code", "http.target",
	"url.full", "url.path", "url.scheme", "url.query", "server.address", "server.port", "client.address", "client.port",
	"network.protocol.name", "network.protocol.version", "network.peer.address", "network.peer.port", "net.peer.name", "net.host.port",
	"user_agent.original", "db.system", "db.system.name", "db.namespace", "db.operation.name", "db.collection.name", "db.query.text",
	"db.query.summary", "db.statement", "db.name", "rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code",
	"messaging.system", "messaging.destination.name", "messaging.operation.type", "messaging.message.id", "error.type",
	"exception.message", "thread.id", "thread.name", "code.function.name", "code.file.path", "code.line.number", "enduser.id",
	"session.id", "peer.service", "faas.trigger", "aws.region", "cloud.region", "k8s.pod.name", "feature_flag.key", "graphql.operation.name",
}

// A key that hints by accident costs time on every span of a service, so the usual ones must not.
func TestPlainKeysDoNotHint(t *testing.T) {
	for _, key := range plainKeys {
		require.False(t, hints.has(key), key)
	}
}

// What the glance calls foreign must be foreign to the full reading too, whatever few attributes a span has.
func TestForeignSpansAreNotGenAI(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same spans in every run
	names := []string{"", "GET", "llm_call:x", "agent_request:x", "tool_execution:x", "chat gpt-4o", "all", "list"}
	scopes := []string{"", "ai", "gcp.vertex.agent", "codex_core", "com.anthropic.claude_code.tracing", "agent_framework", "litellm", "my.app"}
	passed := 0
	full := new(reading)
	full.f = &full.facts
	for range 200_000 {
		span := ptrace.NewSpan()
		span.SetName(names[r.IntN(len(names))])
		for range r.IntN(4) {
			setAny(r, span.Attributes(), randomKey(r))
		}
		scope := NewScope(pcommon.NewInstrumentationScope(), pcommon.NewResource(), nil)
		scope.client, scope.traits = clientOf(scopes[r.IntN(len(scopes))])
		if !foreign(&scope, span) {
			passed++
			continue
		}
		var op Call
		full.scope, full.span, full.op = scope, span, &op
		full.f.collect(span.Attributes(), scope.client.bit)
		require.False(t, full.read(), "%v %v", span.Name(), span.Attributes().AsRaw())
		require.Zero(t, op.Keys)
		full.f.reset()
	}
	require.Positive(t, passed)
}

func randomKey(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return CostFamily + "x"
	case 1:
		return UsageCostFamily + "x"
	case 2, 3:
		return plainKeys[r.IntN(len(plainKeys))]
	default:
		return entries[1+r.IntN(len(entries)-1)].key
	}
}

func setAny(r *rand.Rand, attrs pcommon.Map, key string) {
	switch r.IntN(3) {
	case 0:
		attrs.PutStr(key, fmt.Sprint("chat ", r.IntN(3)))
	case 1:
		attrs.PutInt(key, int64(r.IntN(3)))
	default:
		attrs.PutBool(key, r.IntN(2) == 0)
	}
}

package clientmetrics

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func instance(attrs map[string]any) string {
	m := pcommon.NewMap()
	_ = m.FromRaw(attrs)
	newInstances(1, time.Hour).name(m, time.Unix(1000, 0))
	if v, ok := m.Get("service.instance.id"); ok {
		return v.AsString()
	}
	return ""
}

func TestNameInstance(t *testing.T) {
	base := map[string]any{"service.name": "a", "service.namespace": "n", "host.name": "h1", "process.pid": 7, "telemetry.sdk.language": "python"}
	with := func(key string, v any) map[string]any {
		out := map[string]any{}
		for k, old := range base {
			out[k] = old
		}
		if out[key] = v; v == nil {
			delete(out, key)
		}
		return out
	}
	got := instance(base)
	assert.Regexp(t, `^h1-7-[0-9a-f]{12}$`, got)
	assert.Equal(t, "h1-7-6096edd02f64", got, "it outlasts restarts and is the same at every gateway")
	assert.Equal(t, "mine", instance(with("service.instance.id", "mine")), "a client's own stays")
	assert.Equal(t, got, instance(with("service.instance.id", "")), "an empty one is none")
	assert.Equal(t, got, instance(with("service.name", "b")), "the service is told apart by its name already")

	seen := map[string]bool{got: true}
	for _, other := range []map[string]any{
		with("host.name", "h2"), with("process.pid", 8), with("process.pid", nil), with("k8s.pod.name", "p"), with("telemetry.sdk.language", "go"),
		with("anything", map[string]any{"else": 1}), with("host.name", nil), with("service.version", "2"),
	} {
		id := instance(other)
		assert.False(t, seen[id], "%v", other)
		seen[id] = true
	}
	assert.Regexp(t, `^p-7-`, instance(with("k8s.pod.name", "p")), "the pod is closer than its host")
	assert.Regexp(t, `^é{31}-7-`, instance(with("host.name", "x"+strings.Repeat("é", 100)))[1:], "long names are cut between letters")
	assert.Empty(t, instance(map[string]any{"service.name": "a", "service.namespace": "n"}), "nothing tells it apart")
	assert.Empty(t, instance(nil))
}

// What makes up attributes, or never ends to start processes, makes no instances without end.
func TestInstancesAreBounded(t *testing.T) {
	all := newInstances(2, time.Hour)
	at := func(host string, now time.Time) string {
		m := pcommon.NewMap()
		m.PutStr("host.name", host)
		all.name(m, now)
		if v, ok := m.Get("service.instance.id"); ok {
			return v.Str()
		}
		return ""
	}
	now := time.Unix(1000, 0)
	assert.NotEmpty(t, at("a", now))
	assert.NotEmpty(t, at("b", now))
	assert.Empty(t, at("c", now.Add(time.Minute)))
	assert.NotEmpty(t, at("a", now.Add(50*time.Minute)), "one that is known stays")
	assert.Equal(t, int64(1), all.unnamed)
	assert.NotEmpty(t, at("c", now.Add(61*time.Minute)), "b is gone")
	assert.Empty(t, at("b", now.Add(61*time.Minute)))
}

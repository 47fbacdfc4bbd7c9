package clientmetrics

import (
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	serviceNamespace = "service.namespace"

	maxNameBytes = 64
	hashBytes    = 6
)

// placeKeys say where a process runs, the one that people know best first.
var placeKeys = []string{
	"k8s.pod.name", "container.name", "faas.instance", genai.AttrHostName, "host.id", "k8s.pod.uid", "container.id",
}

// nameInstance gives a resource without service.instance.id one that its other attributes make: the same for all that one process
// sends, at every gateway and after every restart of the gateway. What the exporters tell apart by themselves, service name and
// namespace, does not make one.
func nameInstance(attrs pcommon.Map) {
	if id, ok := attrs.Get(genai.ServiceInstanceID); ok && id.AsString() != "" {
		return
	}
	digest, ok := digestOf(attrs)
	if !ok {
		return
	}
	var parts []string
	for _, key := range placeKeys {
		if v := textOf(attrs, key); v != "" {
			parts = append(parts, v)
			break
		}
	}
	if pid := textOf(attrs, genai.AttrProcessPID); pid != "" {
		parts = append(parts, pid)
	}
	attrs.PutStr(genai.ServiceInstanceID, strings.Join(append(parts, digest), "-"))
}

func textOf(attrs pcommon.Map, key string) string {
	v, ok := attrs.Get(key)
	if !ok {
		return ""
	}
	text := v.AsString()
	if len(text) > maxNameBytes {
		text = strings.ToValidUTF8(text[:maxNameBytes], "")
	}
	return text
}

// digestOf is short for all attributes that the service's name is not made of, in whatever order they come.
func digestOf(attrs pcommon.Map) (string, bool) {
	lines := make([]string, 0, attrs.Len())
	for key, v := range attrs.All() {
		switch key {
		case genai.ServiceName, serviceNamespace, genai.ServiceInstanceID:
		default:
			lines = append(lines, key+"\x00"+v.AsString()+"\x00")
		}
	}
	if len(lines) == 0 {
		return "", false
	}
	slices.Sort(lines)
	h := fnv.New64a()
	for _, line := range lines {
		_, _ = h.Write([]byte(line))
	}
	return hex.EncodeToString(h.Sum(nil)[:hashBytes]), true
}

package clientmetrics

import (
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
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

// instances are those that the gateway has named. Each makes series of its own in Prometheus, so they are bounded: processes may come and
// go without end.
type instances struct {
	limit   int
	known   *bounded.Map[string, struct{}]
	unnamed int64 // resources that were left without, since it was taken
}

func newInstances(limit int, ttl time.Duration) *instances {
	return &instances{limit: limit, known: bounded.New[string, struct{}](limit, ttl)}
}

// name gives a resource without service.instance.id one, unless there are too many.
func (i *instances) name(attrs pcommon.Map, now time.Time) {
	if id, ok := attrs.Get(genai.ServiceInstanceID); ok && id.AsString() != "" {
		return
	}
	id := instanceOf(attrs)
	if id == "" {
		return
	}
	if !i.known.Touch(id, now) {
		if i.known.Expire(now); i.known.Len() >= i.limit {
			i.unnamed++
			return
		}
		i.known.Put(id, struct{}{}, now)
	}
	attrs.PutStr(genai.ServiceInstanceID, id)
}

// instanceOf is what the other attributes of a resource make: the same for all that one process sends, at every gateway and after every
// restart of the gateway. What the exporters tell apart by themselves, service name and namespace, makes none.
func instanceOf(attrs pcommon.Map) string {
	digest, ok := digestOf(attrs)
	if !ok {
		return ""
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
	return strings.Join(append(parts, digest), "-")
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

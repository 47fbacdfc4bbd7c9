package budgetalert

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Where the value of a group key comes from.
const (
	fromSpan     = "span" // then the resource
	fromResource = "resource"
	fromMetadata = "metadata" // of the request: headers
	fromAuth     = "auth"     // what the authenticator knows, which no client chooses
)

// maxKeyValue bounds what one value of a key takes in a series.
const maxKeyValue = 256

// groupKey is one key by which calls are told apart.
type groupKey struct{ name, from string }

// request is what a group key may look at beside the call: who sent it. It is read once per batch, and only if a key wants it.
type request struct {
	ctx  context.Context
	info client.Info
	read bool
}

func (r *request) client() *client.Info {
	if !r.read {
		r.info, r.read = client.FromContext(r.ctx), true
	}
	return &r.info
}

// value is "" where the call lacks the key.
func (k *groupKey) value(attrs, resource pcommon.Map, req *request) string {
	switch k.from {
	case fromMetadata:
		return cut(strings.Join(req.client().Metadata.Get(k.name), ","))
	case fromAuth:
		return cut(authValue(req.client().Auth, k.name))
	case fromResource:
		return textOf(resource, k.name)
	}
	if k.name == genai.ServiceName { // the service is the resource's, as in the book and in metrics: OpenLIT puts one on its spans too
		attrs, resource = resource, attrs
	}
	if v := textOf(attrs, k.name); v != "" {
		return v
	}
	return textOf(resource, k.name)
}

func authValue(data client.AuthData, name string) string {
	if data == nil {
		return ""
	}
	switch v := data.GetAttribute(name).(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, ",")
	case fmt.Stringer:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

func textOf(attrs pcommon.Map, name string) string { return cut(genai.TextOf(attrs, name)) }

// cut keeps a value short and valid, so that it is one and the same text in the ledger, in JSON and in Prometheus.
func cut(s string) string {
	if len(s) > maxKeyValue {
		s = s[:maxKeyValue] // half a character at the end is invalid and goes
	}
	if utf8.ValidString(s) { // sooner said than by a look at each letter
		return s
	}
	return strings.ToValidUTF8(s, "")
}

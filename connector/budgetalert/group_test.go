package budgetalert

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

type authData map[string]any

func (a authData) GetAttribute(name string) any { return a[name] }

func (a authData) GetAttributeNames() []string { return nil }

func TestGroupKeys(t *testing.T) {
	attrs, resource := pcommon.NewMap(), pcommon.NewMap()
	attrs.PutStr("team", "search")
	attrs.PutInt("tenant", 7)
	resource.PutStr("team", "resource-team")
	resource.PutStr("org", "acme")
	attrs.PutStr("service.name", "as-the-library-started")
	resource.PutStr("service.name", "as-the-platform-calls-it")
	ctx := client.NewContext(t.Context(), client.Info{
		Auth:     authData{"subject": "ann", "membership": []string{"a", "b"}, "id": 12},
		Metadata: client.NewMetadata(map[string][]string{"X-Team": {"header-team"}}),
	})
	for _, c := range []struct{ name, from, want string }{
		{"team", fromSpan, "search"},
		{"team", fromResource, "resource-team"},
		{"org", fromSpan, "acme"},
		{"org", "", "acme"},
		{"tenant", fromSpan, "7"},
		{"service.name", fromSpan, "as-the-platform-calls-it"},
		{"user", fromSpan, ""},
		{"x-team", fromMetadata, "header-team"},
		{"x-user", fromMetadata, ""},
		{"subject", fromAuth, "ann"},
		{"membership", fromAuth, "a,b"},
		{"id", fromAuth, "12"},
		{"nothing", fromAuth, ""},
		{"team", fromAuth, ""}, // never what a client says
	} {
		k := groupKey{c.name, c.from}
		require.Equal(t, c.want, k.value(attrs, resource, &request{ctx: ctx}), c)
	}
	k := groupKey{"subject", fromAuth}
	require.Empty(t, k.value(attrs, resource, &request{ctx: t.Context()}), "nobody authenticated")
}

func TestGroupValuesAreShortAndValid(t *testing.T) {
	require.Equal(t, strings.Repeat("x", 256), cut(strings.Repeat("x", 300)))
	require.Equal(t, strings.Repeat("x", 255), cut(strings.Repeat("x", 255)+"ä"), "no half character")
	require.Equal(t, "ab", cut("a\xffb"))
}

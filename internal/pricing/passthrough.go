package pricing

import (
	"regexp"
	"strings"
)

// Some gateways pass a request on, under the caller's own key, to a seller that their address names: it is the seller who bills.
var (
	cloudflareGateway = regexp.MustCompile(`^/v1/[^/]+/[^/]+/([a-z0-9-]+)(?:/|$)`)
	heliconeHost      = regexp.MustCompile(`^([a-z]+)\.(?:helicone\.ai|hconeai\.com)$`)
	passedRegion      = regexp.MustCompile(`/(?:locations|bedrock-runtime)/([a-z0-9-]+)/`)
)

// behind is who stands behind a gateway's address; found is false where it is no such gateway's or names nobody.
func (t *Table) behind(host, path string) (s Seller, found bool) {
	name := ""
	if m := heliconeHost.FindStringSubmatch(host); m != nil {
		name = m[1]
	} else if host == "gateway.ai.cloudflare.com" {
		if m := cloudflareGateway.FindStringSubmatch(path); m != nil {
			name = m[1]
		}
	}
	if name == "oai" {
		name = "openai"
	}
	p := t.resolve(name)
	if p == nil {
		return Seller{}, false
	}
	s.Provider = p.id
	if m := passedRegion.FindStringSubmatch(path); m != nil && !strings.HasPrefix(m[1], "global") {
		s.Region = m[1]
	}
	return s, true
}

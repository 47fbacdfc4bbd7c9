package dialect

import "strings"

// region is the cloud region of the endpoint: said outright, or part of a regional host name.
func (r *reading) region() string {
	if s := r.f.texts[tRegion]; s != "" {
		return s
	}
	return regionOfHost(r.f.texts[tServer])
}

// regionOfHost knows the regional endpoints of Vertex AI and Bedrock. Some senders write the whole URL, or a port.
func regionOfHost(host string) string {
	if len(host) < len("bedrock.") {
		return ""
	}
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host = rest
	}
	if i := strings.IndexAny(host, ":/"); i >= 0 {
		host = host[:i]
	}
	if region, ok := strings.CutSuffix(host, "-aiplatform.googleapis.com"); ok && region != "" {
		return region
	}
	if rest, ok := strings.CutPrefix(host, "aiplatform."); ok { // aiplatform.eu.rep.googleapis.com
		if region, ok := strings.CutSuffix(rest, ".rep.googleapis.com"); ok {
			return region
		}
		return ""
	}
	host, ok := strings.CutSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	if !ok {
		return ""
	}
	for _, service := range [...]string{"bedrock-runtime.", "bedrock-runtime-fips.", "bedrock-agent-runtime.", "bedrock."} {
		if region, ok := strings.CutPrefix(host, service); ok {
			return region
		}
	}
	return ""
}

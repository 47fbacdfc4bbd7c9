package pricing

import (
	"net/netip"
	"regexp"
	"strings"
)

// Seller is who bills for a call, as far as one piece of evidence says it.
type Seller struct {
	Provider string // the table's id; "" where the evidence names nobody that the table knows
	Region   string // of the endpoint, where it is said: "us-east5", "eu", "global"
	Local    bool   // an address of this machine or of a private network: nobody bills there, or a proxy stands there
}

// endpoint is an address whose host names a seller and its region, which the table's own patterns do not tell.
type endpoint struct {
	host     *regexp.Regexp // its first group is the region
	provider string
	global   string // the region where the group is empty
}

var endpoints = []endpoint{
	{regexp.MustCompile(`^(?:([a-z0-9-]+)-)?aiplatform\.googleapis\.com$`), "google", "global"},
	{regexp.MustCompile(`^aiplatform\.([a-z0-9-]+)\.rep\.googleapis\.com$`), "google", ""},
	{regexp.MustCompile(`^bedrock(?:-runtime|-agent-runtime|-mantle)?(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)(?:\.cn)?$`), "aws", ""},
	{regexp.MustCompile(`^(?:([a-z]{2})\.)?api\.openai\.com$`), "openai", ""},
	{regexp.MustCompile(`^[a-z0-9-]+(?:\.[a-z0-9-]+)?\.(?:(?:openai|cognitiveservices|(?:services|models)\.ai)\.azure\.com|openai\.azure\.us)()$`), "azure", ""},
	{regexp.MustCompile(`^api\.(?:[a-z]+\.)?githubcopilot\.com()$`), "github-copilot", ""},
	{regexp.MustCompile(`^models\.(?:github\.ai|inference\.ai\.azure\.com)()$`), githubModels, ""},
	{regexp.MustCompile(`^(?:api\.|([a-z]{2})\.)?openrouter\.ai$`), "openrouter", ""},
	{regexp.MustCompile(`^ai-gateway\.vercel\.sh()$`), "gateway", ""},
	{regexp.MustCompile(`^api\.together\.(?:ai|xyz)()$`), "together", ""},
	{regexp.MustCompile(`^[a-z0-9-]+\.api\.x\.ai()$`), "x-ai", ""},
	{regexp.MustCompile(`^api\.moonshot\.(?:ai|cn)()$`), "moonshotai", ""},
}

// githubModels is a seller without a row: calls are free until a limit, and cost what the user has agreed to above it. It is not Copilot,
// which some of the same models cost nothing with.
const githubModels = "github-models"

// SellerAt tells who answers at an address: a URL, a host, or a host with its port. The zero Seller is an address that says nothing.
func (t *Table) SellerAt(address string) Seller {
	if address == "" || len(address) > 4*maxName {
		return Seller{}
	}
	rest := strings.ToLower(strings.TrimSpace(address))
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	host = withoutPort(host)
	if private(host) {
		return Seller{Local: true}
	}
	for i := range endpoints {
		e := &endpoints[i]
		if m := e.host.FindStringSubmatch(host); m != nil {
			region := m[1]
			if region == "" {
				region = e.global
			}
			return Seller{Provider: e.provider, Region: region}
		}
	}
	if id, found := t.behind(host, path); found {
		return id
	}
	return Seller{Provider: t.byPattern(host, path)}
}

// byPattern asks the table's own patterns, which are prefixes: what matches must end where the host does.
func (t *Table) byPattern(host, path string) string {
	url := "https://" + host + path
	for _, p := range t.providers {
		if p.api == nil {
			continue
		}
		for _, u := range [...]string{url, url + "/"} {
			if m := p.api().FindStringIndex(u); m != nil && m[1] >= len("https://"+host) {
				return p.id
			}
		}
	}
	return ""
}

func withoutPort(host string) string {
	if strings.HasPrefix(host, "[") {
		inside, _, _ := strings.Cut(host[1:], "]")
		return inside
	}
	if strings.Count(host, ":") == 1 {
		host, _, _ = strings.Cut(host, ":")
	}
	return strings.TrimSuffix(host, ".")
}

// privateNames are the ends of names that no public server has.
var privateNames = [...]string{".local", ".localhost", ".internal", ".svc", ".lan", ".home.arpa", ".intranet", ".corp", ".home", ".test"}

// private says whether a host is this machine or one of a private network: a loopback, private or link-local address, a name without a
// dot, or one that is not public.
func private(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || shared.Contains(ip)
	}
	if host != "" && !strings.Contains(host, ".") {
		return true
	}
	for _, end := range privateNames {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}

// shared is the range of carriers and overlay networks, RFC 6598.
var shared = netip.MustParsePrefix("100.64.0.0/10")

var (
	bedrockARN  = regexp.MustCompile(`^arn:aws[a-z-]*:bedrock:([a-z0-9-]*):`)
	bedrockName = regexp.MustCompile(`^(?:(?:us|us-gov|eu|apac|au|jp|ca|in|sa|me|af|global|regional)\.)?` +
		`(?:anthropic|amazon|meta|mistral|cohere|ai21|stability|deepseek|openai|qwen|writer|nvidia|google|twelvelabs|luma|minimax|moonshot(?:ai)?|zai)\.[a-z]`)
	vertexName = regexp.MustCompile(`^[a-z0-9.-]+@(?:20\d{6}|default|latest|\d{3})$`)
	vertexPath = regexp.MustCompile(`^projects/[^/]+/locations/([a-z0-9-]+)/`)
)

// SellerByName tells who sells a model by the shape of its id: inference profiles and ARNs are Bedrock's, "claude-…@20250929" is Vertex',
// "groq/openai/gpt-oss-120b" is Groq's. A maker's name in front ("anthropic/claude-…") says nothing: many sell it under that name.
func (t *Table) SellerByName(model string) Seller {
	name := strings.ToLower(strings.TrimSpace(model))
	if name == "" || len(name) > maxName {
		return Seller{}
	}
	if m := bedrockARN.FindStringSubmatch(name); m != nil {
		return Seller{Provider: "aws", Region: m[1]}
	}
	if m := vertexPath.FindStringSubmatch(name); m != nil {
		return Seller{Provider: "google", Region: m[1]}
	}
	switch {
	case bedrockName.MatchString(name):
		return Seller{Provider: "aws"}
	case vertexName.MatchString(name), strings.HasPrefix(name, "publishers/"):
		return Seller{Provider: "google"}
	case strings.HasPrefix(name, "accounts/fireworks/"):
		return Seller{Provider: "fireworks"}
	case strings.HasPrefix(name, "@cf/"):
		return Seller{Provider: "cloudflare"}
	}
	if before, rest, ok := strings.Cut(name, "/"); ok && rest != "" {
		if id := proxyPrefixes[before]; id != "" {
			return Seller{Provider: id}
		}
		if p := t.resolve(before); p != nil && p.models.test == nil && p.id != "azure" {
			return Seller{Provider: p.id}
		}
	}
	return Seller{}
}

// proxyPrefixes are what LiteLLM puts before a model's name for the cloud or gateway that it asks.
var proxyPrefixes = map[string]string{
	"azure": "azure", "azure_ai": "azure", "bedrock": "aws", "vertex_ai": "google", "vertex_ai_beta": "google", "gemini": "google",
	"fireworks_ai": "fireworks", "vercel_ai_gateway": "gateway", "github": githubModels,
}

// closed are the makers that sell their models themselves, and no weights of them.
var closed = map[string]bool{"openai": true, "anthropic": true, "google": true, "x-ai": true, "perplexity": true, "voyageai": true, "cursor": true}

// open are parts of names of models of closed makers whose weights anybody may run.
var open = [...]string{"gpt-oss", "gemma", "whisper", "grok-1", "r1-1776"}

// Closed says that nobody but a maker that keeps its weights, and those who resell it, run a model of the maker's.
func Closed(maker, model string) bool {
	return closed[maker] && !hasPart(strings.ToLower(model), open[:])
}

// Maker is the row of whoever makes a model, for calls whose seller is not known. only is true where nobody but its maker and those who
// resell it run the model: its weights are not to be had.
func (t *Table) Maker(model string) (row *Model, only bool) {
	if model == "" || len(model) > maxName {
		return nil, false
	}
	name := strings.ToLower(strings.TrimSpace(model))
	for {
		if p := t.byModel(name); p != nil {
			if r := t.row(p, name); r != nil {
				return t.model(r, p.id, name), Closed(p.id, name)
			}
		}
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return nil, false
		}
		name = rest
	}
}

func hasPart(name string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(name, p) {
			return true
		}
	}
	return false
}

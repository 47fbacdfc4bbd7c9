package pricing

import (
	"iter"
	"strings"
	"time"
)

// maxName bounds the names that are looked up; none in the table is longer than 120 bytes.
const maxName = 1024

// Find is the row for a model at a provider, or nil when there is none: an unknown provider or an unknown model. With an
// empty provider the model's name decides. Nothing is memoised; callers keep results in a bounded map.
func (t *Table) Find(provider, model string) *Model {
	if len(provider) > maxName || len(model) > maxName {
		return nil
	}
	name := strings.ToLower(strings.TrimSpace(model))
	provider, name = t.throughProxy(provider, name)
	p := t.resolve(provider)
	if provider == "" {
		p = t.byModel(name)
	}
	id := strings.ToLower(strings.TrimSpace(provider))
	if p != nil {
		id = p.id
	}
	for i := range t.user {
		if u := &t.user[i]; (u.Provider == "" || u.seller == id) && u.match.matches(name) {
			return t.userModel(u, id, name)
		}
	}
	if p == nil || name == "" {
		return nil
	}
	if r := t.row(p, name); r != nil {
		return t.model(r, p.id, name)
	}
	if provider == "" {
		return nil // "openai/gpt-4o" alone may be anybody's
	}
	for rest := range t.withoutPrefix(p, name) {
		if r := t.row(p, rest); r != nil {
			return t.model(r, p.id, rest)
		}
	}
	return t.inItsWords(p, name)
}

// inItsWords is the row for a name that only this provider writes so.
func (t *Table) inItsWords(p *provider, name string) *Model {
	if r := p.vendors(name); r != nil {
		return t.model(r, p.id, name)
	}
	switch p.id {
	case "openrouter":
		return t.openRouterVariant(name)
	case "aws":
		return t.bedrockModel(name)
	case "fireworks": // it takes its own models' names without the path, too
		if r := p.index.find("accounts/fireworks/models/" + name[strings.LastIndexByte(name, '/')+1:]); r != nil {
			return t.model(r, p.id, name)
		}
	}
	return nil
}

// vendors is the one row that a provider of many makers' models has for a name without the maker's in front.
func (p *provider) vendors(name string) *row {
	if p.id != "openrouter" || strings.Contains(name, "/") {
		return nil
	}
	var found *row
	for _, r := range p.index.rows {
		if strings.HasSuffix(r.id, name) && strings.IndexByte(r.id, '/') == len(r.id)-len(name)-1 {
			if found != nil {
				return nil
			}
			found = r
		}
	}
	return found
}

// ProviderByURL is the id of the provider whose address this is, or "".
func (t *Table) ProviderByURL(url string) string {
	if url == "" || len(url) > 4*maxName {
		return ""
	}
	for _, p := range t.providers {
		if p.api != nil && p.api().MatchString(url) {
			return p.id
		}
	}
	return ""
}

// throughProxy reads the provider that a proxy which passes list prices on puts before the model's name: LiteLLM, and Vercel's
// gateway, which AI SDK calls "gateway".
func (t *Table) throughProxy(provider, name string) (string, string) {
	switch strings.ToLower(provider) {
	case "litellm", "litellm_proxy", "gateway":
		name = strings.TrimPrefix(strings.TrimPrefix(name, "litellm_proxy/"), "vercel_ai_gateway/")
	default:
		return provider, name
	}
	if before, after, ok := strings.Cut(name, "/"); ok && before != "" && after != "" && t.resolve(before) != nil {
		return before, after
	}
	return "", name
}

// aliases are names that the semantic conventions and client libraries use and the table's own matching does not know.
var aliases = map[string]string{
	"aws.bedrock": "aws", "mistral_ai": "mistral", "x_ai": "x-ai", "x.ai": "x-ai", "moonshot_ai": "moonshotai",
	"gcp.gemini": "google", "gcp.gen_ai": "google", "gcp.vertex_ai": "google", "gcp.vertex.agent": "google",
	"fireworks_ai": "fireworks", "fireworks-ai": "fireworks", "together.ai": "together", "togetherai": "together",
	"perplexity_ai": "perplexity", "perplexity-ai": "perplexity", "z_ai": "zai", "z-ai": "zai", "z.ai": "zai",
	"github": "github-copilot", "grok": "x-ai", "workers-ai": "cloudflare",
	"zhipu": "zhipuai", "zhipu_ai": "zhipuai", "deepseek_ai": "deepseek", "deepseek-ai": "deepseek",
}

// resolve finds a provider by its id, by another name, or (as in "groq.chat") by what stands before a dot.
func (t *Table) resolve(name string) *provider {
	id := strings.ToLower(strings.TrimSpace(name))
	if id == "" {
		return nil
	}
	if p := t.byID[id]; p != nil {
		return p
	}
	if p := t.byID[aliases[id]]; p != nil {
		return p
	}
	if strings.HasPrefix(id, "azure") { // "azure.ai.openai" and "azure_openai" contain "openai" and are not OpenAI
		return t.byID["azure"]
	}
	for _, p := range t.providers {
		if p.match.matches(id) {
			return p
		}
	}
	if before, _, ok := strings.Cut(id, "."); ok && before != "" {
		return t.resolve(before)
	}
	return nil
}

// Provider is the table's id of a provider that goes by many names, or the name itself in lower case.
func (t *Table) Provider(name string) string {
	if p := t.resolve(name); p != nil {
		return p.id
	}
	return strings.ToLower(strings.TrimSpace(name))
}

// Sells says whether the table has the provider, under whatever name.
func (t *Table) Sells(provider string) bool { return t.resolve(provider) != nil }

func (t *Table) byModel(name string) *provider {
	for _, p := range t.providers {
		if p.models.matches(name) {
			return p
		}
	}
	return nil
}

// row is the first row that matches, at the provider or where it falls back to; a date without dashes is tried with them.
func (t *Table) row(p *provider, name string) *row {
	if r := t.rowAt(p, name); r != nil {
		return r
	}
	if dashed := dashedDates(name); dashed != name {
		return t.rowAt(p, dashed)
	}
	return nil
}

func (t *Table) rowAt(p *provider, name string) *row {
	if r := p.index.find(name); r != nil {
		return r
	}
	for _, id := range p.fallback {
		if q := t.byID[id]; q != nil {
			if r := q.index.find(name); r != nil {
				return r
			}
		}
	}
	return nil
}

// withoutPrefix gives the name without "models/", "publishers/google/models/" and without the provider's own name ("openai/gpt-4o" at
// OpenAI, "openrouter/anthropic/claude-sonnet-4.5" at OpenRouter). The name of another provider stays: its prices may differ.
func (t *Table) withoutPrefix(p *provider, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			prefix := name[:i]
			if (prefix == "models" || strings.HasSuffix(prefix, "/models") || t.resolve(prefix) == p) && !yield(name[i+1:]) {
				return
			}
		}
		if before, rest, ok := strings.Cut(name, "/"); ok && strings.Contains(rest, "/") && t.resolve(before) == p && !yield(rest) {
			return
		}
		if before, rest, ok := strings.Cut(name, ":"); ok && t.resolve(before) == p {
			yield(rest)
		}
	}
}

// dashedDates turns "-20250929" into "-2025-09-29" where it is a date and ends a word.
func dashedDates(name string) string {
	const length = len("-20060102")
	var b strings.Builder
	last := 0
	for i := 0; i+length <= len(name); i++ {
		end := i + length
		if name[i] != '-' || name[i+1:i+3] != "20" || end < len(name) && name[end] != '-' && name[end] != ':' {
			continue
		}
		day, err := time.Parse("20060102", name[i+1:end])
		if err != nil {
			continue
		}
		b.WriteString(name[last:i+1] + day.Format(time.DateOnly))
		last = end
		i = end - 1
	}
	return b.String() + name[last:]
}

// model is what Find returns for a row of the table, asked for at a provider.
func (t *Table) model(r *row, provider, name string) *Model {
	own, err := r.model()
	if err != nil {
		return nil // only a table that was never checked can come here; the embedded one is checked by a test
	}
	m := &own
	if r.guessed(name) {
		m.guess = GuessModel
	}
	if provider != r.provider { // who bills at another's prices has service tiers of its own
		m.Provider, m.service = provider, nil
		t.overlay[provider].apply(m, name)
	} else if rules := t.overlay[provider]; rules != nil {
		rules.addRest(m, name)
	}
	return m
}

func (t *Table) userModel(u *userRow, provider, name string) *Model {
	m := &Model{Provider: provider, ID: u.ID, Row: u.ID + "@" + u.Origin, Own: true, lists: u.lists}
	if u.Provider != "" {
		m.Row = u.Provider + "/" + m.Row
	}
	for _, s := range u.tiers {
		s.row = m.Row + "+" + s.name
		m.service = append(m.service, s)
	}
	t.overlay[provider].apply(m, name)
	return m
}

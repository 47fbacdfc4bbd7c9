package dialect

import (
	"cmp"
	"strings"
)

// provider fills Provider with the convention's name.
func (r *reading) provider() {
	f := r.f
	if soldBy := r.scope.client.soldBy; soldBy != nil {
		if p := soldBy(r); p != "" {
			r.op.Provider, r.op.Sure = p, true
			return
		}
	}
	for _, t := range [...]text{tProvider, tHost, tSystem, tSideProvider, tVercelProvider, tGatewayProvider} {
		if f.texts[t] == "" {
			continue
		}
		if p := canonical(strings.Trim(f.texts[t], `"`)); p != "" {
			if r.scope.traits.prefixed {
				p = cmp.Or(prefixProvider(r.op.Model()), p)
			}
			if p == "anthropic" { // whose SDK asks for its models elsewhere too
				p = cmp.Or(sellerOfID(r.op.ResponseID), p)
			}
			r.op.Provider = p
			return
		}
	}
	for _, ask := range providers {
		if r.op.Provider = ask(r); r.op.Provider != "" {
			return
		}
	}
	r.op.Provider = providerOfModel(r.op.Model())
}

// sellerOfID is who answered in Anthropic's protocol in its stead, by the id of the answer.
func sellerOfID(id string) string {
	switch {
	case strings.HasPrefix(id, "msg_bdrk_"):
		return "aws.bedrock"
	case strings.HasPrefix(id, "msg_vrtx_"):
		return "gcp.vertex_ai"
	}
	return ""
}

// textMember returns a string member of a JSON object.
func textMember(s, want string) string {
	p := scanJSON(s)
	for key := range p.members {
		if key == want {
			return p.text()
		}
		p.skip()
	}
	return ""
}

// trueMember says whether a member of the JSON object s is true.
func trueMember(s, want string) bool {
	p := scanJSON(s)
	for key := range p.members {
		if key == want {
			said, _ := p.scalar()
			return said == "true"
		}
		p.skip()
	}
	return false
}

// canonical is the convention's name for a provider in any dialect's words, "" for words that name none. Unknown names are
// kept, in lower case.
func canonical(s string) string {
	if s == "" || len(s) > 64 {
		return ""
	}
	switch s {
	case "openai", "anthropic": // nearly every span
		return s
	}
	s = strings.ToLower(s)
	if strings.HasPrefix(s, "langgenius/") { // Dify's plugins: langgenius/openai/openai
		s = s[strings.LastIndexByte(s, '/')+1:]
	}
	if p, ok := providerNames[s]; ok {
		return p
	}
	for _, row := range providerPrefixes {
		if strings.HasPrefix(s, row.prefix) {
			return row.provider
		}
	}
	return s
}

// providerNames maps whole names; "" says nothing about who answers.
var providerNames = map[string]string{
	"langchain": "", "langgraph": "", "strands agents": "", "unknown": "", "custom": "", "other": "", "vercel": "", "_other": "",
	"agent_framework": "", "agno": "", "autogen": "", "crewai": "", "dspy": "", "eino": "", "google-adk": "", "google_adk": "", "haystack": "",
	"langchain4j": "", "adk": "", "ai": "", "langchain core": "", "langchain community": "", "arch": "",
	"llama_index": "", "llamaindex": "", "mastra": "", "microsoft.agent_framework": "", "openai_agents": "", "trpc.go.agent": "", "ruby_llm": "",
	"pydantic-ai": "", "pydantic_ai": "", "semantic_kernel": "", "smolagents": "", "spring-ai": "", "spring_ai": "", "strands": "", "strands-agents": "",
	"openai": "openai", "chatgpt": "openai", "anthropic": "anthropic", "claude": "anthropic",
	"az.ai.openai": "azure.ai.openai", "azure": "azure.ai.openai", "azure_openai": "azure.ai.openai", "azure-openai": "azure.ai.openai",
	"azure.ai.openai": "azure.ai.openai", "azureopenai": "azure.ai.openai",
	"az.ai.inference": "azure.ai.inference", "azure_ai": "azure.ai.inference", "azure.ai.inference": "azure.ai.inference",
	"azure_ai_inference": "azure.ai.inference",
	"bedrock":            "aws.bedrock", "aws": "aws.bedrock", "aws_bedrock": "aws.bedrock", "aws.bedrock": "aws.bedrock",
	"amazon_bedrock": "aws.bedrock", "amazon-bedrock": "aws.bedrock", "bedrock_converse": "aws.bedrock", "amazon": "aws.bedrock",
	"aws.anthropic": "aws.bedrock", "gcp.anthropic": "gcp.vertex_ai", "aws-bedrock": "aws.bedrock", "vertex-ai": "gcp.vertex_ai",
	"gcp_vertex_anthropic": "gcp.vertex_ai", "gcp_vertex_gemini": "gcp.vertex_ai", "google_ai_studio_gemini": "gcp.gemini",
	"google-ai-studio": "gcp.gemini", "perplexity-ai": "perplexity", "workers-ai": "cloudflare", "azure-ai": "azure.ai.inference",
	"az.ai.agents": "azure.ai.openai", "microsoft.foundry": "azure.ai.inference",
	"vertex ai": "gcp.vertex_ai", "aws bedrock": "aws.bedrock",
	"vertex_ai": "gcp.vertex_ai", "vertexai": "gcp.vertex_ai", "google genai": "gcp.gemini", "googlegeminiai": "gcp.gemini", "awsbedrock": "aws.bedrock",
	"vertex": "gcp.vertex_ai", "vertexmodelgarden": "gcp.vertex_ai", "gcp.vertex.agent": "gcp.vertex_ai",
	"gcp.vertex_ai": "gcp.vertex_ai", "google_vertexai": "gcp.vertex_ai", "google-vertex": "gcp.vertex_ai", "google_vertex": "gcp.vertex_ai",
	"gemini": "gcp.gemini", "gcp.gemini": "gcp.gemini", "google": "gcp.gemini", "google_genai": "gcp.gemini", "googleai": "gcp.gemini",
	"google_ai_studio": "gcp.gemini", "google-gla": "gcp.gemini", "google_generativeai": "gcp.gemini",
	"gcp.gen_ai": "gcp.gen_ai", "google.generative-ai": "gcp.gemini", "google.generativeai": "gcp.gemini",
	"mistral": "mistral_ai", "mistralai": "mistral_ai", "mistral_ai": "mistral_ai",
	"xai": "x_ai", "x_ai": "x_ai", "x-ai": "x_ai", "grok": "x_ai",
	"moonshot": "moonshot_ai", "moonshotai": "moonshot_ai", "moonshot_ai": "moonshot_ai",
	"open_ai": "openai", "azure_open_ai": "azure.ai.openai", "google_ai_gemini": "gcp.gemini", "google_vertex_ai_gemini": "gcp.vertex_ai",
	"google_vertex_ai_anthropic": "gcp.vertex_ai", "microsoft_foundry": "azure.ai.inference",
	"watsonx": "ibm.watsonx.ai", "ibm.watsonx.ai": "ibm.watsonx.ai", "ibm": "ibm.watsonx.ai",
	"cohere": "cohere", "deepseek": "deepseek", "groq": "groq", "perplexity": "perplexity",
}

// providerPrefixes maps names that carry an API or a host behind the provider: openai.chat, anthropic.messages, api.openai.com.
var providerPrefixes = [...]struct{ prefix, provider string }{
	{"azure.ai.openai.", "azure.ai.openai"},
	{"azure-openai.", "azure.ai.openai"},
	{"azure.", "azure.ai.openai"},
	{"openai.", "openai"},
	{"openai-", "openai"},
	{"api.openai.com", "openai"},
	{"amazon-bedrock", "aws.bedrock"},
	{"bedrock", "aws.bedrock"},
	{"aws.bedrock.", "aws.bedrock"},
	{"anthropic.", "anthropic"},
	{"api.anthropic.com", "anthropic"},
	{"google.vertex", "gcp.vertex_ai"},
	{"googlevertex", "gcp.vertex_ai"},
	{"google-vertex", "gcp.vertex_ai"},
	{"vertex.", "gcp.vertex_ai"},
	{"vertex_ai", "gcp.vertex_ai"},
	{"google.", "gcp.gemini"},
	{"mistral.", "mistral_ai"},
	{"xai.", "x_ai"},
	{"groq.", "groq"},
	{"cohere.", "cohere"},
	{"deepseek.", "deepseek"},
	{"perplexity.", "perplexity"},
	{"moonshotai.", "moonshot_ai"},
	{"openrouter.", "openrouter"},
	{"gateway", "gateway"},
}

// providerOfModel tells the provider from the model's name, where only one company serves models of that name.
func providerOfModel(model string) string {
	model = strings.TrimPrefix(model, "models/") // Google's own way of writing it
	for _, row := range modelPrefixes {
		if strings.HasPrefix(model, row.prefix) {
			return row.provider
		}
	}
	return prefixProvider(model)
}

// prefixProvider is the provider before the model's name: "openai/gpt-4o", "openai:gpt-4o". Google ADK names itself as provider
// and reaches all others through LiteLLM.
func prefixProvider(model string) string {
	if i := strings.IndexAny(model, "/:"); i > 0 {
		if p := canonical(model[:i]); knownProvider(p) {
			return p
		}
	}
	return ""
}

func knownProvider(p string) bool {
	if p == "" {
		return false
	}
	_, ok := providerNames[p]
	return ok || p == "openrouter"
}

var modelPrefixes = [...]struct{ prefix, provider string }{
	{"gpt-", "openai"},
	{"chatgpt-", "openai"},
	{"o1", "openai"},
	{"o3", "openai"},
	{"o4-", "openai"},
	{"text-embedding-3-", "openai"},
	{"text-embedding-ada-", "openai"},
	{"ft:gpt-", "openai"},
	{"codex-", "openai"},
	{"claude-", "anthropic"},
	{"anthropic.claude", "aws.bedrock"},
	{"us.anthropic.", "aws.bedrock"},
	{"eu.anthropic.", "aws.bedrock"},
	{"apac.anthropic.", "aws.bedrock"},
	{"global.anthropic.", "aws.bedrock"},
	{"amazon.", "aws.bedrock"},
	{"us.amazon.", "aws.bedrock"},
	{"eu.amazon.", "aws.bedrock"},
	{"gemini-", "gcp.gemini"},
	{"mistral-", "mistral_ai"},
	{"codestral-", "mistral_ai"},
	{"ministral-", "mistral_ai"},
	{"magistral-", "mistral_ai"},
	{"pixtral-", "mistral_ai"},
	{"command-", "cohere"},
	{"rerank-", "cohere"},
	{"deepseek-", "deepseek"},
	{"grok-", "x_ai"},
	{"sonar", "perplexity"},
	{"kimi-", "moonshot_ai"},
	{"moonshot-", "moonshot_ai"},
}

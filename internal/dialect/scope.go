package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Options changes how spans are read. The zero value is the default.
type Options struct {
	// UsageOnAgent names scopes whose only usage is on the agent span: there the agent span is the model call.
	UsageOnAgent []string
}

// Scope is what reading needs of a ScopeSpans' scope and resource, computed once per ScopeSpans. It shares their memory.
type Scope struct {
	client       client
	name         string
	usageOnAgent bool
	fromProvider bool // the sender is the provider itself (OpenRouter's broadcast)
}

// NewScope computes a Scope. opts may be nil.
func NewScope(scope pcommon.InstrumentationScope, resource pcommon.Resource, opts *Options) Scope {
	s := Scope{name: scope.Name()}
	s.client = clientOf(s.name)
	s.usageOnAgent = clients[s.client].usageOnAgent
	if opts != nil {
		for _, name := range opts.UsageOnAgent {
			if name == s.name {
				s.usageOnAgent = true
			}
		}
	}
	s.fromProvider = strings.HasPrefix(s.name, "openrouter")
	if v, ok := resource.Attributes().Get(genai.ServiceName); ok && v.Type() == pcommon.ValueTypeStr && v.Str() == "openrouter" {
		s.fromProvider = true
	}
	return s
}

// client is a known sender, told by its scope name.
type client uint8

const (
	anyClient client = iota
	claudeCode
	codex
	googleADK
	geminiCLI
	qwenCode
	vercelAI      // AI SDK 4 to 6, and 7's legacy integration
	vercelSemconv // @ai-sdk/otel
	langfuseSDK
	langsmithSDK
	openInference
	openInferenceBedrock
	traceloopSDK
	traceloopOpenAI
	traceloopAnthropicJS
	traceloopBedrock
	openlitSDK
	openlitOpenAI
	openlitAnthropicJS
	mastraSDK
	litellmProxy
	pydanticAI
	logfireSDK
	logfireClaude
	copilotCLI
	agentFramework
	strandsSDK
	anthropicSDK
	genkitSDK
	otelContrib
	clientCount
)

// clientFacts is what is known of a client before any of its spans is read.
type clientFacts struct {
	dialect      string
	localAgents  bool // its invoke_agent spans are roll-ups of its own calls, whatever their span kind
	usageOnAgent bool // its only complete usage is on the agent span
}

var clients = [clientCount]clientFacts{
	claudeCode:           {dialect: "claude-code", localAgents: true},
	codex:                {dialect: "codex", localAgents: true},
	googleADK:            {dialect: "google-adk", localAgents: true},
	geminiCLI:            {dialect: "gemini-cli", localAgents: true},
	qwenCode:             {dialect: "qwen-code", localAgents: true},
	vercelAI:             {dialect: "vercel-ai", localAgents: true},
	vercelSemconv:        {dialect: "vercel-ai-otel", localAgents: true},
	langfuseSDK:          {dialect: "langfuse", localAgents: true},
	langsmithSDK:         {dialect: "langsmith", localAgents: true},
	openInference:        {dialect: "openinference", localAgents: true},
	openInferenceBedrock: {dialect: "openinference"},
	traceloopSDK:         {dialect: "openllmetry", localAgents: true},
	traceloopOpenAI:      {dialect: "openllmetry"},
	traceloopAnthropicJS: {dialect: "openllmetry"},
	traceloopBedrock:     {dialect: "openllmetry"},
	openlitSDK:           {dialect: "openlit", localAgents: true},
	openlitOpenAI:        {dialect: "openlit", localAgents: true},
	openlitAnthropicJS:   {dialect: "openlit", localAgents: true},
	mastraSDK:            {dialect: "mastra", localAgents: true},
	litellmProxy:         {dialect: "litellm"},
	pydanticAI:           {dialect: "pydantic-ai", localAgents: true},
	logfireSDK:           {dialect: "logfire", localAgents: true},
	logfireClaude:        {dialect: "logfire", localAgents: true, usageOnAgent: true},
	copilotCLI:           {dialect: "copilot", localAgents: true},
	agentFramework:       {dialect: "agent-framework", localAgents: true},
	strandsSDK:           {dialect: "strands", localAgents: true},
	anthropicSDK:         {dialect: "anthropic-sdk"},
	genkitSDK:            {dialect: "genkit", localAgents: true},
	otelContrib:          {dialect: "otel"},
}

// scopeRules tell a client by its scope name; the first rule that fits wins. A rule ending in "*" is a prefix.
var scopeRules = []struct {
	name   string
	client client
}{
	{"ai", vercelAI},
	{"gen_ai", vercelSemconv},
	{"com.anthropic.claude_code*", claudeCode},
	{"com.anthropic.sdk.*", anthropicSDK},
	{"codex", codex},
	{"codex_*", codex},
	{"gcp.vertex.agent", googleADK},
	{"gemini-cli*", geminiCLI},
	{"qwen-code*", qwenCode},
	{"langfuse*", langfuseSDK},
	{"langsmith*", langsmithSDK},
	{"@arizeai/openinference-instrumentation-bedrock*", openInferenceBedrock},
	{"openinference.instrumentation.bedrock*", openInferenceBedrock},
	{"@arizeai/openinference*", openInference},
	{"openinference.*", openInference},
	{"@traceloop/instrumentation-openai", traceloopOpenAI},
	{"@traceloop/instrumentation-anthropic", traceloopAnthropicJS},
	{"@traceloop/instrumentation-bedrock", traceloopBedrock},
	{"opentelemetry.instrumentation.bedrock", traceloopBedrock},
	{"opentelemetry.instrumentation.openai", traceloopOpenAI},
	{"@traceloop/*", traceloopSDK},
	{"traceloop*", traceloopSDK},
	{"opentelemetry.instrumentation.*", otelContrib},
	{"@openlit/instrumentation-openai", openlitOpenAI},
	{"@openlit/instrumentation-anthropic", openlitAnthropicJS},
	{"@openlit/*", openlitSDK},
	{"openlit*", openlitSDK},
	{"@mastra/*", mastraSDK},
	{"litellm*", litellmProxy},
	{"pydantic-ai*", pydanticAI},
	{"logfire.claude_agent_sdk", logfireClaude},
	{"logfire*", logfireSDK},
	{"github.copilot*", copilotCLI},
	{"agent_framework*", agentFramework},
	{"Microsoft.Agents*", agentFramework},
	{"Experimental.Microsoft.Agents*", agentFramework},
	{"Microsoft.SemanticKernel*", agentFramework},
	{"semantic_kernel*", agentFramework},
	{"strands*", strandsSDK},
	{"genkit*", genkitSDK},
	{"@opentelemetry/instrumentation-*", otelContrib},
}

// firstRules gives, by a scope name's first byte, the numbers of the rules that can fit it, in order: a request of one span has
// a scope of its own.
var firstRules = func() (by [256][]uint8) {
	for i := range scopeRules {
		first := scopeRules[i].name[0]
		by[first] = append(by[first], uint8(i)) //nolint:gosec // few rules
	}
	return by
}()

func clientOf(scope string) client {
	if scope == "" {
		return anyClient
	}
	for _, i := range firstRules[scope[0]] {
		if matches(scopeRules[i].name, scope) {
			return scopeRules[i].client
		}
	}
	return anyClient
}

// matches says whether name fits pattern, which is a name or, ending in "*", a prefix.
func matches(pattern, name string) bool {
	if n := len(pattern) - 1; n >= 0 && pattern[n] == '*' {
		return strings.HasPrefix(name, pattern[:n])
	}
	return pattern == name
}

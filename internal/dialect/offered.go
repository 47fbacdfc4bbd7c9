package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

var (
	tToolsOffered = newText()
	tToolsBeside  = newText()
	tToolSchema   = newText()
	tFunctionName = newText()
	tAnswerText   = newText()
	vToolsBeside  = newValue() // a list of texts
)

// offerTexts are where senders tell with which tools the model was called.
var offerTexts = func() (s factSet[text]) {
	for _, t := range [...]text{tToolsOffered, tToolsBeside, tToolSchema, tFunctionName, jInput, jInvocation} {
		s.add(t)
	}
	return s
}()

// maxOffer is how much of one text is looked through for tools.
const maxOffer = 64 << 10

// feeUntold is why the bill may hold more than the span tells: the model could use a tool that its provider runs and bills by use, and
// nothing says whether it did; or it stopped in the midst of such tools. It is "" where nothing speaks for one.
func (r *reading) feeUntold() string {
	f := r.f
	if f.has(nWebSearches) || f.has(nGrounded) || f.has(nFileSearches) || f.has(nCodeRuns) {
		return ""
	}
	if r.stoppedFor("pause_turn") { // Anthropic's word for having worked too long with its own tools
		return genai.ReasonUnknownFee
	}
	tools, told := f.value(vToolsBeside)
	if !told && !f.said.meets(&offerTexts) || r.showsUses() {
		return ""
	}
	if told && listed(tools, func(s string) bool { return r.offersFee(s) != "" }) {
		return genai.ReasonUnknownFee
	}
	for _, t := range [...]text{tToolsOffered, tToolsBeside, jInput, jInvocation} {
		if reason := r.offersFee(f.texts[t]); reason != "" {
			return reason
		}
	}
	if f.texts[tToolSchema] == "" && f.texts[tFunctionName] == "" {
		return ""
	}
	return r.numberedOffers()
}

// maxFunctions is how many functions' names are looked at: each asks the span for its description.
const maxFunctions = 128

// numberedOffers looks through tools that have an attribute each.
func (r *reading) numberedOffers() string {
	functions := 0
	for key, v := range r.span.Attributes().All() {
		schema := strings.HasPrefix(key, "llm.tools.")
		if !schema && !strings.HasPrefix(key, "llm.request.functions.") || v.Type() != pcommon.ValueTypeStr {
			continue
		}
		if reason := r.offersFee(v.Str()); schema && reason != "" {
			return reason
		}
		if n, name := strings.CutSuffix(key, ".name"); name && v.Str() == "web_search" && functions < maxFunctions { // which has no description, unlike one's own
			functions++
			if _, own := r.span.Attributes().Get(n + ".description"); !own {
				return genai.ReasonUnknownFee
			}
		}
	}
	return ""
}

// showsUses says that the sender shows what the provider answered with, its own tools among it: then there were none. What Google searched
// stands in the metadata of an answer only.
func (r *reading) showsUses() bool {
	for _, t := range answers {
		if s := r.f.texts[t]; whole(s) && s[0] == '{' {
			return true
		}
	}
	if r.soldByGoogle() && (r.f.texts[jVercelMetadata] != "" || whole(r.f.texts[jVertexResponse])) {
		return true
	}
	if r.op.Provider != "openai" && r.op.Provider != "anthropic" && r.op.Provider != "azure.ai.openai" {
		return false
	}
	switch r.scope.client {
	case vercelAI:
		return r.f.texts[tAnswerText] != "" || r.f.texts[jToolCalls] != ""
	case vercelOTel, anthropicSDK, pydanticAI:
		return whole(r.f.texts[jOutputMessages])
	}
	return false
}

func (r *reading) soldByGoogle() bool { return strings.HasPrefix(r.op.Provider, "gcp.") }

// stoppedFor says whether the model stopped for that reason.
func (r *reading) stoppedFor(reason string) bool {
	v, ok := r.f.value(vFinish)
	return ok && listed(v, func(s string) bool { return s == reason || strings.HasPrefix(s, "[") && strings.Contains(s, reason) })
}

// listed says whether a text, or one of several, is such a one.
func listed(v pcommon.Value, is func(string) bool) bool {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return is(v.Str())
	case pcommon.ValueTypeSlice:
		for _, e := range v.Slice().All() {
			if e.Type() == pcommon.ValueTypeStr && is(e.Str()) {
				return true
			}
		}
	}
	return false
}

// billedTools are what providers and frameworks call the tools that are billed by use.
var billedTools = [...]string{
	"web_search", "file_search", "x_search", "collections_search", "browser_search", "enterprise_web_search",
	"google_search", "googleSearch", "google_maps", "googleMaps", "code_interpreter", "code_execution", "image_generation", "advisor",
	"perplexity_search", "parallel_search", "bing_grounding", "bing_custom_search", "nova_grounding",
}

// toolHints are parts of those names, of which one is in each: most tools have none.
var toolHints = [...]string{"earch", "oogle", "code_", "image_gen", "advisor", "_grounding"}

// offersFee looks for a tool of the provider's among those that a call was offered: by its type, by the id that the AI SDK gives it, as the
// member that Google has for each, or by a name with nothing else, as one's own tools have a description and parameters.
func (r *reading) offersFee(s string) string {
	s = s[:min(len(s), maxOffer)]
	for _, hint := range toolHints {
		for from := 0; ; {
			i := strings.Index(s[from:], hint)
			if i < 0 {
				break
			}
			i += from
			from = i + len(hint)
			switch tool := offeredAt(s, i); {
			case tool == "", r.soldByGoogle() && !strings.Contains(tool, "oogle") && !strings.HasSuffix(tool, "eb_search"): // whose others cost tokens
			case tool == "advisor":
				return genai.ReasonHiddenTokens // another model
			default:
				return genai.ReasonUnknownFee
			}
		}
	}
	return ""
}

// maxToolName bounds the word around a hint: one without an end would be read once for each hint in it.
const maxToolName = 64

// offeredAt is the tool of the provider's that the word at s[i] offers, or "".
func offeredAt(s string, i int) string {
	begin, end := i, i
	for begin > max(i-maxToolName, 0) && isWord(s[begin-1]) {
		begin--
	}
	for end < min(i+maxToolName, len(s)) && isWord(s[end]) {
		end++
	}
	tool := billedTool(s[begin:end])
	before, after := strings.TrimRight(s[:begin], `"'\`), strings.TrimLeft(s[end:], `"'\`)
	if tool == "" || len(before) == begin {
		return ""
	}
	before, after = strings.TrimRight(before, " "), strings.TrimLeft(after, " ")
	key, isValue := strings.CutSuffix(before, ":")
	key = strings.TrimRight(key, ` "'\`)
	switch {
	case !isValue && (strings.HasPrefix(tool, "google") || tool == "enterprise_web_search") && strings.HasPrefix(after, ":"):
		after = strings.TrimLeft(after[1:], " ")
		if strings.HasPrefix(after, "{") {
			return tool
		}
	case !isValue:
	case strings.HasSuffix(key, "type"), strings.HasSuffix(key, "kind"), strings.HasSuffix(key, "id"):
		return tool
	case strings.HasSuffix(key, "name") && bare(before, after):
		return tool
	}
	return ""
}

var spaces = strings.NewReplacer(" ", "", `\`, "")

// bare says of a name that nothing else but emptiness is told of the tool.
func bare(before, after string) bool {
	after = spaces.Replace(after[:min(len(after), 64)])
	return strings.HasPrefix(after, `,"description":"","parameters":{}}`) || after != "" && after[0] == '}' && strings.HasSuffix(before, `{"name":`)
}

// billedTool is the word's tool: "openai.web_search", "web_search_20250305", "googleSearchRetrieval".
func billedTool(word string) string {
	word = word[strings.LastIndexByte(word, '.')+1:]
	for _, tool := range billedTools {
		rest, ok := strings.CutPrefix(word, tool)
		if ok && (rest == "" || strings.HasPrefix(rest, "_20") || strings.HasPrefix(rest, "_pre") || strings.EqualFold(strings.TrimPrefix(rest, "_"), "retrieval")) {
			return tool
		}
	}
	return ""
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

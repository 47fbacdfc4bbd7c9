package llmcost

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// What is done with a model that answers from this machine or a private network.
const (
	localEstimate = "estimate" // the maker's price, as an estimate, where nobody else runs the model: a proxy may stand there
	localPrice    = "price"    // as anywhere else: such addresses are proxies that pass the bill on
	localFree     = "free"     // nobody bills there
	localUnpriced = "unpriced"
)

// question is what is asked of the price table: the evidence of who sold a call, and the model.
type question struct {
	provider string         // what the span calls it
	at       pricing.Seller // at the address that answered
	foreign  bool           // an address was told, and is nobody's whom the table knows
	torn     bool           // two were told that are not one seller's
	sure     bool           // the client itself says who answered
	model    string
}

// sold is the answer: the price row, and why it is a guess where it is one.
type sold struct {
	pricedModel
	seller string // the table's id of who sells, where harder evidence than the provider's name says it
	kin    kin    // of the row
	shaped bool   // the shape of the model's id says who
	region string
	status string // of a call that has no row: genai.StatusFree or, with a reason, genai.StatusUnpriced
	reason string // why the row is only the likely one, or why there is none
}

// sdkNames are the providers whose SDKs are pointed at other servers by a setting, and name their own maker all the same.
var sdkNames = map[string]bool{"openai": true, "anthropic": true}

// whoSold finds the price row for a question. Harder evidence wins over softer: the client's word for who answered, then the address,
// then the shape of the model's id, then the provider's name. What rests on none of them is said to be a guess.
func whoSold(t *pricing.Table, q question, local string) sold {
	name, s := q.provider, sold{}
	shaped := false
	if !q.sure {
		by := q.at
		if by.Provider == "" {
			by = t.SellerByName(q.model)
			shaped = by.Provider != ""
			s.shaped = shaped
		}
		s.region = by.Region
		if by.Provider != "" && by.Provider != t.Provider(q.provider) {
			name, s.seller = by.Provider, by.Provider
		}
	}
	row := t.Find(name, q.model)
	switch {
	case row != nil && row.Own:
		s.model = row
	case q.atHome(local):
		s.atHome(t, q.model, row, shaped, local, q.ownServer() || openWeights(q.model))
	case row != nil:
		s.model = row
		if !q.sure && (q.torn || q.foreign && !shaped && sdkNames[t.Provider(q.provider)]) {
			s.reason = genai.ReasonProviderGuessed
		}
	default:
		if s.model, _ = t.Maker(q.model); s.model != nil {
			s.reason = genai.ReasonProviderGuessed
		}
	}
	return s
}

// askedAs says that a name that was asked for is that of the model that answered, as its seller writes it:
// "us.anthropic.claude-sonnet-4-5-20250929-v1:0" and "claude-sonnet-4-5@20250929" answer as "claude-sonnet-4-5-20250929".
func askedAs(asked, answered string) bool {
	if i := strings.LastIndex(answered, "-20"); i > 0 && len(answered) == i+len("-20060102") {
		answered = answered[:i]
	}
	_, rest, found := strings.Cut(asked, answered)
	return found && rest != "" && (rest[0] == '@' || rest[0] == ':' || strings.HasPrefix(rest, "-v") || strings.HasPrefix(rest, "-20")) ||
		strings.HasSuffix(asked, "."+answered)
}

// ownServers are programs that one runs oneself, for models with open weights.
var ownServers = map[string]bool{
	"ollama": true, "vllm": true, "sglang": true, "lmstudio": true, "lm_studio": true, "lm-studio": true, "llamacpp": true, "llama.cpp": true,
	"llama_cpp": true, "llama-cpp": true, "localai": true, "gpt4all": true, "llamafile": true, "tgi": true,
	"hosted_vllm": true, "ollama_chat": true, "docker_model_runner": true, "xinference": true, "oobabooga": true, // LiteLLM's names
}

// atHome says that this machine or a private network answered, as far as that decides.
func (q *question) atHome(local string) bool {
	return (q.at.Local || q.ownServer()) && !q.sure && local != localPrice
}

// families are parts of the names of models that people run themselves.
var families = [...]string{
	"llama", "qwen", "mistral", "mixtral", "gemma", "phi", "deepseek", "gpt-oss", "granite", "smollm", "codestral", "devstral", "nomic-embed", "bge-", "olmo",
	"falcon", "vicuna", "hermes", "starcoder", "internlm", "glm", "mxbai", "minilm",
}

// openWeights says that a name is written as those of such models are: "llama3.2:3b" by Ollama, "org/model" by servers of Hugging Face's.
func openWeights(model string) bool {
	if strings.ContainsAny(model, ":/") {
		return true
	}
	name := strings.ToLower(model)
	for _, f := range families {
		if strings.Contains(name, f) {
			return true
		}
	}
	return false
}

// ownServer says that the provider is such a program, or is said to be one before the model's name, and no address says where it runs.
func (q *question) ownServer() bool {
	if q.foreign || q.torn || !q.at.Local && q.at != (pricing.Seller{}) {
		return false
	}
	before, _, found := strings.Cut(q.model, "/")
	provider, _, _ := strings.Cut(q.provider, ".chat") // as the AI SDK says what it speaks
	return ownServers[provider] || found && ownServers[strings.ToLower(before)]
}

// atHome is for models that answer from this machine or a private network.
func (s *sold) atHome(t *pricing.Table, model string, row *pricing.Model, shaped bool, local string, open bool) {
	s.reason = genai.ReasonLocalServer
	switch local {
	case localFree:
		s.status = genai.StatusFree
		return
	case localUnpriced:
		s.status = genai.StatusUnpriced
		return
	}
	made, only := t.Maker(model)
	switch {
	case row != nil && (shaped || pricing.Closed(row.Provider, model)):
		s.model = row
	case only:
		s.model = made
	case row == nil && made == nil: // no row of it anywhere: your rate for unknown models holds, and the client's own cost
		if !open {
			s.reason = ""
		}
	default:
		s.status = genai.StatusUnpriced
	}
}

// conventionNames are the semantic conventions' names of sellers whose id in the table is another.
var conventionNames = map[string]string{
	"aws": "aws.bedrock", "azure": "azure.ai.openai", "google": "gcp.gemini", "x-ai": "x_ai", "mistral": "mistral_ai",
	"moonshotai": "moonshot_ai",
}

// nameSeller makes the call's provider the one that sold it.
func nameSeller(op *dialect.Call, s *sold) {
	if s.region != "" { // of the address that answered, or of the model's id
		op.Region = s.region
	}
	if s.seller == "" {
		return
	}
	name := s.seller
	if n, ok := conventionNames[name]; ok {
		name = n
	}
	if s.seller == "google" && (s.region != "" || strings.Contains(op.Model(), "@") || strings.HasPrefix(op.Model(), "vertex_ai")) {
		name = "gcp.vertex_ai"
	}
	op.Provider = name
	op.Stale |= op.Keys & dialect.HasProviderName
}

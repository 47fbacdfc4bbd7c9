package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var tCodeModule = newText()

// rustGenai is the genai crate for Rust, under whatever scope the application has, known by the module that opened the span. It passes on
// Amazon's counts, of whose streams it tells no cached tokens; all others hold their parts.
var rustGenai = &client{
	name: "rust-genai",
	sign: func(r *reading) bool { return strings.HasPrefix(r.f.texts[tCodeModule], "genai::") },
	keys: texts(tCodeModule, plain, "code.module.name", "code.namespace"),
	traits: traits{
		localAgents: true,
		cacheApart:  (*reading).overAmazon,
		hidesCache:  (*reading).overAmazon,
	},
}

func (r *reading) overAmazon() bool { return genai.ContainsFold(r.saidProvider(), "bedrock") }

package dialect

import "strings"

var (
	tGenkitType   = newText()
	tGenkitName   = newText()
	jGenkitOutput = newText()
	nGenkitInput  = newTally()
	nGenkitOutput = newTally()
)

// genkit puts the model asked for into the name and everything else into the JSON of its output: usage in its own words, of Anthropic
// without cached tokens, and the provider's whole answer as raw or custom. Embedders send no usage.
var genkit = &client{
	name:   "genkit",
	scopes: []scope{{name: "genkit*"}, {name: "genkit-genai", traits: &genkitConventions}},
	keys: join(
		texts(tGenkitType, genAI, "genkit:metadata:subtype", "genkit:type"),
		texts(tGenkitName, genAI, "genkit:name"),
		texts(tLevel, plain, "genkit:state"),
		texts(jGenkitOutput, plain, "genkit:output"),
	),
	words:    []word{{fact: tGenkitType}},
	json:     []member{{fact: jGenkitOutput, read: genkitOutput}},
	pairs:    []pair{{in: nGenkitInput, out: nGenkitOutput, apart: genkitApart}},
	models:   genkitModels,
	provider: genkitProvider,
	traits:   traits{localAgents: true, hidesCache: (*reading).overAnthropic}, // Go's has no answer of the provider's
}

// Its plugin with the conventions' names passes on the input of Anthropic, of whose cache it tells what was read, and Google's candidates.
var genkitConventions = traits{localAgents: true, thoughtsApart: true, cacheApart: (*reading).soldNetOrGoogle, hides: hidesWrites(0)}

func genkitOutput(r *reading, s string) {
	p := scanJSON(s)
	for key := range p.members {
		switch key {
		case "usage":
			r.f.usageObject(&p, neither, nGenkitInput, nGenkitOutput, 0)
		case "raw", "custom":
			r.f.providerAnswer(&p)
		default:
			p.skip()
		}
	}
}

func genkitApart(r *reading) bool {
	name := r.f.texts[tGenkitName]
	return strings.HasPrefix(name, "anthropic/") || strings.HasPrefix(name, "vertexModelGarden/claude")
}

func genkitModels(r *reading) {
	if name := r.f.texts[tGenkitName]; name != "" && r.op.Model() == "" {
		r.op.RequestModel = name[strings.IndexByte(name, '/')+1:]
	}
}

func genkitProvider(r *reading) string {
	name := r.f.texts[tGenkitName]
	if i := strings.IndexByte(name, '/'); i > 0 {
		return canonical(name[:i])
	}
	return ""
}

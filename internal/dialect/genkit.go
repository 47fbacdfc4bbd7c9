package dialect

import "strings"

var (
	tGenkitType   = newText()
	tGenkitName   = newText()
	jGenkitOutput = newText()
	nGenkitInput  = newTally()
	nGenkitOutput = newTally()
)

// genkit puts the model into the name and everything else into the JSON of its output.
var genkit = &client{
	name:   "genkit",
	scopes: []scope{{name: "genkit*"}},
	keys: join(
		texts(tGenkitType, genAI, "genkit:metadata:subtype", "genkit:type"),
		texts(tGenkitName, genAI, "genkit:name"),
		texts(tLevel, plain, "genkit:state"),
		texts(jGenkitOutput, plain, "genkit:output"),
	),
	words:    []word{{fact: tGenkitType}},
	json:     []member{{fact: jGenkitOutput, read: func(r *reading, s string) { r.f.readMember(s, nGenkitInput, nGenkitOutput) }}},
	pairs:    []pair{{in: nGenkitInput, out: nGenkitOutput}},
	models:   genkitModels,
	provider: genkitProvider,
	traits:   traits{localAgents: true},
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

package bench

import (
	"fmt"
	"strings"
)

// rates of FourModels in USD per token, as decimals because OTTL has no exponents: input, cached input, output.
var ottlRates = map[string][3]string{
	"gpt-4o-mini":  {"0.00000015", "0.000000075", "0.0000006"},
	"gpt-4o":       {"0.0000025", "0.00000125", "0.00001"},
	"gpt-4.1-mini": {"0.0000004", "0.0000001", "0.0000016"},
	"o4-mini":      {"0.0000011", "0.000000275", "0.0000044"},
}

// ottlCost is the statement that a user writes for one model.
const ottlCost = `set(span.attributes["llm.cost.total"], ` +
	`(span.attributes["gen_ai.usage.input_tokens"] - span.attributes["gen_ai.usage.cache_read.input_tokens"]) * %s + ` +
	`span.attributes["gen_ai.usage.cache_read.input_tokens"] * %s + span.attributes["gen_ai.usage.output_tokens"] * %s) ` +
	`where span.attributes["gen_ai.request.model"] == %q and span.attributes["gen_ai.usage.cache_read.input_tokens"] != nil`

// OTTL is the YAML of a transform processor that prices models, one statement each. The statements are the cheapest that
// tell cached input from other input; a model that they do not name costs nothing, silently.
func OTTL(models []string) string {
	var b strings.Builder
	b.WriteString("error_mode: ignore\ntrace_statements:\n")
	for _, model := range models {
		rate, ok := ottlRates[model]
		if !ok {
			rate = ottlRates[FourModels[0]]
		}
		fmt.Fprintf(&b, "  - '%s'\n", fmt.Sprintf(ottlCost, rate[0], rate[1], rate[2], model))
	}
	return b.String()
}

// GuardedOTTL is OTTL in a group that looks at spans with a model only: fewer users write it, and it is faster.
func GuardedOTTL(models []string) string {
	lines := strings.SplitAfter(OTTL(models), "\n")
	statements := strings.Join(lines[2:], "  ")
	return lines[0] + lines[1] +
		"  - context: span\n    conditions: ['span.attributes[\"gen_ai.request.model\"] != nil']\n    statements:\n  " + statements
}

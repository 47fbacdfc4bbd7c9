package pricing

import "strings"

// openRouterVariants are what follows the name of any model at OpenRouter, and why the model's own price is then a guess: the first
// ones choose among its hosts, whose prices differ, and a search has a fee.
var openRouterVariants = map[string]string{
	"nitro": GuessModel, "floor": GuessModel, "exacto": GuessModel, "extended": GuessModel, "thinking": GuessModel, "online": GuessFee,
}

// openRouterVariant is the row for a name with such an end, which the table has for few models. What ends in ":free" costs nothing,
// whatever the table has of it.
func (t *Table) openRouterVariant(name string) *Model {
	i := strings.LastIndexByte(name, ':')
	if i < 0 {
		return nil
	}
	variant := name[i+1:]
	if variant == "free" {
		return &Model{Provider: "openrouter", ID: name, Row: "openrouter/*:free@" + t.data.Released, lists: []compiled{{free: true}}}
	}
	guess := openRouterVariants[variant]
	if guess == "" {
		return nil
	}
	m := t.Find("openrouter", name[:i])
	if m == nil {
		return nil
	}
	own := *m
	if own.guess == "" {
		own.guess = guess
	}
	return &own
}

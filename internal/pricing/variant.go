package pricing

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// A row may say that it is for every name that begins with "claude-sonnet-5", or that contains "gemini-1.5-flash". Such a rule takes in
// models that came later and cost something else: "claude-sonnet-5-5", "gemini-1.5-flash-8b". So what a name says beyond its row's own
// names must be a date, a number of a build, or one of a few words that change no price; else the row's price is a guess.

// plainWords change no price: where a row's name does not have them itself, they say how a version is named, or where Bedrock runs it.
var plainWords = map[string]bool{
	"latest": true, "preview": true, "beta": true, "stable": true, "instruct": true, "it": true, "default": true, "customtools": true,
	"us": true, "bedrock": true, "anthropic": true, "amazon": true, "google": true, "meta": true, "mistral": true, "models": true, "1m": true,
}

// regionWords are fine beside a row that is for regions.
var regionWords = map[string]bool{"eu": true, "apac": true, "jp": true, "au": true, "ca": true, "in": true, "sa": true}

// guessed says of a name that the row matches whether it may be another model's. A name that the row lists is the row's, and what follows
// the name of a fine-tuned model is its owner's.
func (r *row) guessed(name string) bool {
	if r.match == nil || strings.HasPrefix(r.id, "ft:") || strings.HasSuffix(r.id, ".ft-") || r.match.lists(name) {
		return false
	}
	said := words(name[strings.LastIndexByte(name, '/')+1:]) // of a path or an ARN the last part
	regional := strings.HasPrefix(r.id, "regional.") || strings.HasPrefix(r.id, "global.") || strings.Contains(r.id, "claude")
	own := maps.Clone(r.words())
	dated := slices.ContainsFunc(said, isYear) // then shorter numbers are of its date
	for _, w := range said {
		switch {
		case own[w] > 0:
			own[w]--
			dated = dated || w == "v1" // the build of "v1:0" follows
		case plainWords[w], regional && regionWords[w], plainNumber(w, dated):
			dated = dated || isNumber(w[1:]) // so it does here, and the day follows the month
		default:
			return true
		}
	}
	return false
}

// namesOf are the words of a row's own names.
func namesOf(m *ModelData) map[string]int {
	own := wordsOf(m.ID)
	m.Match.words(own)
	return own
}

// lists says whether the clause matches the name because it is listed.
func (c *Clause) lists(name string) bool {
	if strings.EqualFold(c.Equals, name) {
		return true
	}
	for i := range c.Or {
		if c.Or[i].lists(name) {
			return true
		}
	}
	return false
}

// words adds the words of what the clause looks for, each as often as the one of its names has it that has it most often.
func (c *Clause) words(to map[string]int) {
	for _, s := range [...]string{c.Equals, c.StartsWith, c.EndsWith, c.Contains, c.Regex} {
		for w, n := range wordsOf(s) {
			to[w] = max(to[w], n)
		}
	}
	for _, list := range [...][]Clause{c.And, c.Or} {
		for i := range list {
			list[i].words(to)
		}
	}
}

func wordsOf(s string) map[string]int {
	n := map[string]int{}
	for _, w := range words(s) {
		n[w]++
	}
	return n
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// plainNumber says of a word that it is a date, a part of one, a build, or, as in "v1:0", the version of a name that has its date.
func plainNumber(w string, dated bool) bool {
	if isNumber(w) {
		return dated || len(w) > 2 || isMonth(w)
	}
	return w == "v1" || dated && w[0] == 'v' && isNumber(w[1:])
}

// isYear says of a word that it is a date, or the year of one.
func isYear(s string) bool {
	return isNumber(s) && strings.HasPrefix(s, "20") && (len(s) == len("2006") || len(s) == len("20060102"))
}

func isMonth(s string) bool { return len(s) == 2 && s[0] == '0' }

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

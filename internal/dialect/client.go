// Package dialect is all that knows clients: it reads one generative-AI operation from one span or log record, in whatever dialect the
// client speaks. Each client is one file. It knows nothing of prices.
package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// client is one client, or a family of them that speak alike: all that is known of it. Every field but the name may be empty. Its file is
// the place to look when a price is wrong; docs/adding-a-client.md says how to write one.
type client struct {
	name   string
	scopes []scope             // how it is told
	sign   func(*reading) bool // how it is told under a scope that nobody is known by

	keys []entry // attributes that it says facts in, per fact in order of precedence
	own  []entry // the same, of names so plain that they mean this under its scopes only

	kind     func(*reading) verdict // knows its spans by the scope, before any attribute is asked
	sum      func(*reading) verdict // knows, under any scope, spans that are sums of others, whatever they look like
	apart    apart                  // as cacheApart of the traits, under any scope
	passes   func(*reading) bool    // knows the steps that lie between two reports of a call, and in no other place
	lateKind func(*reading) verdict // knows them by their name, when no attribute said anything
	words    []word                 // attributes whose value is a word for the kind of the span, under any scope
	pairs    []pair                 // attributes for input and output
	json     []member               // attributes that hold JSON with usage, read on model calls
	answers  []text                 // attributes that hold the provider's answer
	costs    []cost                 // attributes for what the call cost
	provider func(*reading) string  // of a call, under any scope, that has none in an attribute; "" where it does not know either
	soldBy   func(*reading) string  // who answers calls of its scopes, whatever the provider that it names; "" where it does not know
	models   func(*reading)         // corrects, under any scope, what the attributes say of the models
	failed   func(*reading) bool    // failures that neither the status nor error.type tells
	ofRun    func(*reading) bool    // knows the calls that are a turn's or a run's, which may have made several
	step     func(*reading)         // reads from a step what it alone tells of the call in it, or of the run that it lies in
	hit      func(*reading) bool    // answers from the client's own cache
	mayBe    func(*facts) bool      // spans without any attribute that only GenAI spans have may be its operations
	events   map[string]logReader   // log events that tell of an operation
	metrics  map[string]pointReader // metrics that tell of calls
	traits                          // of all its scopes that say nothing else
	bit      uint64
}

// scope is the name of an instrumentation scope, or, ending in "*", the beginning of one; the longest that fits wins.
type scope struct {
	name   string
	traits *traits // nil: the client's
}

// traits are what is known of spans before they are read.
type traits struct {
	localAgents   bool                              // its invoke_agent spans are roll-ups of its own calls, whatever their span kind
	agentsOnly    bool                              // tells of agents, and leaves their calls to others
	usageOnAgent  bool                              // its only complete usage is on the agent span
	guess         func(*reading, *genai.Usage) bool // says that counts which make sense are not the provider's
	throws        bool                              // leaves the failure of an operation to an exception event
	prefixed      bool                              // reaches other providers under names such as "openai/gpt-4o"
	allAttempts   bool                              // says attempts of what is no model call too
	firstAttempt  int                               // the number of a first attempt, less 1
	cacheApart    apart
	hidesCache    apart
	totalHolds    bool                // its total holds cached tokens of which nothing else on the span tells
	thoughtsTotal bool                // the thoughts of Google's models are in its total only
	knowsBill     bool                // a cost on its spans is what was billed
	costSoFar     func(*reading) bool // says that the cost on a span is a sum since a session began, and no price of this span
	agentRun      func(*reading) bool // where the usage is on an agent's span: says that it is one of calls, let go where it has none
	inMillionths  bool                // a cost on its spans is in millionths of a dollar
	sequels       bool                // its spans lie in those that came before them, which they are no part of
	loose         bool                // its names may stand on calls and on sums of calls that others tell
	callsAreSteps bool                // of a client whose only complete usage is on the agent span
	driven        bool                // a program that an SDK runs: who instruments that may tell the sum of its calls
	milliseconds  bool                // what should be in seconds of a time to the first token is not
	thoughtsApart bool                // its output count leaves out reasoning tokens

	corrects func(*reading, *counts)             // sets right what it is known to count otherwise than its dialect says
	hides    func(*reading, *genai.Usage) string // why the bill may hold more than what it tells; "" where it may not
}

// apart says whether a client's input count leaves out cached tokens, where nothing on the span itself does; hidesCache whether the client
// never tells them.
type apart func(*reading) bool

func always(*reading) bool { return true }

// word is an attribute whose value says the kind.
type word struct {
	fact  text
	read  func(*reading, string) verdict // nil: kindWord
	first bool                           // before gen_ai.operation.name
}

// pair is a pair of attributes for input and output. Both sides come from one pair, never input from one dialect and output from another.
type pair struct {
	in, out tally
	when    func(*reading) bool // nil: always
	first   bool                // before the conventions' pair
	whole   bool                // already inclusive, whatever else is on the span
	apart   apart               // says that its input leaves out cached tokens; nil: not, or the client's traits do
}

// member is an attribute that holds JSON.
type member struct {
	fact text
	read func(r *reading, s string)
	pair bool // it alone shows that the span has usage
	text bool // what was said, and no usage: where it lacks its end, no count is lost
}

// cost is an attribute that says what the call cost.
type cost struct {
	value  value
	and    value  // the other part of what it is a part of; 0 is none
	less   value  // what of it the sender added for itself; 0 is nothing
	in     text   // JSON text that holds it instead
	name   string // of the member in that JSON
	parts  bool   // where that member is missing, the sum of all
	money  bool   // in the currency that the span tells, where it tells one; else in USD
	micros bool   // in millionths of it
	knows  func(*reading) bool
	ok     func(*reading) bool // nil: always
}

// The tables that reading works with, made of all clients.
var (
	pairs       []pair
	words       []word
	members     []member
	answers     []text
	costs       []cost
	providers   []func(*reading) string
	sums        []func(*reading) verdict
	aparts      []apart
	signs       []*client
	corrections []func(*reading)

	costMask uint64        // the values among costs
	costJSON factSet[text] // the texts among them

	memberTexts factSet[text]  // of members
	usageTexts  factSet[text]  // of the members that alone show usage
	answerTexts factSet[text]  // of answers
	jsonTexts   factSet[text]  // all that hold JSON
	kindTexts   factSet[text]  // of words, but that of the conventions
	pairTallies factSet[tally] // of pairs
	byFirst     [256][]scopeRule
	nobody      = &client{}
)

type scopeRule struct {
	name   string
	prefix bool
	client *client
	traits *traits
}

func init() { //nolint:gochecknoinits // the tables are constants that Go cannot express
	owners := 0
	for _, c := range known {
		if len(c.own) > 0 { // there are fewer bits than clients
			c.bit = 1 << owners
			owners++
		}
		c.addScopes()
		c.addJSON()
		if c.sum != nil {
			sums = append(sums, c.sum)
		}
		if c.sign != nil {
			signs = append(signs, c)
		}
		if c.apart != nil {
			aparts = append(aparts, c.apart)
		}
		if c.provider != nil {
			providers = append(providers, c.provider)
		}
		if c.models != nil {
			corrections = append(corrections, c.models)
		}
		c.addCosts()
	}
	for _, first := range [...]bool{true, false} {
		for _, c := range known {
			c.addPairs(first)
		}
	}
	for _, t := range [...]text{jInput, jInvocation, jBraintrustKind, jMlflowInputs, tToolsOffered} {
		jsonTexts.add(t)
	}
	fillTable(known)
}

func (c *client) addJSON() {
	members = append(members, c.json...)
	for i := range c.json {
		memberTexts.add(c.json[i].fact)
		jsonTexts.add(c.json[i].fact)
		if c.json[i].pair {
			usageTexts.add(c.json[i].fact)
		}
	}
	answers = append(answers, c.answers...)
	for _, t := range c.answers {
		answerTexts.add(t)
		jsonTexts.add(t)
	}
}

func (c *client) addCosts() {
	costs = append(costs, c.costs...)
	for _, row := range c.costs {
		if row.name == "" {
			costMask |= 1 << row.value
		} else {
			costJSON.add(row.in)
			jsonTexts.add(row.in)
		}
	}
}

// addPairs adds what comes before the conventions, or what comes after.
func (c *client) addPairs(first bool) {
	for _, p := range c.pairs {
		if p.first == first {
			pairs = append(pairs, p)
			pairTallies.add(p.in)
			pairTallies.add(p.out)
		}
	}
	for _, w := range c.words {
		if w.first == first {
			words = append(words, w)
			if w.fact != tOperation {
				kindTexts.add(w.fact)
			}
		}
	}
}

func (c *client) addScopes() {
	for _, s := range c.scopes {
		name, prefix := strings.CutSuffix(s.name, "*")
		rule := scopeRule{name: name, prefix: prefix, client: c, traits: s.traits}
		if rule.traits == nil {
			rule.traits = &c.traits
		}
		byFirst[name[0]] = append(byFirst[name[0]], rule)
	}
}

// findClient finds the client by its scope's name.
func findClient(scope string) (*client, *traits) {
	best, found := scopeRule{client: nobody, traits: &nobody.traits}, -1
	if scope == "" {
		return best.client, best.traits
	}
	for _, rule := range byFirst[scope[0]] {
		switch {
		case !rule.prefix && rule.name == scope:
			return rule.client, rule.traits
		case rule.prefix && len(rule.name) > found && strings.HasPrefix(scope, rule.name):
			best, found = rule, len(rule.name)
		}
	}
	return best.client, best.traits
}

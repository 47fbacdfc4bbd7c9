package load

import (
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/random"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// script writes what users say.
type script struct {
	s      *scenario.Scenario
	seed   uint64
	inputs []*template.Template
	keys   []string
}

func newScript(s *scenario.Scenario, seed uint64) (*script, error) {
	out := &script{s: s, seed: seed, keys: s.DataKeys()}
	for _, turn := range s.Turns {
		t, err := scenario.Template(turn.Input)
		if err != nil {
			return nil, err
		}
		out.inputs = append(out.inputs, t)
	}
	return out, nil
}

// talk is one conversation.
type talk struct {
	script  *script
	user    int
	name    string
	data    map[string]any
	rng     *source
	turn    int
	history []Exchange
}

// talk begins conversation n; what is said in it depends on n and the seed alone.
func (s *script) talk(run string, n, user int) *talk {
	t := &talk{script: s, user: user, name: fmt.Sprintf("%s-%d", run, n), rng: random.New(s.seed, uint64(n)+1<<32)} //nolint:gosec // not negative
	if len(s.s.Data) > 0 {
		t.data = s.s.Data[n%len(s.s.Data)]
		return t
	}
	t.data = map[string]any{}
	for i, key := range s.keys {
		tokens := 20.0
		for _, turn := range s.s.Turns[min(i, len(s.s.Turns)-1):] {
			if turn.Tokens.Kind != "" {
				tokens = random.Draw(turn.Tokens, t.rng)
				break
			}
		}
		t.data[key] = random.Text(int(min(tokens, 1e6)), t.rng)
	}
	return t
}

// over says whether all turns are done.
func (t *talk) over() bool { return t.turn >= len(t.script.inputs) }

// think is how long the user waits before the next turn.
func (t *talk) think() time.Duration {
	return seconds(min(random.Draw(t.script.s.Turns[t.turn].Think, t.rng), 1e6))
}

// next is the next question.
func (t *talk) next() (*Request, error) {
	r := &Request{User: t.user, Turn: t.turn, Conversation: t.name, Data: t.data, History: t.history}
	var b strings.Builder
	err := t.script.inputs[t.turn].Execute(&b, map[string]any{
		"data": t.data, "turn": t.turn, "user": t.user, "conversation": t.name, "last": r.Last(),
	})
	r.Input = b.String()
	t.turn++
	return r, err
}

// heard adds an answer.
func (t *talk) heard(r *Request, answer string) {
	t.history = append(t.history[:len(t.history):len(t.history)], Exchange{r.Input, answer})
}

package scenario

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// check finds what the types let through, and fills in defaults.
func check(file *File, f *faults) {
	checkTarget(&file.Target, f)
	if g := file.Gateway; g != nil {
		if _, _, err := net.SplitHostPort(g.OTLP); err != nil {
			f.add([]any{"gateway", "otlp"}, "must be host:port, got %q", g.OTLP)
		}
		f.fill(&g.Wait, defaultWait, "gateway", "wait")
	}
	if len(file.Scenarios) == 0 {
		f.add([]any{"scenarios"}, "needs at least one scenario")
	}
	seen := map[string]bool{}
	for i := range file.Scenarios {
		s := &file.Scenarios[i]
		checkScenario(file, s, i, f)
		if seen[s.Name] {
			f.add([]any{"scenarios", i, "name"}, "%q is there already", s.Name)
		}
		seen[s.Name] = true
	}
	checkCapacity(file.Capacity, f)
	checkConditions(file, f)
}

func checkTarget(t *Target, f *faults) {
	kinds := []string{HTTP, Chat, Responses, Anthropic, Command}
	if !slices.Contains(kinds, t.Kind) {
		f.add([]any{"target", "kind"}, "must be one of %s, got %q", strings.Join(kinds, ", "), t.Kind)
		return
	}
	if t.Kind == Command {
		if len(t.Command) == 0 {
			f.add([]any{"target", "command"}, "is needed by kind command")
		}
		for i, arg := range t.Command {
			checkTemplate(arg, []any{"target", "command", i}, f)
		}
	} else if u, err := url.Parse(t.URL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		f.add([]any{"target", "url"}, "must be an http or https URL, got %q", t.URL)
	}
	switch {
	case t.Kind == HTTP && t.Body == "":
		f.add([]any{"target", "body"}, `is needed by kind http, such as '{"input": {{ json .input }}}'`)
	case t.Body != "":
		checkTemplate(t.Body, []any{"target", "body"}, f)
	case t.Kind != HTTP && t.Kind != Command && t.Model == "":
		f.add([]any{"target", "model"}, "is needed by kind %s", t.Kind)
	}
	if t.MaxTokens < 0 || t.MaxTokens == 0 && f.has("target", "max_tokens") {
		f.add([]any{"target", "max_tokens"}, "must be above 0, got %d", t.MaxTokens)
	}
	checkStream(t, f)
	checkPaths(t, f)
}

func checkPaths(t *Target, f *faults) {
	for i, w := range t.FailWhen {
		path := []any{"target", "fail_when", i}
		if (w.Path == "") == (w.Status == "") {
			f.add(path, "needs one of path and status")
		}
		if w.Status != "" && !statusRule.MatchString(w.Status) {
			f.add(path, "status must be such as 503 or >=400, got %q", w.Status)
		}
	}
	for _, p := range []struct{ key, value string }{{"answer", t.Answer}, {"input", t.Usage.Input}, {"output", t.Usage.Output}} {
		if p.value != "" && !strings.HasPrefix(p.value, "$") {
			f.add([]any{"target", p.key}, "must be a path such as $.output, got %q", p.value)
		}
	}
}

var statusRule = regexp.MustCompile(`^(>=|<=|>|<|==|)\s*[1-5]\d\d$`)

func checkStream(t *Target, f *faults) {
	api := t.Kind == Chat || t.Kind == Responses || t.Kind == Anthropic
	if t.Stream == "" {
		t.Stream = NoStream
		if api {
			t.Stream = SSE
		}
	}
	allowed := []string{SSE, NDJSON, NoStream}
	if api {
		allowed = []string{SSE, NoStream}
	}
	if !slices.Contains(allowed, t.Stream) {
		f.add([]any{"target", "stream"}, "must be one of %s, got %q", strings.Join(allowed, ", "), t.Stream)
	}
}

func checkScenario(file *File, s *Scenario, i int, f *faults) {
	at := func(keys ...any) []any { return append([]any{"scenarios", i}, keys...) }
	if s.Name == "" || strings.ContainsAny(s.Name, ". \t\n") {
		f.add(at("name"), "must be a word without dots and spaces, got %q", s.Name)
	}
	checkLoop(s, at, f)
	if f.fill(&s.RequestTimeout, defaultTimeout, at("request_timeout")...); s.RequestTimeout == 0 {
		f.add(at("request_timeout"), "must be above 0")
	}
	if s.WarmupRequests < 0 {
		f.add(at("warmup_requests"), "must not be negative")
	}
	if len(s.Turns) == 0 {
		s.Turns = []Turn{{Input: "{{ .data.input }}"}}
	}
	for t := range s.Turns {
		if s.Turns[t].Input == "" {
			f.add(at("turns", t), "needs an input")
		}
		checkTemplate(s.Turns[t].Input, at("turns", t, "input"), f)
	}
	for p, process := range s.Resources.Processes {
		if process.Component == "" {
			f.add(at("resources", "processes", p), "needs a component")
		}
		if _, err := regexp.Compile(process.Match.Command); err != nil {
			f.add(at("resources", "processes", p), "match.command: %v", err)
		}
		if (process.Match.Command == "") == (process.Match.PID == 0) {
			f.add(at("resources", "processes", p), "match needs one of command and pid")
		}
	}
	if s.TestData != "" {
		if readData(file, s, at("test_data"), f) {
			checkDataKeys(s, at, f)
		}
	}
}

func checkLoop(s *Scenario, at func(...any) []any, f *faults) {
	switch {
	case s.ConcurrentUsers > 0 && s.Rate > 0:
		f.add(at("rate"), "a scenario has concurrent_users (closed loop) or rate (open loop), not both")
	case s.ConcurrentUsers < 0 || s.ConcurrentUsers > 1_000_000:
		f.add(at("concurrent_users"), "must be between 1 and 1000000, got %d", s.ConcurrentUsers)
	case s.ConcurrentUsers == 0 && s.Rate == 0:
		f.add(at(), "needs concurrent_users (closed loop) or rate (open loop)")
	case s.Open() && s.TestDuration == 0:
		f.add(at("rate"), "an open loop needs test_duration")
	case s.Open() && s.RequestsPerUser != 0:
		f.add(at("requests_per_user"), "belongs to concurrent_users: an open loop ends by test_duration")
	case !s.Open() && s.RequestsPerUser == 0 && s.TestDuration == 0:
		f.add(at(), "needs requests_per_user or test_duration, or it would never end")
	case s.RequestsPerUser < 0:
		f.add(at("requests_per_user"), "must not be negative")
	}
	checkOpenKeys(s, at, f)
}

// checkOpenKeys finds keys that only an open loop has, and fills in the default of one.
func checkOpenKeys(s *Scenario, at func(...any) []any, f *faults) {
	if !s.Open() && s.Arrival.Process != "" {
		f.add(at("arrival"), "belongs to rate: users of a closed loop start when the answer before has come")
	}
	if s.MaxInFlight < 0 || f.has(at("max_in_flight")...) && (s.MaxInFlight == 0 || !s.Open()) {
		f.add(at("max_in_flight"), "must be above 0, and belongs to rate")
	}
	if s.Open() && s.Arrival.Process == "" {
		s.Arrival.Process = Poisson
	}
}

func checkCapacity(c *Capacity, f *faults) {
	if c == nil {
		return
	}
	if c.Search != "rate" && c.Search != "users" {
		f.add([]any{"capacity", "search"}, "must be rate or users, got %q", c.Search)
	}
	if !(c.Min > 0 && c.Max > c.Min) {
		f.add([]any{"capacity"}, "min must be above 0 and max above min, got %v and %v", c.Min, c.Max)
	}
	if c.Precision == 0 && !f.has("capacity", "precision") {
		c.Precision = 0.05
	}
	if !(c.Precision >= 0.001 && c.Precision < 1) {
		f.add([]any{"capacity", "precision"}, "must be between 0.001 and 1, got %v", c.Precision)
	}
	if f.fill(&c.Step, defaultStep, "capacity", "step"); c.Step == 0 {
		f.add([]any{"capacity", "step"}, "must be above 0")
	}
	f.fill(&c.Settle, defaultSettle, "capacity", "settle")
}

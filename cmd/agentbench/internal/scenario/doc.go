// Package scenario reads the file that says what agentbench does. Every fault in it is reported at once, with file and line; nothing
// runs before the file is without fault.
package scenario

import "time"

// File is a whole scenario file.
type File struct {
	Target    Target            `yaml:"target"`
	Gateway   *Gateway          `yaml:"gateway"`
	Scenarios []Scenario        `yaml:"scenarios"`
	SLO       map[string]Amount `yaml:"slo"`
	Capacity  *Capacity         `yaml:"capacity"`
	Seed      uint64            `yaml:"seed"`
	Output    Output            `yaml:"output"`
	FailOn    []string          `yaml:"fail_on"`

	// Limits and Conditions are SLO and FailOn, read.
	Limits     []Limit     `yaml:"-"`
	Conditions []Condition `yaml:"-"`
	// Raw is the file as it was written, for the report: variables stay unexpanded, so that it holds no secret.
	Raw any `yaml:"-"`
	// Path is where the file was; files it names are relative to it.
	Path string `yaml:"-"`
}

// The kinds of targets.
const (
	HTTP      = "http"
	Chat      = "openai-chat"
	Responses = "openai-responses"
	Anthropic = "anthropic"
	Command   = "command"
)

// The kinds of streams.
const (
	NoStream = "none"
	SSE      = "sse"
	NDJSON   = "ndjson"
)

// Target is what requests go to.
type Target struct {
	Kind      string            `yaml:"kind"`
	URL       string            `yaml:"url"`
	Headers   map[string]string `yaml:"headers"`
	Body      string            `yaml:"body"`
	Stream    string            `yaml:"stream"`
	Answer    string            `yaml:"answer"`
	Usage     Usage             `yaml:"usage"`
	FailWhen  []FailWhen        `yaml:"fail_when"`
	Model     string            `yaml:"model"`      // of the model APIs
	System    string            `yaml:"system"`     // of the model APIs
	MaxTokens int               `yaml:"max_tokens"` // of the model APIs
	Command   []string          `yaml:"command"`    // of kind command
}

// Usage says where an answer has its token counts.
type Usage struct {
	Input  string `yaml:"input"`
	Output string `yaml:"output"`
}

// FailWhen makes an answer a failure: where a path leads to something, or for an HTTP status.
type FailWhen struct {
	Path   string `yaml:"path"`
	Status string `yaml:"status"`
}

// Gateway is where priced spans are listened for, and for how long after the last answer.
type Gateway struct {
	OTLP string   `yaml:"otlp"`
	Wait Duration `yaml:"wait"`
}

// Scenario is one load on the target.
type Scenario struct {
	Name            string    `yaml:"name"`
	Description     string    `yaml:"description"`
	ConcurrentUsers int       `yaml:"concurrent_users"`
	Rate            Rate      `yaml:"rate"`
	Arrival         Arrival   `yaml:"arrival"`
	MaxInFlight     int       `yaml:"max_in_flight"` // of an open loop: more wait in the generator
	RequestsPerUser int       `yaml:"requests_per_user"`
	TestDuration    Duration  `yaml:"test_duration"`
	WarmupRequests  int       `yaml:"warmup_requests"`
	RequestTimeout  Duration  `yaml:"request_timeout"`
	Turns           []Turn    `yaml:"turns"`
	TestData        string    `yaml:"test_data"`
	Resources       Resources `yaml:"resources"`

	// Data is TestData, read; nil where it is generated.
	Data []map[string]any `yaml:"-"`
}

// Open says whether requests keep a schedule, whatever the answers do.
func (s *Scenario) Open() bool { return s.Rate > 0 }

// Turn is one question of a conversation.
type Turn struct {
	Input  string `yaml:"input"`
	Think  Dist   `yaml:"think"`  // how long the user reads and types before it
	Tokens Dist   `yaml:"tokens"` // how long a generated input is, in tokens
}

// Resources are the processes whose CPU and memory belong to the agent.
type Resources struct {
	Processes []Process `yaml:"processes"`
}

// Process chooses processes by their command line.
type Process struct {
	Component string `yaml:"component"`
	Match     struct {
		Command string `yaml:"command"`
		PID     int    `yaml:"pid"`
	} `yaml:"match"`
}

// Capacity is how the largest load within the SLO is searched for.
type Capacity struct {
	Search    string   `yaml:"search"` // rate or users
	Min       float64  `yaml:"min"`
	Max       float64  `yaml:"max"`
	Step      Duration `yaml:"step"`
	Settle    Duration `yaml:"settle"`
	Precision float64  `yaml:"precision"`
}

// Output says which files are written.
type Output struct {
	JSON  string `yaml:"json"`
	HTML  string `yaml:"html"`
	JUnit string `yaml:"junit"`
}

// Defaults.
const (
	defaultTimeout = 30 * time.Second
	defaultWait    = 15 * time.Second
	defaultStep    = 30 * time.Second
	defaultSettle  = 5 * time.Second
)

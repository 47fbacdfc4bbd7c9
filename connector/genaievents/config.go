package genaievents

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Config of the connector. README.md shows every key with its default.
type Config struct {
	// Naming is the families of records to write: langchain, semconv.
	Naming []string `mapstructure:"naming"`
	// Events is what there are records of: request, llm, tool, error, alert, evaluation.
	Events []string `mapstructure:"events"`
	// Requests says which runs of agents are requests: root, or all.
	Requests string `mapstructure:"requests"`
	// Severity of the records of naming langchain, by event.
	Severity map[string]string `mapstructure:"severity"`
	// Content is how much of prompts, answers and arguments is told.
	Content Content `mapstructure:"content"`
	// Keep is the share of records that is kept.
	Keep Keep `mapstructure:"keep"`
	// Attributes are further attributes of records, copied from spans or resources.
	Attributes []Attribute `mapstructure:"attributes"`
	// Body is how the body of a record looks: logfmt, json or message.
	Body string `mapstructure:"body"`
	// MaxValueBytes is how long a text may be before it is cut.
	MaxValueBytes int `mapstructure:"max_value_bytes"`
	// Dedupe is the memory for what was written already.
	Dedupe Dedupe `mapstructure:"dedupe"`
}

// Content is one word (`content: length`), or `content: {full: {max_bytes: 4096}}`.
type Content struct {
	// Mode is none, length, hash or full.
	Mode string `mapstructure:"mode"`
	// Full is for mode full.
	Full Full `mapstructure:"full"`
}

// Full bounds the content of a record.
type Full struct {
	// MaxBytes is how long each text may be before it is cut.
	MaxBytes int `mapstructure:"max_bytes"`
}

// UnmarshalText reads the word.
func (c *Content) UnmarshalText(text []byte) error {
	*c = Content{Mode: string(text), Full: Full{MaxBytes: defaultMaxBytes}}
	return nil
}

// Unmarshal reads the map: `full` alone says the mode too.
func (c *Content) Unmarshal(conf *confmap.Conf) error {
	if err := conf.Unmarshal(c); err != nil {
		return err
	}
	if conf.IsSet(contentFull) && !conf.IsSet("mode") {
		c.Mode = contentFull
	}
	return nil
}

// Keep is the share of records that is kept, by how the operation went. Those of failed operations and of alerts are all kept.
type Keep struct {
	// OK is the share of those that succeeded.
	OK float64 `mapstructure:"ok"`
	// Slow is for those that succeeded and took long.
	Slow Slow `mapstructure:"slow"`
}

// Slow is the share of slow operations that is kept.
type Slow struct {
	Above time.Duration `mapstructure:"above"`
	Keep  float64       `mapstructure:"keep"`
}

// Attribute is one further attribute.
type Attribute struct {
	// Name of the attribute, on the span or resource and on the record.
	Name string `mapstructure:"name"`
	// From is span (the default: the span's attribute, else the resource's) or resource.
	From string `mapstructure:"from"`
}

// Dedupe is the memory for what was written already.
type Dedupe struct {
	// Window is how long a span is remembered; 0 turns it off.
	Window time.Duration `mapstructure:"window"`
	// MaxEntries is how many ids are remembered at most.
	MaxEntries int `mapstructure:"max_entries"`
}

// Values of the enumerated keys.
const (
	namingLangchain = "langchain"
	namingSemconv   = "semconv"

	eventRequest    = "request"
	eventLLM        = "llm"
	eventTool       = "tool"
	eventError      = "error"
	eventAlert      = "alert"
	eventEvaluation = "evaluation"

	requestsRoot = "root"
	requestsAll  = "all"

	contentNone   = "none"
	contentLength = "length"
	contentHash   = "hash"
	contentFull   = "full"

	bodyLogfmt  = "logfmt"
	bodyJSON    = "json"
	bodyMessage = "message"

	fromSpan     = "span"
	fromResource = "resource"
)

const defaultMaxBytes = 4096

func createDefaultConfig() component.Config {
	return &Config{
		Naming:   []string{namingLangchain},
		Events:   []string{eventRequest, eventLLM, eventTool, eventError, eventAlert, eventEvaluation},
		Requests: requestsRoot,
		Severity: map[string]string{
			eventRequest: "info", eventLLM: "info", eventTool: "info", eventError: "error", eventAlert: "warn",
		},
		Content:       Content{Mode: contentNone, Full: Full{MaxBytes: defaultMaxBytes}},
		Keep:          Keep{OK: 1, Slow: Slow{Above: 10 * time.Second, Keep: 1}},
		Body:          bodyLogfmt,
		MaxValueBytes: 1024,
		Dedupe:        Dedupe{Window: genai.DedupeWindow, MaxEntries: 500_000},
	}
}

package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Options changes how spans are read. The zero value is the default.
type Options struct {
	// UsageOnAgent names scopes whose only usage is on the agent span: there the agent span is the model call.
	UsageOnAgent []string
}

// Scope is what reading needs of a ScopeSpans' scope and resource, computed once per ScopeSpans. It shares their memory.
type Scope struct {
	client       *client
	traits       *traits
	name         string
	version      string
	usageOnAgent bool
	service      string
	fromProvider bool // the sender is the provider itself (OpenRouter's broadcast)
}

// NewScope computes a Scope. opts may be nil.
func NewScope(scope pcommon.InstrumentationScope, resource pcommon.Resource, opts *Options) Scope {
	s := Scope{name: scope.Name(), version: scope.Version()}
	s.client, s.traits = clientOf(s.name)
	s.usageOnAgent = s.traits.usageOnAgent
	if opts != nil {
		for _, name := range opts.UsageOnAgent {
			if name == s.name {
				s.usageOnAgent = true
			}
		}
	}
	s.fromProvider = strings.HasPrefix(s.name, "openrouter")
	if v, ok := resource.Attributes().Get(genai.ServiceName); ok && v.Type() == pcommon.ValueTypeStr {
		s.service = v.Str()
		s.fromProvider = s.fromProvider || s.service == "openrouter"
	}
	return s
}

// Service is the service.name of the sender; "" without one.
func (s *Scope) Service() string { return s.service }

// Name is the name of the scope.
func (s *Scope) Name() string { return s.name }

// Driven says that it is of a program that an SDK may run, of whose calls who instruments that tells a sum.
func (s *Scope) Driven() bool { return s.traits.driven }

// Library is the name of the scope where it is an instrumentation's or a framework's that is known; "" of one that an application may have
// given itself.
func (s *Scope) Library() string {
	if s.client == nobody {
		return ""
	}
	return s.name
}

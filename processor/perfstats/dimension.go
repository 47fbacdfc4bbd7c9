package perfstats

import (
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const maxDimensions = 16

// ownAttributes are what the points of the sources and of the gauges have anyway. Whatever else is on a point of genaimetrics is one of the
// dimensions that it was told to add.
var ownAttributes = setOf(
	genai.ServiceName, genai.OperationName, genai.ProviderName, genai.RequestModel, genai.ErrorType, genai.TokenType, genai.AgentName,
	genai.ToolName, genai.EvaluationName, genai.CostStatus, genai.AttrStatus, genai.AttrReason, genai.AttrComponent, genai.AttrOperation,
	genai.AttrResult, genai.AttrOverflow, genai.AttrComponentID, genai.AttrScope, genai.AttrStat, genai.AttrState, genai.AttrCache,
)

// langchainAttributes are those of genaimetrics' LangChain names; under its other names they may be dimensions.
var langchainAttributes = setOf(
	genai.AttrAgentType, genai.AttrModel, genai.AttrProvider, genai.AttrTokenType, genai.AttrToolName, genai.AttrErrorType, genai.AttrMetricType,
)

func setOf(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// dims are the dimensions of a set of gauges and their values, by name: one string, so that it can be part of a key.
type dims string

const dimSeparator = "\x00"

// dimensions of a point: of one of genaimetrics all that it was told to add, of others those of the config, from the point or its resource.
func (e *engine) dimensions(o *origin, attrs pcommon.Map) dims {
	var pairs []string
	if o.scope == genai.MetricsScope {
		for name, v := range attrs.All() {
			if !ownAttributes[name] && (!o.langchain || !langchainAttributes[name]) {
				pairs = append(pairs, name+dimSeparator+v.AsString())
			}
		}
		slices.Sort(pairs)
		return dims(strings.Join(pairs, dimSeparator))
	}
	for _, name := range e.named {
		v := genai.TextOf(attrs, name)
		if v == "" {
			v = genai.TextOf(o.resource.Attributes(), name)
		}
		if v != "" {
			pairs = append(pairs, name+dimSeparator+v)
		}
	}
	return dims(strings.Join(pairs, dimSeparator))
}

// pairs are the names and values in turn.
func (d dims) pairs() []string {
	if d == "" {
		return nil
	}
	return strings.Split(string(d), dimSeparator)
}

func checkDimensions(names []string) []error {
	var errs []error
	if len(names) > maxDimensions {
		errs = append(errs, fmt.Errorf("dimensions must be at most %d, got %d", maxDimensions, len(names)))
	}
	taken := map[string]string{"job": "job", "instance": "instance", "le": "le"}
	for name := range ownAttributes {
		taken[asLabel(name)] = name
	}
	for i, name := range names {
		label := asLabel(name)
		switch owner := taken[label]; {
		case strings.Trim(label, "_") == "" || strings.HasPrefix(label, "__") || strings.HasPrefix(label, "otel_scope_"):
			errs = append(errs, fmt.Errorf("dimensions[%d] must be the name of an attribute that can be a label in Prometheus, got %q", i, name))
		case owner != "":
			errs = append(errs, fmt.Errorf("dimensions[%d] must become a label of its own in Prometheus, got %q: %s is that of %s", i, name, label, owner))
		}
		taken[label] = name
	}
	return errs
}

// asLabel is the Prometheus label of an attribute.
func asLabel(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
}

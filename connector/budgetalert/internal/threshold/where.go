package threshold

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const maxWanted = 100

// condition is one attribute that a series must have, with one of the values; "" is a missing attribute.
type condition struct {
	attribute string
	values    []string
}

// conditions compiles a valid `where`.
func conditions(where map[string]any) []condition {
	var list []condition
	for _, name := range slices.Sorted(maps.Keys(where)) {
		values, _ := wanted(where[name])
		list = append(list, condition{name, values})
	}
	return list
}

// wanted reads one value or a list of values, as attributes are spelled as text.
func wanted(v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 || len(list) > maxWanted {
		return nil, fmt.Errorf("must be a value or a list of 1 to %d values, got %d", maxWanted, len(list))
	}
	var values []string
	for _, one := range list {
		switch one := one.(type) {
		case string:
			values = append(values, one)
		case bool:
			values = append(values, strconv.FormatBool(one))
		case int:
			values = append(values, strconv.Itoa(one))
		case int64:
			values = append(values, strconv.FormatInt(one, 10))
		case float64:
			values = append(values, pcommon.NewValueDouble(one).AsString())
		default:
			return nil, fmt.Errorf("must be a text, a number, true or false, or a list of them, got %v", v)
		}
	}
	return values, nil
}

// origin is where a point stands.
type origin struct {
	metric   string
	point    pcommon.Map
	resource pcommon.Map
}

// matches says whether a point fulfils all conditions.
func (o origin) matches(all []condition) bool {
	for _, c := range all {
		if !slices.Contains(c.values, o.get(c.attribute)) {
			return false
		}
	}
	return true
}

// get is an attribute of the point, or else of the resource. Gauges of perfstats that have no scope of their own get the one that they
// speak of: `scope: llm` picks the error ratios of services and models, not of agents.
func (o origin) get(name string) string {
	if v, ok := o.point.Get(name); ok {
		return v.AsString()
	}
	if name == genai.AttrScope && isPerf(o.metric) {
		return o.scope()
	}
	if v, ok := o.resource.Get(name); ok {
		return v.AsString()
	}
	return ""
}

// scope of a gauge of perfstats.
func (o origin) scope() string {
	if v, ok := o.point.Get(genai.AttrScope); ok {
		return v.AsString()
	}
	if _, ok := o.point.Get(genai.AgentName); ok {
		return scopeNames[AgentSpan]
	}
	if _, ok := o.point.Get(genai.ToolName); ok || o.metric == genai.PerfToolSuccessRatio {
		return scopeNames[ToolSpan]
	}
	return scopeNames[ModelSpan]
}

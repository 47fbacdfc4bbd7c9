package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

var vPromptfooHit = newValue()

// promptfoo answers many calls of an evaluation from its own cache, whose tokens nobody bills.
var promptfoo = &client{
	name:   "promptfoo",
	scopes: []scope{{name: "promptfoo*"}},
	keys:   values(vPromptfooHit, plain, "promptfoo.cache_hit"),
	hit: func(r *reading) bool {
		v, ok := r.f.value(vPromptfooHit)
		return ok && (v.Type() == pcommon.ValueTypeBool && v.Bool() || v.Type() == pcommon.ValueTypeStr && strings.EqualFold(v.Str(), "true"))
	},
}

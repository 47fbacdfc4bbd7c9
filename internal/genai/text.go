package genai

import "go.opentelemetry.io/collector/pdata/pcommon"

// TextOf is an attribute of any type as text; "" where it is missing.
func TextOf(attrs pcommon.Map, name string) string {
	v, ok := attrs.Get(name)
	if !ok {
		return ""
	}
	return v.AsString()
}

// StringOf is an attribute that is a string; "" where it is missing or something else.
func StringOf(attrs pcommon.Map, name string) string {
	if v, ok := attrs.Get(name); ok && v.Type() == pcommon.ValueTypeStr {
		return v.Str()
	}
	return ""
}

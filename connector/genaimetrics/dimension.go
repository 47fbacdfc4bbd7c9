package genaimetrics

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// resourceDims are the values of the dimensions as far as a resource knows them; "" is missing.
func resourceDims(dims []Dimension, dst []string, resource pcommon.Map) []string {
	for i := range dims {
		dst = append(dst, genai.TextOf(resource, dims[i].Name))
	}
	return dst
}

// itemDims are the values of the dimensions for one span, record or point of a resource.
func itemDims(dims []Dimension, dst, resource []string, item pcommon.Map) []string {
	for i := range dims {
		v := ""
		if dims[i].From != fromResource {
			v = genai.TextOf(item, dims[i].Name)
		}
		if v == "" {
			v = resource[i]
		}
		if v == "" {
			v = dims[i].Default
		}
		dst = append(dst, v)
	}
	return dst
}

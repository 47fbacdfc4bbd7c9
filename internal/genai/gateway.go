package genai

import "go.opentelemetry.io/collector/pdata/pcommon"

// GatewayResource is the resource of the metrics and logs that a connector makes itself: who counted, not who was counted. own is the
// Collector's own resource.
func GatewayResource(own pcommon.Resource) pcommon.Resource {
	res := pcommon.NewResource()
	for _, name := range [...]string{ServiceName, ServiceInstanceID} {
		if v, ok := own.Attributes().Get(name); ok {
			v.CopyTo(res.Attributes().PutEmpty(name))
		}
	}
	return res
}

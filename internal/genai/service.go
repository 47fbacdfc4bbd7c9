package genai

import "go.opentelemetry.io/collector/pdata/pcommon"

// UnknownService is the service.name of senders that have none.
const UnknownService = "unknown_service"

// ServiceOf is the service.name of a resource, as text whatever its type.
func ServiceOf(resource pcommon.Map) string {
	if v, ok := resource.Get(ServiceName); ok {
		if name := v.AsString(); name != "" {
			return name
		}
	}
	return UnknownService
}

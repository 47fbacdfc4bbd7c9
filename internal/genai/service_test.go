package genai

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func TestServiceOf(t *testing.T) {
	resource := pcommon.NewMap()
	assert.Equal(t, UnknownService, ServiceOf(resource))
	resource.PutStr(ServiceName, "")
	assert.Equal(t, UnknownService, ServiceOf(resource))
	resource.PutInt(ServiceName, 42)
	assert.Equal(t, "42", ServiceOf(resource))
	resource.PutStr(ServiceName, "support")
	assert.Equal(t, "support", ServiceOf(resource))
}

package perfstats

import (
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// origin is what the points of one metric have in common.
type origin struct {
	now       time.Time
	resource  pcommon.Resource
	hash      *[16]byte // of the resource's attributes, computed when needed
	scope     string
	metric    string
	langchain bool    // one of genaimetrics' LangChain names
	factor    float64 // to seconds, for durations
	builtin   *source // nil if the metric is none
	own       []*source
}

func (b *origin) reads(kind uint8) bool {
	if b.builtin != nil && b.builtin.kinds&kind != 0 {
		return true
	}
	for _, s := range b.own {
		if s.kinds&kind != 0 {
			return true
		}
	}
	return false
}

func (b *origin) streamKey(attrs pcommon.Map, start pcommon.Timestamp) streamKey {
	if *b.hash == ([16]byte{}) {
		*b.hash = pdatautil.MapHash(b.resource.Attributes())
	}
	return streamKey{resource: *b.hash, attributes: pdatautil.MapHash(attrs), scope: b.scope, metric: b.metric, start: start}
}

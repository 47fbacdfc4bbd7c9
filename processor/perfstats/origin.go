package perfstats

import (
	"strings"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
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
	sources   []*source
	kinds     uint8         // that any of them reads
	depth     time.Duration // how far back any of them looks, if further than the window
}

// is makes it that of a metric which feeds these sources.
func (o *origin) is(m pmetric.Metric, sources []*source) {
	o.metric, o.factor, o.sources = m.Name(), secondsIn(m.Unit()), sources
	o.langchain = strings.HasPrefix(o.metric, "langchain_")
	o.kinds, o.depth = 0, 0
	for _, s := range sources {
		o.kinds |= s.kinds
		o.depth = max(o.depth, s.depth)
	}
}

func (o *origin) streamKey(r *reading) streamKey {
	if *o.hash == ([16]byte{}) {
		*o.hash = pdatautil.MapHash(o.resource.Attributes())
	}
	return streamKey{resource: *o.hash, attributes: pdatautil.MapHash(r.attrs), scope: o.scope, metric: o.metric, start: r.start}
}

package threshold

import (
	"hash/fnv"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	perfPrefix = "llm.perf."
	perSecond  = "/s"
	maxLabel   = 200 // bytes of a label's value that an alert shows
	maxLabels  = 32
)

func isPerf(metric string) bool { return strings.HasPrefix(metric, perfPrefix) }

// resourceLabels are the attributes of a resource that tell series apart. Others (the SDK's version, a process id) change without
// another thing being watched.
var resourceLabels = []string{
	genai.ServiceName, "service.namespace", genai.ServiceInstanceID, genai.AttrHostName, "deployment.environment.name",
	"k8s.namespace.name", "k8s.pod.name",
}

// volatile attributes of points do not tell series apart: a process that was started again is the same thing to watch. Of several points
// at once the worst one counts.
var volatile = []string{genai.AttrProcessPID, "process.parent_pid"}

// parts says of a metric whose points are shares of one value which of them to add up, unless `where` picks some by that attribute:
// `system.cpu.utilization` above 0.8 means a busy CPU, never an idle one.
type parts struct {
	attributes []string // of our names and of hostmetrics'
	only       []string // values that count; empty: all but skip
	skip       []string
}

var partsOf = map[string]parts{
	genai.HostCPUUtilization:        {attributes: []string{genai.AttrCPUMode, genai.AttrState}, skip: []string{"idle", "iowait", "wait"}},
	genai.ProcessCPUUtilization:     {attributes: []string{genai.AttrCPUMode, genai.AttrState}, skip: []string{"wait"}},
	genai.HostMemoryUsage:           {attributes: []string{genai.AttrMemoryState, genai.AttrState}, only: []string{"used"}},
	genai.HostMemoryUtilization:     {attributes: []string{genai.AttrMemoryState, genai.AttrState}, only: []string{"used"}},
	genai.HostPagingUsage:           {attributes: []string{genai.AttrPagingState, genai.AttrState}, only: []string{"used"}},
	genai.HostPagingUtilization:     {attributes: []string{genai.AttrPagingState, genai.AttrState}, only: []string{"used"}},
	"system.filesystem.usage":       {attributes: []string{"system.filesystem.state", genai.AttrState}, only: []string{"used"}},
	"system.filesystem.utilization": {attributes: []string{"system.filesystem.state", genai.AttrState}, only: []string{"used"}},
}

// partsFor gives the parts of a rule's metric; none if the rule picks some itself.
func partsFor(metric string, where []condition) parts {
	p := partsOf[metric]
	for _, c := range where {
		if slices.Contains(p.attributes, c.attribute) {
			return parts{}
		}
	}
	return p
}

// counts says whether a point is one of the parts to add up.
func (p *parts) counts(o origin) bool {
	for _, name := range p.attributes {
		if v, ok := o.point.Get(name); ok {
			if len(p.only) > 0 {
				return slices.Contains(p.only, v.AsString())
			}
			return !slices.Contains(p.skip, v.AsString())
		}
	}
	return true
}

// identity is what tells points apart, in three steps: each point; what its parts add up to; the series, whatever the process id.
type identity struct{ exact, whole, series uint64 }

var seed = maphash.MakeSeed()

func pair(k, v string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	_, _ = h.WriteString(k)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(v)
	return h.Sum64()
}

// identify hashes what labels says in words. Sums do not depend on the order of attributes.
func (p *parts) identify(o origin) identity {
	id := identity{}
	for k, v := range o.point.All() {
		h := pair(k, shorten(v.AsString()))
		id.exact += h
		if slices.Contains(p.attributes, k) {
			continue
		}
		id.whole += h
		if !slices.Contains(volatile, k) {
			id.series += h
		}
	}
	for _, k := range resourceLabels {
		if v, ok := o.resourceLabel(k); ok {
			h := pair(k, shorten(v))
			id.exact, id.whole, id.series = id.exact+h, id.whole+h, id.series+h
		}
	}
	return id
}

func (o origin) resourceLabel(k string) (string, bool) {
	if _, ok := o.point.Get(k); ok {
		return "", false
	}
	v, ok := o.resource.Get(k)
	if !ok {
		return "", false
	}
	return v.AsString(), true
}

// labels names the series of a point.
func (p *parts) labels(o origin) map[string]string {
	all := make(map[string]string, o.point.Len()+2)
	for k, v := range o.point.All() {
		if !slices.Contains(p.attributes, k) && !slices.Contains(volatile, k) && len(all) < maxLabels {
			all[k] = shorten(v.AsString())
		}
	}
	for _, k := range resourceLabels {
		if v, ok := o.resourceLabel(k); ok && len(all) < maxLabels {
			all[k] = shorten(v)
		}
	}
	return all
}

// shorten keeps two long values apart.
func shorten(s string) string {
	s = strings.ToValidUTF8(s, "_")
	if len(s) <= maxLabel {
		return s
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return strings.ToValidUTF8(s[:maxLabel], "") + "…" + strconv.FormatUint(h.Sum64(), 16)
}

// samplesKey joins a gauge of perfstats with the llm.perf.samples that it rests on.
func samplesKey(o origin) uint64 {
	var key uint64
	for k, v := range o.point.All() {
		switch k {
		case genai.AttrScope, genai.AttrStat, genai.AttrState, genai.AttrCache, genai.TokenType, genai.EvaluationName:
		default:
			key += pair(k, v.AsString())
		}
	}
	for _, k := range resourceLabels {
		if v, ok := o.resourceLabel(k); ok {
			key += pair(k, v)
		}
	}
	scope := o.scope()
	if o.metric == genai.PerfTTFT {
		scope = "ttft"
	}
	return key + pair(genai.AttrScope, scope)
}

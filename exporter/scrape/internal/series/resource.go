package series

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
)

const (
	targetInfo = "target_info"
	targetHelp = "Target metadata"

	labelJob      = "job"
	labelInstance = "instance"

	serviceName      = string(semconv.ServiceNameKey)
	serviceNamespace = string(semconv.ServiceNamespaceKey)
	serviceInstance  = string(semconv.ServiceInstanceIDKey)
)

// resource is a sender by its attributes: those of one job and instance may change, and the last that has series is told.
type resource struct {
	key    string
	target // of target_info
	series int
	puts   int // that are under way
	last   int // the last put that brought a point of it
	cost   int
}

// target is a job and an instance. Without both there is no target_info.
type target struct {
	job, instance       string
	hasJob, hasInstance bool
	labels              string
	odd                 bool
}

func targetOf(attributes pcommon.Map) (t target) {
	if name, ok := attributes.Get(serviceName); ok {
		t.hasJob, t.job = true, name.AsString()
		if namespace, ok := attributes.Get(serviceNamespace); ok {
			t.job = namespace.AsString() + "/" + t.job
		}
	}
	if id, ok := attributes.Get(serviceInstance); ok {
		t.hasInstance, t.instance = true, id.AsString()
	}
	return t
}

// isTarget says whether an attribute is told as job or instance.
func isTarget(key string) bool {
	return key == serviceName || key == serviceNamespace || key == serviceInstance
}

// labelsOf makes the labels of target_info: attributes of one name are joined, and the target's own two are stronger.
func (s *Store) labelsOf(t target, attributes []pair) (string, bool, error) {
	if t.job == "" || t.instance == "" {
		return "", false, nil
	}
	var out []pair
	for _, a := range attributes {
		if isTarget(a.key) {
			continue
		}
		name, err := s.opts.Labels.Build(a.key)
		if err != nil {
			return "", false, err
		}
		at := slices.IndexFunc(out, func(p pair) bool { return p.key == name })
		if at < 0 {
			out = append(out, pair{name, a.value})
			continue
		}
		out[at].value += ";" + a.value
	}
	out = slices.DeleteFunc(out, func(p pair) bool { return p.key == labelJob || p.key == labelInstance })
	return labelText(append(out, pair{labelJob, t.job}, pair{labelInstance, t.instance}), "")
}

// hold finds or makes the resource of attributes in the order in which they came. The caller drops it.
func (s *Store) hold(key string, t target, attributes []pair) *resource {
	if known := s.resources[key]; known != nil {
		known.puts++
		return known
	}
	r := &resource{target: t, puts: 1}
	if labels, odd, err := s.labelsOf(t, attributes); err == nil {
		r.labels, r.odd = labels, odd
	}
	// One that is over the limit is not told, and not found again.
	if cost := costOf(len(key) + len(r.labels)); s.used+cost <= s.opts.Limit {
		r.key, r.cost = key, cost
		s.used += cost
		s.resources[key] = r
	}
	return r
}

// drop forgets a resource that nothing has any more.
func (s *Store) drop(r *resource) {
	if r.series+r.puts == 0 && r.cost > 0 {
		s.used -= r.cost
		delete(s.resources, r.key)
	}
}

// targets is the family target_info of all who have series, one for each job and instance; nil without any.
func (s *Store) targets(now time.Time) *family {
	type id struct{ job, instance string }
	last := map[id]*resource{}
	for _, r := range s.resources {
		is := id{r.job, r.instance}
		if r.labels != "" && r.series > 0 && (last[is] == nil || last[is].last < r.last) {
			last[is] = r
		}
	}
	if len(last) == 0 {
		return nil
	}
	f := newFamily(s.target)
	f.help, f.timeless = targetHelp, true
	for _, r := range last {
		one := &series{labels: r.labels, odd: r.odd, help: targetHelp, updated: now, point: point{number: number{float: 1}}}
		f.series = append(f.series, one)
		one.family = f
		if r.odd {
			f.odd++
		}
	}
	slices.SortFunc(f.series, func(a, b *series) int { return strings.Compare(a.labels, b.labels) })
	return f
}

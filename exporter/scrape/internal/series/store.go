package series

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Options say how series are named and how long they live.
type Options struct {
	Metrics              otlptranslator.MetricNamer
	Labels               otlptranslator.LabelNamer
	ConstLabels          map[string]string
	WithoutScope         bool          // no labels of the instrumentation scope
	ResourceLabels       bool          // resource attributes are labels of each series
	WithoutServiceLabels bool          // but not the three that are job and instance already
	Timestamps           bool          // a sample says when it was taken
	Expiration           time.Duration // for how long a series is told without a new point
	Limit                int           // series; one that takes more than a KiB counts once for each KiB begun
}

// Reasons why a point is not told.
const (
	OutOfOrder  = "out_of_order" // older than the one before, or a delta that does not follow it
	Temporality = "temporality"  // neither cumulative nor a delta that can be added up
	Invalid     = "invalid"      // no name or label can be made of it, or its numbers contradict each other
	Limited     = "series_limit"
	Conflict    = "conflict" // kept, but another series or type has its name
)

// Reasons are all of them.
func Reasons() []string { return []string{OutOfOrder, Temporality, Invalid, Limited, Conflict} }

// Lost are the points that are not told after a Put, by reason, with the name of a metric for example.
type Lost map[string]Loss

// Loss is how many points are not told for one reason.
type Loss struct {
	Points int
	Metric string
}

func (l *Lost) add(reason, metric string) {
	if *l == nil {
		*l = Lost{}
	}
	(*l)[reason] = Loss{(*l)[reason].Points + 1, cmp.Or((*l)[reason].Metric, metric)}
}

// Store keeps series. Its methods may be called at the same time: the points of a metric in a request are put in at once, and a scrape sees
// each metric as it was at one moment.
type Store struct {
	opts   Options
	constL []pair
	target string // the name of target_info

	mu        sync.Mutex
	series    map[string]*series
	families  map[string]*family
	ordered   []*family // by name
	resources map[string]*resource
	used      int // of Options.Limit
	puts      int // so far
}

// New makes an empty Store.
func New(opts Options) *Store {
	s := &Store{
		opts: opts, series: map[string]*series{}, families: map[string]*family{}, resources: map[string]*resource{},
		target: targetInfo,
	}
	for name, value := range opts.ConstLabels {
		s.constL = append(s.constL, pair{name, value})
	}
	if opts.Metrics.Namespace != "" {
		if namespace, err := opts.Labels.Build(opts.Metrics.Namespace); err == nil {
			s.target = namespace + "_" + targetInfo
		}
	}
	return s
}

// Put takes the last points of all series in md, which it neither keeps nor changes.
func (s *Store) Put(md pmetric.Metrics, now time.Time) (lost Lost) {
	for _, rm := range md.ResourceMetrics().All() {
		b := s.begin(rm.Resource().Attributes(), now)
		b.lost = &lost
		for _, sm := range rm.ScopeMetrics().All() {
			b.inScope(sm)
			for _, m := range sm.Metrics().All() {
				s.mu.Lock()
				b.metric(m)
				s.mu.Unlock()
			}
		}
		s.end(b)
	}
	return lost
}

// Counts are the series that the last scrape told, or would have, and those that a conflict hides.
func (s *Store) Counts() (told, hidden int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.series {
		if one.hidden {
			hidden++
		} else {
			told++
		}
	}
	return told, hidden
}

// Sweep forgets what has expired.
func (s *Store) Sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.ordered {
		f.series = slices.DeleteFunc(f.series, func(one *series) bool {
			expired := now.Sub(one.updated) > s.opts.Expiration
			if expired {
				s.forget(one)
			}
			return expired
		})
	}
	s.ordered = slices.DeleteFunc(s.ordered, func(f *family) bool {
		gone := len(f.series) == 0 && !f.isDefined(now, s.opts.Expiration)
		if gone {
			s.used -= f.cost()
			delete(s.families, f.name)
		}
		return gone
	})
}

// add is the family of a name, a new one if need be, with one series more; nil when the limit does not allow it.
func (s *Store) add(name string, one *series) *family {
	f, known := s.families[name]
	need := one.cost
	if !known {
		f = newFamily(name)
		need += f.cost()
	}
	if s.used+need > s.opts.Limit {
		return nil
	}
	s.used += need
	if !known {
		s.families[name] = f
		at, _ := slices.BinarySearchFunc(s.ordered, name, func(f *family, name string) int { return strings.Compare(f.name, name) })
		s.ordered = slices.Insert(s.ordered, at, f)
	}
	f.insert(one)
	s.series[one.key] = one
	one.resource.series++
	return f
}

func (s *Store) remove(one *series) {
	one.family.remove(one)
	s.forget(one)
}

// forget is remove but for the family's list.
func (s *Store) forget(one *series) {
	if one.odd {
		one.family.odd--
	}
	delete(s.series, one.key)
	s.used -= one.cost
	one.resource.series--
	s.drop(one.resource)
}

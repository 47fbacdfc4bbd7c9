package hostresources

import (
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// maxDiscovery is the longest time between two looks for new processes and changed limits.
const maxDiscovery = 10 * time.Second

// sampler holds everything that is read between two reports. Samples come from its own goroutine, reports from the scrape
// controller's; the lock is held while reading and never while the next consumer works.
type sampler struct {
	cfg    *Config
	src    *source
	faults *faults
	// own tells which gateway read this: several on one machine would write the same series.
	own    string
	host   string
	naming map[string]bool
	wants  map[string]bool

	chooseDisks, chooseInterfaces chooser

	mu         sync.Mutex
	clock      *steady.Clock
	line       *steady.Line
	start      time.Time // of the cost counter
	cost       zeroFirst
	reported   time.Time
	sampled    time.Time
	discovered time.Time
	hostReader hostReader
	gauges     hostSeries
	follower   follower
	disks      deviceSeries
	interfaces deviceSeries
	boot       time.Time
}

func newSampler(cfg *Config, src *source, f *faults) (*sampler, error) {
	match, err := newMatcher(src, cfg.Processes)
	if err != nil {
		return nil, err
	}
	s := &sampler{cfg: cfg, src: src, faults: f, naming: toSet(cfg.Naming), wants: toSet(cfg.Resources)}
	s.hostReader = hostReader{
		src: src, faults: f, useCgroup: cfg.Cgroup,
		wantCPU: s.wants[resourceCPU], wantMemory: s.wants[resourceMemory] || s.wants[resourcePaging],
	}
	s.chooseDisks = chooser{
		DevicesConfig: cfg.Disk, resource: resourceDisk, virtual: virtualDisks, limit: cfg.MaxDevices,
		read: src.disks, place: src.diskPlace, faults: f,
	}
	s.chooseInterfaces = chooser{
		DevicesConfig: cfg.Network, resource: resourceNetwork, virtual: virtualInterfaces, limit: cfg.MaxDevices,
		read: src.interfaces, place: src.interfacePlace, faults: f,
	}
	s.disks, s.interfaces = deviceSeries{kind: &diskKind}, deviceSeries{kind: &interfaceKind}
	s.gauges, s.cost.holding = hostSeries{}, true
	s.follower = follower{src: src, match: match, faults: f, limit: cfg.MaxProcesses, components: map[string]bool{}}
	return s, nil
}

func toSet(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, v := range list {
		set[v] = true
	}
	return set
}

// begin takes the first readings, which later ones are compared with.
func (s *sampler) begin(host string, now time.Time) {
	s.mu.Lock()
	s.host, s.start, s.clock = host, now, steady.New(now)
	s.line = steady.NewLine(s.clock)
	s.mu.Unlock()
	s.sample(now)
}

// sample reads what changes quickly. A timer that fires late fires twice in a row; CPU time is counted in ticks and says nothing
// over so short a time, so the second one is left out.
func (s *sampler) sample(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sampled.IsZero() && now.Sub(s.sampled) < s.cfg.SampleInterval/2 {
		return
	}
	s.sampled = now
	discover := s.discovered.IsZero() || now.Sub(s.discovered) >= min(s.cfg.CollectionInterval, maxDiscovery)
	if discover {
		s.discovered = now
		s.hostReader.refresh(now)
	}
	s.hostReader.sample(now)
	s.follower.sample(now)
	if discover && len(s.cfg.Processes) > 0 {
		s.follower.discover(now, func(pid int) float64 { return s.hostReader.processCPUs(pid, now) })
	}
}

// report writes what was gathered since the last report that was delivered. final is the last one.
func (s *sampler) report(now time.Time, final bool) pmetric.Metrics {
	s.mu.Lock()
	defer s.mu.Unlock()
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	if s.host != "" {
		rm.Resource().Attributes().PutStr(genai.AttrHostName, s.host)
	}
	if s.own != "" {
		rm.Resource().Attributes().PutStr(genai.ServiceInstanceID, s.own)
	}
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(genai.HostScope)
	at := s.line.At(now)
	w := &pointWriter{
		metrics: sm.Metrics(), host: s.host, now: pcommon.NewTimestampFromTime(at), at: at,
		made: now, steady: s.clock.Now(now), zeroFor: s.cfg.ZeroFor, final: final, gauges: s.gauges,
	}
	s.reported = now
	s.reportHost(w, now)
	w.gauges = nil
	s.gauges.end(w)
	s.follower.report(w, s.naming, now)
	s.reportCost(w, now)
	return md
}

// delivered begins the next interval: what the last report told has arrived.
func (s *sampler) delivered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gauges.delivered()
	s.hostReader.delivered()
	s.follower.delivered()
	s.disks.delivered(s.reported)
	s.interfaces.delivered(s.reported)
	s.cost.delivered(s.reported)
}

func (s *sampler) reportHost(w *pointWriter, now time.Time) {
	if s.wants[resourceCPU] {
		s.hostReader.reportCPU(w)
	}
	if s.wants[resourceMemory] {
		s.hostReader.reportMemory(w)
	}
	boot := s.bootTime(now)
	if s.wants[resourcePaging] {
		s.hostReader.reportPaging(w, boot, now)
	}
	if s.wants[resourceLoad] {
		s.hostReader.reportLoad(w, now)
	}
	if s.wants[resourceDisk] {
		s.disks.report(w, &s.chooseDisks, boot, now)
	}
	if s.wants[resourceNetwork] {
		s.interfaces.report(w, &s.chooseInterfaces, boot, now)
	}
}

// bootTime is since when the kernel has been counting. It is read once, so that the start of a counter never moves.
func (s *sampler) bootTime(now time.Time) time.Time {
	if s.boot.IsZero() {
		boot, err := s.src.bootTime()
		if s.faults.failed(resourceCPU, "boot time", err, now) {
			boot = s.start // the counters began earlier, but no later than this
		}
		s.boot = boot
	}
	return s.boot
}

func (s *sampler) reportCost(w *pointWriter, now time.Time) {
	cost := w.metric(defInfraCost)
	elapsed := now.Sub(s.start)
	if w.holds(&s.cost) {
		elapsed = 0
	}
	for _, c := range []struct {
		resource string
		rate     float64
	}{{"compute", s.cfg.Cost.ComputeUSDPerHour}, {"storage", s.cfg.Cost.StorageUSDPerHour}} {
		if c.rate == 0 {
			continue
		}
		point := cost.point(genai.AttrResource, c.resource)
		point.SetStartTimestamp(pcommon.NewTimestampFromTime(s.start))
		point.SetDoubleValue(float64(accrued(hourlyRate(c.rate), elapsed)) / nanoUSD)
	}
}

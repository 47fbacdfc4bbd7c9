package llmcost

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// One run of a tool is told by several spans where it goes through MCP: the framework's, the client's that asks the server, and the server's, in a
// service of its own; or where two libraries tell it. Their reports are one run when they are of one trace and of tools of one name, each is another
// sender's, and one was under way within the other, nearly. The first that comes is the run, within a request the outermost; any other is a step
// of it, which nobody counts. Two reports of one sender are two runs, unless one passes the other on, maybe under another name (FastMCP's servers
// that are mounted in each other): that one is told under both. What came before there were two kinds of senders is not known.

// reportsShare is how many spans are remembered for one run of a tool.
const reportsShare = 8

// runsAtOnce is how many runs of a tool in one trace are told apart: more than are under way at once, as a rule.
const runsAtOnce = 8

// toolReport is what is remembered of a run, under the key of its trace and its tool's name: who has told it, and with which span.
type toolReport struct {
	during period // of the first report
	by     [maxTellers]uint16
	spans  [maxTellers]uint32
}

// maxTellers is how many may tell of one run: a framework, and libraries on both sides of a server or two.
const maxTellers = 8

// toolSpan is a report of a run.
type toolSpan struct {
	call   int
	from   source
	key    uint64
	relay  uint64 // the key of the report that it passes on; 0 where there is none, or it is the same
	during period
	by     uint16
	self   uint32
}

// noteReport notes a tool's span, which may be one of several of the run.
func (r *request) noteReport(scope *dialect.Scope, call *spanCall) {
	if call.op.Tool == "" || call.span.TraceID().IsEmpty() {
		return
	}
	if !r.from.found {
		r.from = sourceOf(r, scope)
	}
	r.reports = append(r.reports, toolSpan{call: len(r.calls) - 1, from: r.from})
}

// fill fills what a report is held against others by.
func (t *toolSpan) fill(r *request) {
	c := &r.calls[t.call]
	trace := c.span.TraceID()
	by := r.hash.Words(t.from.service, t.from.scope, uint64(c.span.Kind())) //nolint:gosec // only told apart
	t.key = r.toolKey(trace, c.op.Tool)
	if c.op.Relay != "" {
		by = r.hash.Words(by, r.hash.Text(c.op.Relay), 12)
		if t.relay = r.toolKey(trace, c.op.Relay); t.relay == t.key {
			t.relay = 0
		}
	}
	t.during = periodOf(c.span)
	t.by = uint16(by) | 1                                    //nolint:gosec // as many bits as there are
	t.self = uint32(r.hash.Span(trace, c.span.SpanID())) | 1 //nolint:gosec // the same
}

// toolKey is that of a tool's runs in a trace.
func (r *request) toolKey(trace pcommon.TraceID, tool string) uint64 {
	return r.hash.Words(r.hash.Trace(trace), r.hash.Text(bareTool(tool)), 10)
}

// toolSenders says whether more than one kind of sender tells of tools. Most gateways have one framework, and nothing is remembered of its tools.
type toolSenders struct {
	first   atomic.Uint64
	several atomic.Bool
}

func (k *toolSenders) tell(r *request) bool {
	for i := range r.reports {
		if k.several.Load() {
			return true
		}
		t := &r.reports[i]
		c := &r.calls[t.call]
		kind := r.hash.Words(t.from.scope, uint64(c.span.Kind()), 11) //nolint:gosec // only told apart
		if c.op.Relay != "" || !k.first.CompareAndSwap(0, kind) && k.first.Load() != kind {
			k.several.Store(true)
		}
	}
	return k.several.Load()
}

// bareTool is a tool's name without that of its server: "mcp__weather__forecast" and "weather.forecast" are "forecast".
func bareTool(name string) string {
	for i := len(name) - 1; i > 0; i-- {
		switch c := name[i-1]; {
		case c == '.', c == '/', c == ':', c == '_' && i > 1 && name[i-2] == '_':
			return name[i:]
		}
	}
	return name
}

// tellTools makes steps of the spans that tell a run which another span has told.
func (s *state) tellTools(r *request) {
	if len(r.reports) == 0 || !s.toolSenders.tell(r) {
		return
	}
	for i := range r.reports {
		r.reports[i].fill(r)
	}
	slices.SortFunc(r.reports, func(a, b toolSpan) int {
		return cmp.Or(cmp.Compare(a.during.start, b.during.start), cmp.Compare(b.during.end, a.during.end), cmp.Compare(a.self, b.self))
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range r.reports {
		t := &r.reports[i]
		if t.during.start == 0 {
			continue
		}
		told := toldBefore(s.reports, t, t.key, r.now)
		if t.relay != 0 && toldBefore(s.reports, t, t.relay, r.now) || told {
			r.calls[t.call].op.Kind = genai.Step
		}
	}
}

// toldBefore says whether t is one more report of a run that is known under key, and notes it.
func toldBefore(known *bounded.Hashes[toolReport], t *toolSpan, key uint64, now time.Time) bool {
	place, free := uint64(0), false
	for i := range uint64(runsAtOnce) {
		at := placeOf(key, i)
		run, ok := known.Get(at, now)
		if !ok {
			place, free = at, true
			break
		}
		if j := slices.Index(run.spans[:], t.self); j >= 0 { // the same span again
			return j > 0
		}
		if j := slices.Index(run.by[:], 0); j > 0 && !slices.Contains(run.by[:], t.by) && (run.during.holds(t.during) || t.during.holds(run.during)) {
			run.by[j], run.spans[j] = t.by, t.self
			known.Put(at, run, now)
			return true
		}
	}
	if !free {
		place = placeOf(key, uint64(t.self)%runsAtOnce)
	}
	known.Put(place, toolReport{during: t.during, by: [maxTellers]uint16{t.by}, spans: [maxTellers]uint32{t.self}}, now)
	return false
}

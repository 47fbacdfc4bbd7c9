package genaievents

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// conversion is one request while it is read, and the records that it becomes.
type conversion struct {
	*state
	now      time.Time // of the steady clock
	observed pcommon.Timestamp

	logs    plog.Logs // made with the first record
	records int
	sources []source
	around  []failureAround
	read    [readAhead]readSpan
	reads   int
	item    item // the one whose records are written
	writer  recordWriter
	trace   pcommon.TraceID // of which traceID is the text
	traceID string

	claims     []uint64
	failures   []noted
	written    [numEvents]int64
	sampledOut [numEvents]int64
	again      int64
	cuts       int64
}

// source is a resource whose spans or alerts are read, and where their records go.
type source struct {
	resource pcommon.Resource
	schema   string
	service  string // as records have it; "" until it is asked for
	cut      bool   // service is cut
	scope    plog.ScopeLogs
	made     bool
	values   []resourceValue // of the attributes of the configuration, once asked for
}

// resourceValue is what a resource says of an attribute.
type resourceValue struct {
	pcommon.Value
	ok bool
}

// failureAround is a failed span that may be around others, which waits for the rest of its request.
type failureAround struct {
	span   ptrace.Span
	source int
	depth  depth
}

// fewFailures is for how many failed spans of a request there is room from the start.
const fewFailures = 64

func newConversion(s *state) *conversion {
	b := &conversion{state: s, around: make([]failureAround, 0, fewFailures)}
	b.writer.conversion = b
	return b
}

// keptEntries bounds what a pooled conversion holds on to.
const keptEntries = 1024

// reset lets go of the memory of the spans.
func (b *conversion) reset() {
	clear(b.sources)
	clear(b.around)
	*b = conversion{
		state: b.state, sources: kept(b.sources), around: kept(b.around), claims: kept(b.claims), failures: kept(b.failures),
		writer: recordWriter{lastBodies: b.writer.empty()},
	}
	b.writer.conversion = b
}

func kept[T any](s []T) []T {
	if cap(s) > keptEntries {
		return nil
	}
	return s[:0]
}

func (b *conversion) addSource(resource pcommon.Resource, schema string) int {
	b.sources = append(b.sources, source{resource: resource, schema: schema})
	return len(b.sources) - 1
}

// serviceName is the service of a source.
func (b *conversion) serviceName(of int) string {
	s := &b.sources[of]
	if s.service == "" {
		before := b.cuts
		s.service = b.cut(genai.ServiceOf(s.resource.Attributes()), b.cfg.MaxValueBytes)
		s.cut, b.cuts = b.cuts > before, before
	}
	if s.cut {
		b.cuts++
	}
	return s.service
}

// ofResource is what a source's resource says of an attribute of the configuration. It is looked for once: a resource may have many
// attributes, and many spans.
func (b *conversion) ofResource(of, attribute int) (pcommon.Value, bool) {
	s := &b.sources[of]
	if s.values == nil {
		s.values = make([]resourceValue, len(b.cfg.Attributes))
		for i := range s.values {
			v := &s.values[i]
			v.Value, v.ok = s.resource.Attributes().Get(b.cfg.Attributes[i].Name)
		}
	}
	v := &s.values[attribute]
	return v.Value, v.ok
}

// record is a new one of a source.
func (b *conversion) record(of int) plog.LogRecord {
	if b.records == 0 {
		b.logs = plog.NewLogs()
	}
	b.records++
	s := &b.sources[of]
	if !s.made {
		s.made = true
		rl := b.logs.ResourceLogs().AppendEmpty()
		rl.SetSchemaUrl(s.schema)
		b.copyResource(s.resource.Attributes(), rl.Resource().Attributes())
		s.scope = rl.ScopeLogs().AppendEmpty()
		s.scope.Scope().SetName(genai.EventsScope)
		s.scope.Scope().SetVersion(b.version)
		s.scope.LogRecords().EnsureCapacity(readAhead)
	}
	return s.scope.LogRecords().AppendEmpty()
}

// maxResource bounds the attributes of a resource.
const maxResource = 64

// commandLine is what of a resource may hold a prompt: the argument of a command-line agent.
func commandLine(key string) bool {
	switch key {
	case "process.command", "process.command_line", "process.command_args":
		return true
	}
	return false
}

// copyResource copies what is flat.
func (b *conversion) copyResource(from, to pcommon.Map) {
	to.EnsureCapacity(min(from.Len(), maxResource))
	for key, v := range from.All() {
		if key == "" || commandLine(key) && b.cfg.Content.Mode != contentFull {
			continue
		}
		if to.Len() == maxResource {
			b.cuts++
			break
		}
		b.copyValue(to, b.cut(key, b.cfg.MaxValueBytes), v)
	}
}

// copyValue puts a scalar; nothing else is flat.
func (b *conversion) copyValue(to pcommon.Map, key string, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		to.PutStr(key, b.cut(v.Str(), b.cfg.MaxValueBytes))
	case pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool:
		v.CopyTo(to.PutEmpty(key))
	}
}

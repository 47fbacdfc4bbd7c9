package genaievents

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// attributesOf is how many attributes a record has as a rule without those of the configuration; too many cost more than too few.
var attributesOf = [numEvents]int{
	evRequest: 11, evCall: 15, evTool: 11, evError: 7, evAlert: 9, evDetails: 16, evException: 10, evEvaluation: 6,
}

// recordWriter writes the record that was begun last. What it is told goes into the attributes and, as the body is logfmt or JSON, there too.
type recordWriter struct {
	*conversion
	record plog.LogRecord
	attrs  pcommon.Map
	body   []byte
	name   string // of an attribute of the configuration, as logfmt has it
	quiet  bool   // not into the body
}

var severityTexts = [...]string{
	plog.SeverityNumberTrace: "TRACE", plog.SeverityNumberDebug: "DEBUG", plog.SeverityNumberInfo: "INFO", plog.SeverityNumberWarn: "WARN",
	plog.SeverityNumberError: "ERROR", plog.SeverityNumberFatal: "FATAL",
}

// head is what every record has.
type head struct {
	source int
	time   pcommon.Timestamp
	trace  pcommon.TraceID
	span   pcommon.SpanID
	flags  uint32
	attrs  pcommon.Map // where attributes of the configuration are looked for
	share  float64
}

// begin makes a record.
func (b *conversion) begin(e event, severity plog.SeverityNumber, h *head) *recordWriter {
	b.written[e]++
	rec := b.newRecord(h)
	rec.SetEventName(eventNames[e])
	rec.SetSeverityNumber(severity)
	rec.SetSeverityText(severityTexts[severity])
	w := &b.writer
	w.record, w.attrs, w.body, w.quiet = rec, rec.Attributes(), w.body[:0], false
	w.attrs.EnsureCapacity(attributesOf[e] + len(b.cfg.Attributes))
	if b.cfg.Body == bodyJSON {
		w.body = append(w.body, '{')
	}
	w.whole(genai.EventName, eventNames[e])
	return w
}

func (b *conversion) newRecord(h *head) plog.LogRecord {
	rec := b.record(h.source)
	observed := pcommon.NewTimestampFromTime(b.wall)
	rec.SetObservedTimestamp(observed)
	if h.time == 0 || h.time > math.MaxInt64 { // which no store takes
		h.time = observed
	}
	rec.SetTimestamp(h.time)
	rec.SetTraceID(h.trace)
	rec.SetSpanID(h.span)
	rec.SetFlags(plog.DefaultLogRecordFlags.WithIsSampled(h.flags&1 != 0))
	return rec
}

// end writes what every record ends with. message is its body where that is a sentence.
func (w *recordWriter) end(h *head, message string) {
	w.quiet = false
	w.number(genai.LogKept, h.share)
	for i := range w.cfg.Attributes {
		a := &w.cfg.Attributes[i]
		v, ok := pcommon.Value{}, false
		if a.From != fromResource {
			v, ok = h.attrs.Get(a.Name)
		}
		if !ok {
			v, ok = w.sources[h.source].resource.Attributes().Get(a.Name)
		}
		if ok {
			w.name = w.names[i]
			w.value(a.Name, v)
		}
	}
	w.name = ""
	switch w.cfg.Body {
	case bodyMessage:
		w.record.Body().SetStr(message)
	case bodyJSON:
		w.record.Body().SetStr(string(append(w.body, '}')))
	default:
		w.record.Body().SetStr(string(w.body))
	}
}

// text writes a text; "" is none.
func (w *recordWriter) text(key, s string) {
	if s != "" {
		w.whole(key, w.cut(s, w.cfg.MaxValueBytes))
	}
}

// whole writes a text that is short enough.
func (w *recordWriter) whole(key, s string) {
	w.attrs.PutStr(key, s)
	if w.says(key) {
		w.body = appendText(w.body, s, w.cfg.Body == bodyJSON)
	}
}

// number writes a number, if it is one.
func (w *recordWriter) number(key string, f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return
	}
	w.attrs.PutDouble(key, f)
	if w.says(key) {
		w.body = appendNumber(w.body, f)
	}
}

func (w *recordWriter) count(key string, n int64) {
	w.attrs.PutInt(key, n)
	if w.says(key) {
		w.body = strconv.AppendInt(w.body, n, 10)
	}
}

// value writes a scalar of a sender.
func (w *recordWriter) value(key string, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		w.text(key, v.Str())
	case pcommon.ValueTypeInt:
		w.count(key, v.Int())
	case pcommon.ValueTypeDouble:
		w.number(key, v.Double())
	case pcommon.ValueTypeBool:
		w.attrs.PutBool(key, v.Bool())
		if w.says(key) {
			w.body = strconv.AppendBool(w.body, v.Bool())
		}
	}
}

// says begins an entry of the body, where it has entries. Our own keys need no quotes.
func (w *recordWriter) says(key string) bool {
	switch {
	case w.quiet || w.cfg.Body == bodyMessage:
		return false
	case w.cfg.Body == bodyJSON:
		if len(w.body) > 1 {
			w.body = append(w.body, ',')
		}
		w.body = append(appendQuoted(w.body, key), ':')
		return true
	case w.name != "":
		key = w.name
	}
	if len(w.body) > 0 {
		w.body = append(w.body, ' ')
	}
	w.body = append(append(w.body, key...), '=')
	return true
}

// cut makes a text valid and no longer than that.
func (b *conversion) cut(s string, most int) string {
	if len(s) > most {
		b.cuts++
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		s = s[:most]
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "?")
	}
	return s
}

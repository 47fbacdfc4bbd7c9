package genaievents

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
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
	lastBodies
	quiet bool // not into the body
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
	w.record, w.attrs, w.quiet = rec, rec.Attributes(), false
	w.attrs.EnsureCapacity(attributesOf[e] + len(b.cfg.Attributes))
	w.attrs.PutStr(fEventName.key, eventNames[e])
	w.body = append(w.body, bodyHeads[e][b.form]...)
	return w
}

func (b *conversion) newRecord(h *head) plog.LogRecord {
	rec := b.record(h.source)
	rec.SetObservedTimestamp(b.observed)
	if h.time == 0 || h.time > math.MaxInt64 { // which no store takes
		h.time = b.observed
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
	w.number(fLogKept, h.share)
	for i := range w.cfg.Attributes {
		a := &w.cfg.Attributes[i]
		v, ok := pcommon.Value{}, false
		if a.From != fromResource {
			v, ok = h.attrs.Get(a.Name)
		}
		if !ok {
			v, ok = w.ofResource(h.source, i)
		}
		if ok {
			w.value(w.fields[i], v)
		}
	}
	if w.form == formMessage {
		w.record.Body().SetStr(w.cut(message, w.cfg.MaxValueBytes))
		return
	}
	if w.form == formJSON {
		w.body = append(w.body, '}')
	}
	w.endBody(w.record)
}

// text writes a text; "" is none.
func (w *recordWriter) text(f *field, s string) {
	switch {
	case s == "":
	case len(s) <= w.cfg.MaxValueBytes && isWord(s):
		w.word(f, s)
	default:
		w.whole(f, w.cut(s, w.cfg.MaxValueBytes))
	}
}

// whole writes a text that is short enough, and valid.
func (w *recordWriter) whole(f *field, s string) {
	w.attrs.PutStr(f.key, s)
	if w.says(f) {
		w.body = appendText(w.body, s, w.form == formJSON)
	}
}

// word writes what needs no quotes and nothing escaped.
func (w *recordWriter) word(f *field, s string) {
	w.attrs.PutStr(f.key, s)
	if w.says(f) {
		w.body = appendWord(w.body, s, w.form == formJSON)
	}
}

// number writes a number, if it is one.
func (w *recordWriter) number(f *field, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return
	}
	w.attrs.PutDouble(f.key, x)
	if w.says(f) {
		w.body = appendNumber(w.body, x)
	}
}

func (w *recordWriter) count(f *field, n int64) {
	w.attrs.PutInt(f.key, n)
	if w.says(f) {
		w.body = strconv.AppendInt(w.body, n, 10)
	}
}

// value writes a scalar of a sender.
func (w *recordWriter) value(f *field, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		w.text(f, v.Str())
	case pcommon.ValueTypeInt:
		w.count(f, v.Int())
	case pcommon.ValueTypeDouble:
		w.number(f, v.Double())
	case pcommon.ValueTypeBool:
		w.attrs.PutBool(f.key, v.Bool())
		if w.says(f) {
			w.body = strconv.AppendBool(w.body, v.Bool())
		}
	}
}

// says begins an entry of the body, where it has entries.
func (w *recordWriter) says(f *field) bool {
	if w.quiet || w.form == formMessage {
		return false
	}
	w.body = append(w.body, f.entry[w.form]...)
	return true
}

// cut makes a text valid and no longer than that.
func (b *conversion) cut(s string, most int) string {
	if len(s) > most {
		b.cuts++
		end := most
		for end > max(0, most-utf8.UTFMax) && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "?")
	}
	return s
}

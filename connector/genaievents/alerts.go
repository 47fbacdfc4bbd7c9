package genaievents

import (
	"cmp"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// alerts writes the records of the alerts among log records. What another gateway has told has its record from there.
func (b *conversion) alerts(ld plog.Logs) {
	if !b.langchain || !b.writes.alerts {
		return
	}
	for i := range ld.ResourceLogs().Len() {
		rl := ld.ResourceLogs().At(i)
		source := b.addSource(rl.Resource(), rl.SchemaUrl())
		for j := range rl.ScopeLogs().Len() {
			records := rl.ScopeLogs().At(j).LogRecords()
			for k := range records.Len() {
				if a, ok := alert.Read(records.At(k)); ok && !a.Elsewhere && b.claim(b.hasher.Text(a.ID)) {
					b.writeAlert(&a, records.At(k), source)
				}
			}
		}
	}
}

func (b *conversion) writeAlert(a *alert.Alert, record plog.LogRecord, source int) {
	h := head{source: source, trace: a.Trace, span: a.Span, flags: uint32(record.Flags()), attrs: record.Attributes(), share: 1}
	if !a.Time.IsZero() {
		h.time = pcommon.NewTimestampFromTime(a.Time)
	}
	severity := b.severity[evAlert]
	if !a.Firing() {
		severity = plog.SeverityNumberInfo
	}
	w := b.begin(evAlert, severity, &h)
	w.text(fLogAlertType, a.Type)
	w.text(fLogAlertMetric, metricOf(a))
	w.number(fLogAlertValue, a.Value)
	w.number(fLogAlertLimit, a.Threshold)
	w.text(fLogAlertID, a.ID)
	w.text(fLogAlertState, a.State)
	w.text(fLogAlertSeverity, a.Severity)
	w.end(&h, a.Body)
}

// metricOf is what an alert watches: a threshold's or a budget's metric. An alert on spans, or about the gateway itself, has its name.
func metricOf(a *alert.Alert) string {
	if a.Budget.Name == "" {
		return cmp.Or(a.Metric, a.Name)
	}
	return genai.MetricBudgetPrefix + "spent." + strings.ToLower(a.Budget.Unit)
}

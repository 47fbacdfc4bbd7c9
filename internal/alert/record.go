package alert

import (
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Write fills a log record. What the alert has not is left out, except value and threshold.
func (a *Alert) Write(record plog.LogRecord) {
	b := a.bounded()
	record.SetEventName(b.Event)
	if !b.Time.IsZero() {
		record.SetTimestamp(pcommon.NewTimestampFromTime(b.Time))
		record.SetObservedTimestamp(record.Timestamp())
	}
	number := b.severityNumber()
	record.SetSeverityNumber(number)
	record.SetSeverityText(map[plog.SeverityNumber]string{
		plog.SeverityNumberInfo: "INFO", plog.SeverityNumberWarn: "WARN", plog.SeverityNumberError: "ERROR",
	}[number])
	record.Body().SetStr(b.Body)
	record.SetTraceID(b.Trace)
	record.SetSpanID(b.Span)

	attrs := record.Attributes()
	attrs.PutStr(genai.EventName, b.Event)
	for _, f := range b.texts() {
		put(attrs, f.key, *f.text)
	}
	if b.Elsewhere {
		attrs.PutBool(genai.AlertElsewhere, true)
	}
	attrs.PutDouble(genai.AlertValue, b.Value)
	attrs.PutDouble(genai.AlertThreshold, b.Threshold)
	for _, f := range b.times() {
		if !f.time.IsZero() {
			attrs.PutStr(f.key, f.time.Format(time.RFC3339Nano))
		}
	}
	b.writeBudget(attrs)
	for _, k := range slices.Sorted(maps.Keys(b.Group)) {
		attrs.PutStr(b.groupPrefix()+k, b.Group[k])
	}
	if len(b.Drivers) > 0 {
		drivers := attrs.PutEmptySlice(genai.AlertDrivers)
		for _, d := range b.Drivers {
			drivers.AppendEmpty().SetStr(d)
		}
	}
}

func (a *Alert) severityNumber() plog.SeverityNumber {
	switch {
	case !a.Firing() || a.Severity == genai.SeverityInfo:
		return plog.SeverityNumberInfo
	case a.Severity == genai.SeverityError:
		return plog.SeverityNumberError
	}
	return plog.SeverityNumberWarn
}

func (a *Alert) groupPrefix() string {
	if a.Event == genai.EventBudgetAlert {
		return genai.BudgetGroupPrefix
	}
	return genai.AlertGroupPrefix
}

// writeBudget leaves out a forecast of 0: there is none yet.
func (a *Alert) writeBudget(attrs pcommon.Map) {
	b := &a.Budget
	if b.Name == "" {
		return
	}
	attrs.PutDouble(genai.BudgetLimit, b.Limit)
	attrs.PutDouble(genai.BudgetSpent, b.Spent)
	attrs.PutDouble(genai.BudgetRemaining, b.Remaining)
	if b.Forecast != 0 {
		attrs.PutDouble(genai.BudgetForecast, b.Forecast)
	}
	if b.Unit != genai.UnitUSD {
		return
	}
	attrs.PutDouble(genai.BudgetLimitUSD, b.Limit)
	attrs.PutDouble(genai.BudgetSpentUSD, b.Spent)
	if b.Forecast != 0 {
		attrs.PutDouble(genai.BudgetForecastUSD, b.Forecast)
	}
}

// Read is false for a record that is no alert. What else it has, in whatever type, is no error.
func Read(record plog.LogRecord) (Alert, bool) {
	attrs := record.Attributes()
	a := Alert{Event: record.EventName(), Trace: record.TraceID(), Span: record.SpanID()}
	if a.Event == "" {
		a.Event = genai.StringOf(attrs, genai.EventName)
	}
	if record.Body().Type() == pcommon.ValueTypeStr {
		a.Body = record.Body().Str()
	}
	if at := record.Timestamp(); at != 0 {
		a.Time = at.AsTime()
	} else if at := record.ObservedTimestamp(); at != 0 {
		a.Time = at.AsTime()
	}
	for _, f := range a.texts() {
		*f.text = genai.StringOf(attrs, f.key)
	}
	if !a.valid() {
		return Alert{}, false
	}
	if v, ok := attrs.Get(genai.AlertElsewhere); ok && v.Type() == pcommon.ValueTypeBool {
		a.Elsewhere = v.Bool()
	}
	for _, f := range a.times() {
		*f.time, _ = time.Parse(time.RFC3339Nano, genai.StringOf(attrs, f.key))
	}
	b := &a.Budget
	for key, to := range map[string]*float64{
		genai.AlertValue: &a.Value, genai.AlertThreshold: &a.Threshold,
		genai.BudgetLimit: &b.Limit, genai.BudgetSpent: &b.Spent, genai.BudgetRemaining: &b.Remaining, genai.BudgetForecast: &b.Forecast,
	} {
		if v, ok := attrs.Get(key); ok {
			*to, _ = genai.Number(v)
		}
	}
	a.readLists(attrs)
	return a.bounded(), true
}

func (a *Alert) readLists(attrs pcommon.Map) {
	prefix := a.groupPrefix()
	for k, v := range attrs.All() {
		if key, ok := strings.CutPrefix(k, prefix); ok && v.Type() == pcommon.ValueTypeStr {
			if a.Group == nil {
				a.Group = map[string]string{}
			}
			a.Group[key] = v.Str()
		}
	}
	if v, ok := attrs.Get(genai.AlertDrivers); ok && v.Type() == pcommon.ValueTypeSlice {
		for _, d := range v.Slice().All() {
			if d.Type() == pcommon.ValueTypeStr {
				a.Drivers = append(a.Drivers, d.Str())
			}
		}
	}
}

type textField struct {
	key  string
	text *string
}

// texts are the attributes that are texts, one list for writing and reading.
func (a *Alert) texts() []textField {
	return []textField{
		{genai.AlertID, &a.ID},
		{genai.AlertFingerprint, &a.Fingerprint},
		{genai.AlertName, &a.Name},
		{genai.AlertType, &a.Type},
		{genai.AlertSeverity, &a.Severity},
		{genai.AlertState, &a.State},
		{genai.AlertReason, &a.Reason},
		{genai.AlertUnit, &a.Unit},
		{genai.AlertMetric, &a.Metric},
		{genai.AlertURL, &a.URL},
		{genai.BudgetName, &a.Budget.Name},
		{genai.BudgetPeriod, &a.Budget.Period},
		{genai.BudgetUnit, &a.Budget.Unit},
	}
}

type timeField struct {
	key  string
	time *time.Time
}

func (a *Alert) times() []timeField {
	return []timeField{
		{genai.AlertStartsAt, &a.StartsAt},
		{genai.AlertEndsAt, &a.EndsAt},
		{genai.BudgetPeriodStart, &a.Budget.PeriodStart},
		{genai.BudgetResetsAt, &a.Budget.ResetsAt},
		{genai.BudgetExhaustsAt, &a.Budget.ExhaustsAt},
	}
}

func put(attrs pcommon.Map, key, text string) {
	if text != "" {
		attrs.PutStr(key, text)
	}
}

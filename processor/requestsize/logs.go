package requestsize

import "go.opentelemetry.io/collector/pdata/plog"

var logs = signal[plog.Logs]{
	item:    "log_record",
	size:    (&plog.ProtoMarshaler{}).LogsSize,
	count:   plog.Logs.LogRecordCount,
	hollow:  hollowRecords,
	inspect: inspectRecords,
	without: withoutRecords,
}

func inspectRecords(ld plog.Logs, r *ruler) {
	var size plog.ProtoMarshaler
	for _, rl := range ld.ResourceLogs().All() {
		resource := aroundRecordResource(rl)
		for _, sl := range rl.ScopeLogs().All() {
			around := resource + aroundRecordScope(sl)
			for _, record := range sl.LogRecords().All() {
				r.takes(size.LogRecordSize(record), around)
			}
		}
	}
}

func hollowRecords(ld plog.Logs) bool {
	for _, rl := range ld.ResourceLogs().All() {
		if rl.ScopeLogs().Len() == 0 {
			return true
		}
		for _, sl := range rl.ScopeLogs().All() {
			if sl.LogRecords().Len() == 0 {
				return true
			}
		}
	}
	return false
}

func withoutRecords(ld plog.Logs, r *ruler) plog.Logs {
	var size plog.ProtoMarshaler
	out := plog.NewLogs()
	ld.CopyTo(out)
	out.ResourceLogs().RemoveIf(func(rl plog.ResourceLogs) bool {
		resource := aroundRecordResource(rl)
		rl.ScopeLogs().RemoveIf(func(sl plog.ScopeLogs) bool {
			around := resource + aroundRecordScope(sl)
			sl.LogRecords().RemoveIf(func(record plog.LogRecord) bool { return !r.takes(size.LogRecordSize(record), around) })
			return sl.LogRecords().Len() == 0
		})
		return rl.ScopeLogs().Len() == 0
	})
	return out
}

// aroundRecordResource is what a request takes that has this resource and nothing in it.
func aroundRecordResource(rl plog.ResourceLogs) int {
	var size plog.ProtoMarshaler
	bare := plog.NewResourceLogs()
	rl.Resource().CopyTo(bare.Resource())
	bare.SetSchemaUrl(rl.SchemaUrl())
	return size.ResourceLogsSize(bare) + levelBytes
}

// aroundRecordScope is the same of a scope.
func aroundRecordScope(sl plog.ScopeLogs) int {
	var size plog.ProtoMarshaler
	bare := plog.NewScopeLogs()
	sl.Scope().CopyTo(bare.Scope())
	bare.SetSchemaUrl(sl.SchemaUrl())
	return size.ScopeLogsSize(bare) + levelBytes
}

package delivery

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

const metricPrefix = "otelcol_exporter_"

// metrics are those that are read, without the prefix. Units and _total may follow, by the settings of the reader.
var metrics = []struct {
	name, signal string // the signal of a metric that has no attribute data_type
	field        func(*reading) *float64
}{
	{"sent_spans", "traces", func(r *reading) *float64 { return &r.sent }},
	{"sent_metric_points", "metrics", func(r *reading) *float64 { return &r.sent }},
	{"sent_log_records", "logs", func(r *reading) *float64 { return &r.sent }},
	{"send_failed_spans", "traces", func(r *reading) *float64 { return &r.failed }},
	{"send_failed_metric_points", "metrics", func(r *reading) *float64 { return &r.failed }},
	{"send_failed_log_records", "logs", func(r *reading) *float64 { return &r.failed }},
	{"in_flight_requests", "", func(r *reading) *float64 { return &r.inFlight }},
	{"queue_size", "", func(r *reading) *float64 { return &r.queued }},
}

// parse reads Prometheus' text format as far as it is about exporters. Series that differ only in other labels (the kind of an error)
// are added up.
func parse(text io.Reader) (map[line]reading, error) {
	all := map[line]reading{}
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, maxMetricsBytes)
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), metricPrefix)
		if !ok {
			continue
		}
		for _, m := range metrics {
			if strings.HasPrefix(rest, m.name) {
				key := line{exporter: label(rest, "exporter"), signal: m.signal}
				if m.signal == "" {
					key.signal = label(rest, "data_type")
				}
				got := all[key]
				*m.field(&got) += sampleValue(rest)
				all[key] = got
			}
		}
	}
	return all, lines.Err()
}

// label is the value of a label. Ids of components, which is what is asked for, have no character that the format escapes.
func label(series, name string) string {
	for _, before := range []string{"{", ","} {
		if _, rest, ok := strings.Cut(series, before+name+`="`); ok {
			value, _, _ := strings.Cut(rest, `"`)
			return value
		}
	}
	return ""
}

// sampleValue is the number behind the labels, or 0 for what is no sample.
func sampleValue(series string) float64 {
	_, rest, _ := strings.Cut(series[strings.LastIndexByte(series, '}')+1:], " ")
	number, _, _ := strings.Cut(rest, " ") // a timestamp may follow
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	return value
}

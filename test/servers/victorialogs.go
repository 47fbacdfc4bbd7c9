package servers

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// VictoriaLogs is a running server.
type VictoriaLogs struct {
	URL  string
	OTLP string // where it takes log records
}

// NameVictoriaLogs is the directory of its module.
const NameVictoriaLogs = "victorialogs"

// StartVictoriaLogs runs a server that keeps records of any age until the test ends.
func StartVictoriaLogs(t testing.TB) *VictoriaLogs {
	t.Helper()
	at := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	run(t, NameVictoriaLogs, "http://"+at+"/health", nil,
		"-httpListenAddr="+at, "-storageDataPath=data", "-retentionPeriod=100y", "-futureRetention=100y")
	return &VictoriaLogs{URL: "http://" + at, OTLP: "http://" + at + "/insert/opentelemetry/v1/logs"}
}

// Query is every record that a query in LogsQL gives, by its fields.
func (s *VictoriaLogs) Query(t testing.TB, query string) []map[string]string {
	t.Helper()
	body, ok := page(t, s.URL+"/select/logsql/query?limit=100000&query="+url.QueryEscape(query))
	if !ok {
		t.Fatalf("query %s: %s", query, body)
	}
	var all []map[string]string
	for line := range bytes.Lines(body) {
		fields := map[string]string{}
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatalf("query %s: %v in %s", query, err, line)
		}
		all = append(all, fields)
	}
	return all
}

// CountBy is how many records there are by a field's value.
func (s *VictoriaLogs) CountBy(t testing.TB, field string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, row := range s.Query(t, "* | stats by ("+strconv.Quote(field)+") count() as n") {
		n, err := strconv.Atoi(row["n"])
		if err != nil {
			t.Fatal(err)
		}
		counts[row[field]] = n
	}
	return counts
}

package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// asked is a query of deploy/. Of an alert only what it looks at must be there: that nothing is wrong is the usual case.
type asked struct {
	where, expr string
	alert       bool
}

func deployFiles(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(gateway.Root(), "deploy", pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// panelQueries are those of the dashboards, as Grafana would fill them in.
func panelQueries(t *testing.T) []asked {
	t.Helper()
	fill := strings.NewReplacer("$__rate_interval", "1m", "$__range", "10m", "$service", ".*")
	var all []asked
	for _, file := range deployFiles(t, "grafana/*.json") {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		var dashboard struct {
			UID        string
			Templating struct {
				List []struct{ Name, Type, Definition string }
			}
			Panels []struct {
				Title      string
				Datasource struct{ UID string }
				Targets    []struct{ Expr string }
			}
		}
		require.NoError(t, json.Unmarshal(body, &dashboard), file)
		assert.NotEmpty(t, dashboard.UID, file)
		assert.NotEmpty(t, dashboard.Panels, file)
		for _, panel := range dashboard.Panels {
			assert.Equal(t, "${datasource}", panel.Datasource.UID, "%s: %s", file, panel.Title)
			assert.NotEmpty(t, panel.Targets, "%s: %s", file, panel.Title)
			for _, target := range panel.Targets {
				expr := fill.Replace(target.Expr)
				assert.NotContains(t, expr, "$", "%s: %s: a variable that is not filled in", file, panel.Title)
				all = append(all, asked{where: filepath.Base(file) + ": " + panel.Title, expr: expr})
			}
		}
	}
	return all
}

func ruleQueries(t *testing.T) []asked {
	t.Helper()
	var all []asked
	for _, file := range deployFiles(t, "prometheus/*.yaml") {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		var rules struct {
			Groups []struct {
				Rules []struct{ Record, Alert, Expr string }
			}
		}
		require.NoError(t, yaml.Unmarshal(body, &rules), file)
		for _, group := range rules.Groups {
			for _, rule := range group.Rules {
				all = append(all, asked{where: filepath.Base(file) + ": " + rule.Record + rule.Alert, expr: rule.Expr, alert: rule.Alert != ""})
			}
		}
	}
	return all
}

// parts are the expressions that must give something: the query, or each metric that an alert looks at.
func (a asked) parts(t *testing.T) []string {
	t.Helper()
	if !a.alert {
		return []string{a.expr}
	}
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(a.expr)
	require.NoError(t, err, a.where)
	var parts []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			parts = append(parts, selector.String())
		}
		return nil
	})
	require.NotEmpty(t, parts, a.where)
	return parts
}

// answers asks an API of Prometheus' kind. An expression that it does not understand fails the test.
func answers(t *testing.T, api, expr string) int {
	t.Helper()
	resp, err := http.Get(api + "/api/v1/query?query=" + url.QueryEscape(expr))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s: %s", expr, body)
	var answer struct {
		Data struct{ Result []json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(body, &answer))
	return len(answer.Data.Result)
}

// TestDeploy runs every query of every panel and rule under deploy/ against a real Prometheus and against the dashboard's API, while
// agents are at work: none is empty.
func TestDeploy(t *testing.T) {
	need(t, "prometheus", "promtool")
	t.Parallel()
	out, err := exec.Command("promtool", append([]string{"check", "rules"}, deployFiles(t, "prometheus/*.yaml")...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)

	page := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	_, otlp, scrapeURL, _ := defaultsWith(t, []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=5s", "--set=processors.perfstats.interval=1s",
		"--set=connectors.budgetalert.interval=1s", "--set=connectors.budgetalert.zero_for=5s", "--set=receivers.hostresources.collection_interval=1s",
		// A gateway that has just begun has no forecast otherwise.
		"--set=connectors.budgetalert.budgets=[{name: daily, period: day, limit_usd: 100, forecast: {threshold: 1.0, min_elapsed: 0.00001}}]",
	}, "DASHBOARD_ENDPOINT="+page)
	server := prometheus.Start(t, false, hostOf(scrapeURL))

	runs, err := replay.Read(capturesDir())
	require.NoError(t, err)
	queries := append(panelQueries(t), ruleQueries(t)...)
	apis := map[string]string{"Prometheus": server.URL, "the dashboard": "http://" + page}
	var empty []string
	for turn, deadline := 0, time.Now().Add(4*time.Minute); ; turn++ {
		for i := range runs {
			gateway.Post(t, otlp+"/v1/traces", "application/json", runs[i].Play(turn, 1, time.Now()))
		}
		empty = nil
		for name, api := range apis {
			for _, query := range queries {
				answers(t, api, query.expr) // an alert too is understood
				for _, part := range query.parts(t) {
					if answers(t, api, part) == 0 {
						empty = append(empty, fmt.Sprintf("%s: %s: %s", name, query.where, part))
					}
				}
			}
		}
		if len(empty) == 0 || time.Now().After(deadline) {
			break
		}
		time.Sleep(2 * time.Second)
	}
	assert.Empty(t, empty, "queries without an answer")
}

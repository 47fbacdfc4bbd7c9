package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol"
)

// What budgetalert has handed on it forgets, so what takes alerts must keep them through a crash: no exporter behind it has a queue in
// memory, no processor holds them back, and nothing that clients send comes in between.
func TestAlertsAreNotLost(t *testing.T) {
	for _, file := range shipped(t) {
		assert.Empty(t, losesAlerts(t, file), filepath.Base(file))
		if filepath.Base(file) == "alertmanager.yaml" || strings.HasPrefix(filepath.Base(file), "replicas") {
			assert.NotEmpty(t, alertPipelines(t, file), "alerts go nowhere in %s", file)
		}
	}
}

func TestWhatLosesAlertsIsFound(t *testing.T) {
	for name, c := range map[string]struct{ exporters, pipeline, want string }{
		"a queue by default":    {"otlp_grpc: {endpoint: 'a:1'}", "{receivers: [otlp], exporters: [alertnotify, otlp_grpc]}", "otlp_grpc has a sending_queue in memory"},
		"a queue of its own":    {"otlp_http: {endpoint: 'http://a:1', sending_queue: {queue_size: 9}}", "{receivers: [otlp], exporters: [alertnotify, otlp_http]}", "otlp_http has"},
		"a queue on disk":       {"otlp_grpc: {endpoint: 'a:1', sending_queue: {storage: file_storage}}", "{receivers: [budgets], exporters: [alertnotify, otlp_grpc]}", ""},
		"no queue":              {"otlp_grpc: {endpoint: 'a:1', sending_queue: {enabled: false}}", "{receivers: [budgets], exporters: [alertnotify, otlp_grpc]}", ""},
		"no exporter with one":  {"debug: {}", "{receivers: [budgets], exporters: [alertnotify, debug]}", ""},
		"a batch in memory":     {"debug: {}", "{receivers: [budgets], processors: [batch], exporters: [alertnotify]}", "processors [batch]"},
		"what clients send":     {"debug: {}", "{receivers: [otlp], exporters: [alertnotify]}", "clients can forge alerts"},
		"a connector behind it": {"debug: {}", "{receivers: [budgets], exporters: [alertnotify, forward]}", "forward is no exporter"},
		"a queue behind records": {
			"otlp_grpc: {endpoint: 'a:1'}", "{receivers: [budgets], exporters: [alertnotify, genaievents]}, logs/records: {receivers: [genaievents], exporters: [otlp_grpc]}",
			"otlp_grpc has a sending_queue in memory",
		},
		"a batch behind records": {
			"debug: {}", "{receivers: [budgets], exporters: [alertnotify, genaievents]}, logs/records: {receivers: [genaievents], processors: [batch], exporters: [debug]}",
			"genaievents, processors [batch] is no exporter",
		},
		"records at once": {
			"debug: {}", "{receivers: [budgets], exporters: [alertnotify, genaievents]}, logs/records: {receivers: [genaievents], processors: [requestsize], exporters: [debug]}", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := "receivers: {otlp: {}}\nconnectors: {forward: {}}\nexporters:\n  alertnotify: {}\n  " + c.exporters +
				"\nservice: {pipelines: {logs/alerts: " + c.pipeline + "}}\n"
			file := filepath.Join(t.TempDir(), "config.yaml")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			got := strings.Join(losesAlerts(t, file), "; ")
			if c.want == "" {
				assert.Empty(t, got)
			} else {
				assert.Contains(t, got, c.want)
			}
		})
	}
}

// alertPipelines are those that alerts go through.
func alertPipelines(t *testing.T, file string) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	for name, p := range pipelines(t, file) {
		isAlerts := slices.ContainsFunc(p["exporters"], func(id string) bool { return typeOf(t, id) == "alertnotify" })
		fromBudgets := slices.ContainsFunc(p["receivers"], func(id string) bool { return typeOf(t, id) == "budgetalert" })
		if strings.HasPrefix(name, "logs") && (isAlerts || fromBudgets) {
			out[name] = p
		}
	}
	return out
}

// losesAlerts says what is wrong with the pipelines of alerts.
func losesAlerts(t *testing.T, file string) (faults []string) {
	t.Helper()
	conf, factories := resolved(t, file), allFactories(t)
	for name, p := range alertPipelines(t, file) {
		if len(p["processors"]) > 0 {
			faults = append(faults, fmt.Sprintf("%s: processors %v", name, p["processors"]))
		}
		for _, id := range p["receivers"] {
			if slices.Contains([]string{"otlp", "kafka"}, typeOf(t, id)) {
				faults = append(faults, fmt.Sprintf("%s: clients can forge alerts through %s", name, id))
			}
		}
		for _, id := range throughEvents(p["exporters"], pipelines(t, file)) {
			if fault := losesItems(t, conf, factories, id); fault != "" {
				faults = append(faults, fmt.Sprintf("%s: %s", name, fault))
			}
		}
	}
	return faults
}

// losesItems looks at an exporter with its defaults.
func losesItems(t *testing.T, conf *confmap.Conf, factories otelcol.Factories, id string) string {
	t.Helper()
	if strings.Contains(id, ",") {
		return id + " is no exporter"
	}
	factory := factories.Exporters[component.MustNewType(typeOf(t, id))]
	if factory == nil {
		return id + " is no exporter"
	}
	cfg := factory.CreateDefaultConfig()
	settings := asMap(asMap(conf.Get("exporters"))[id])
	require.NoError(t, confmap.NewFromStringMap(settings).Unmarshal(&cfg))
	all := confmap.New()
	require.NoError(t, all.Marshal(cfg))
	queue := asMap(all.Get("sending_queue"))
	if len(queue) > 0 && queue["enabled"] != false && queue["storage"] == nil {
		return id + " has a sending_queue in memory"
	}
	return ""
}

func typeOf(t *testing.T, id string) string {
	t.Helper()
	var parsed component.ID
	require.NoError(t, parsed.UnmarshalText([]byte(id)))
	return parsed.Type().String()
}

package seriestest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// panels are the expressions of all shipped Grafana dashboards that split cost by model.
func panels(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../../../deploy/grafana/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	fill := strings.NewReplacer("$service", ".*", "$__rate_interval", "10m", "$__range", "10m")
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Clean(file))
		require.NoError(t, err)
		var dashboard struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		require.NoError(t, json.Unmarshal(text, &dashboard))
		for _, p := range dashboard.Panels {
			for _, target := range p.Targets {
				if strings.Contains(target.Expr, "llm_cost_") && strings.Contains(target.Expr, "gen_ai_request_model)") {
					all[filepath.Base(file)+": "+p.Title] = fill.Replace(target.Expr)
				}
			}
		}
	}
	require.GreaterOrEqual(t, len(all), 3)
	return all
}

// In the shipped panels a model without a price costs nothing that is shown, one that is free or idle costs 0.
func TestPanelsShowNoAmountOfWhatHasNoPrice(t *testing.T) {
	history := ""
	for model, values := range map[string][2]string{"dear": {"0+0.5x60", ""}, "free": {"0x60", ""}, "odd": {"0x60", "0+1x60"}, "partly": {"0+0.1x60", "0+1x60"}} {
		of := `{service_name="shop",gen_ai_provider_name="p",gen_ai_request_model="` + model + `"`
		history += "llm_cost_booked_usd_total" + of + `,gen_ai_agent_name="bot"} ` + values[0] + "\n" + "llm_calls_booked_total" + of + "} 0+1x60\n"
		if values[1] != "" {
			history += "llm_unpriced_calls_total" + of + `,reason="unknown_model"} ` + values[1] + "\n"
		}
		if model != "odd" { // genaimetrics has none of it
			history += "llm_cost_usd_total" + of + `,llm_cost_status="priced"} ` + values[0] + "\n"
		}
	}
	h := Load(t, 15*time.Second, history)
	for name, expr := range panels(t) {
		found, err := h.Instant(t.Context(), expr, time.Unix(900, 0))
		require.NoError(t, err, name)
		shown := map[string]bool{}
		for _, s := range found {
			shown[s.Labels["gen_ai_request_model"]] = s.Value > 0
		}
		assert.Equal(t, map[string]bool{"dear": true, "free": false, "partly": true}, shown, "%s: %s", name, expr)
	}
}

// What a call costs is of the calls that have a price.
func TestPanelOfACall(t *testing.T) {
	text, err := os.ReadFile("../../../../deploy/grafana/cost.json")
	require.NoError(t, err)
	expr := ""
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, `"expr"`) && strings.Contains(line, "/ (sum(increase(llm_calls_booked_total") {
			var of struct{ Expr string }
			require.NoError(t, json.Unmarshal([]byte("{"+strings.TrimSuffix(strings.TrimSpace(line), ",")+"}"), &of))
			expr = strings.NewReplacer("$service", ".*", "$__range", "10m").Replace(of.Expr)
		}
	}
	require.NotEmpty(t, expr)
	const booked = "llm_cost_booked_usd_total 0+1x60\nllm_calls_booked_total 0+4x60\n"
	for unpriced, want := range map[string]float64{"": 0.25, "llm_unpriced_calls_total 0+2x60\n": 0.5} {
		h := Load(t, 15*time.Second, strings.ReplaceAll(booked+unpriced, "_total ", `_total{service_name="shop"} `))
		found, err := h.Instant(t.Context(), expr, time.Unix(900, 0))
		require.NoError(t, err)
		require.Len(t, found, 1)
		assert.InDelta(t, want, found[0].Value, 1e-9)
	}
}

package scrape

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever comes in, a scrape tells what contrib's exporter tells, to the byte of each line: rounds of all kinds of metrics, with points that are
// late, that follow or do not, that end, that contradict themselves, under each option that changes what is told.
func TestEqualToContrib(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]settings{
		"defaults":                    {},
		"as in collector-config.yaml": {"enable_open_metrics": true, "without_scope_info": true, "metric_expiration": "1h"},
		"OpenMetrics":                 {"enable_open_metrics": true},
		"timestamps":                  {"enable_open_metrics": true, "send_timestamps": true},
		"namespace":                   {"namespace": "my-space", "const_labels": settings{"region": `e"u`, "another label": "x"}, "enable_open_metrics": true},
		"underscores":                 {"translation_strategy": "UnderscoreEscapingWithoutSuffixes", "enable_open_metrics": true, "namespace": "1st"},
		"UTF-8 with suffixes":         {"translation_strategy": "NoUTF8EscapingWithSuffixes", "enable_open_metrics": true},
		"as it came":                  {"translation_strategy": "NoTranslation", "enable_open_metrics": true},
		"resource attributes":         {"resource_to_telemetry_conversion": settings{"enabled": true}, "enable_open_metrics": true},
		"but those of the service":    {"resource_to_telemetry_conversion": settings{"enabled": true, "exclude_service_attributes": true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startBoth(t, cfg)
			p := &population{Rand: rand.New(rand.NewPCG(1, uint64(len(name)))), scopes: 2, began: time.Now().Add(-time.Hour)}
			if cfg["without_scope_info"] == true {
				p.scopes = 1 // more would be one series in Prometheus
			}
			p.joined = cfg["translation_strategy"] == nil && cfg["resource_to_telemetry_conversion"] == nil // elsewhere it is two labels of one name
			require.LessOrEqual(t, b.equal(t, accepts), 1, "nothing yet")
			for range 4 {
				b.push(t, p.metrics())
				require.Greater(t, b.equal(t, wide), 500)
			}
			b.equal(t, accepts)
		})
	}
}

package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

// What has no price costs nobody knows what: it is null wherever it is shown, and never the cheapest model.
func TestWhatHasNoPriceCostsNobodyKnowsWhat(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	const of = `{gen_ai_request_model="gpt-4o",gen_ai_provider_name="openai",gen_ai_agent_name="tester",team="lab"}`
	unpriced := bookedUSD + of + " 0x239\n" + bookedCalls + of + " 0+1x239\n" + bookedUnpriced + of + " 0+1x239\n" +
		`llm_tokens_booked_total{gen_ai_request_model="gpt-4o",gen_ai_provider_name="openai",gen_ai_agent_name="tester",team="lab",` +
		`gen_ai_token_type="input_uncached"} 0+1x239` + "\n"
	failed := bookedUSD + of + " 0x239\n" + bookedCalls + of + " 0+1x239\n" + bookedUnpriced + of + " 0x239\n"
	for name, c := range map[string]struct {
		history string
		usd     *float64
	}{
		"unpriced":                      {unpriced, nil},
		"free":                          {failed, value(0)},
		"a history of an older gateway": {bookedUSD + of + " 0x239\n" + bookedCalls + of + " 0+1x239\n", value(0)},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReport(t, seriestest.Load(t, 15*time.Second, c.history), &now)
			for _, path := range []string{"models", "agents", "groups"} {
				rows := answerOf[Table](t, r, path).Rows
				require.Len(t, rows, 1, path)
				assert.Equal(t, c.usd, rows[0].USD, path)
				if c.usd == nil {
					assert.Equal(t, value(239), rows[0].Unpriced, path)
					assert.Nil(t, rows[0].Share, path)
					assert.Nil(t, rows[0].USDPerCall, path)
				}
			}
			for _, panel := range []string{"cost", "spend"} {
				chart := answerOf[Series](t, r, "series?panel="+panel).Series
				require.Len(t, chart, 1)
				assert.Equal(t, c.usd, chart[0].Values[len(chart[0].Values)-1], panel)
			}
			days := answerOf[CostDays](t, r, "costs/days").Days
			require.Len(t, days, 1)
			assert.Equal(t, c.usd, days[0].USD)
			assert.Equal(t, c.usd, answerOf[Summary](t, r, "summary").LLM.CostPerHour)
			s := answerOf[Suggestion](t, r, "models/suggest")
			if c.usd == nil {
				assert.Nil(t, s.Suggested, "nobody knows that it is cheap")
			} else {
				assert.NotNil(t, s.Suggested)
			}
		})
	}
}

package budget

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

type list struct {
	Budgets   []Config   `mapstructure:"budgets"`
	Overrides []Override `mapstructure:"overrides"`
}

func parse(t testing.TB, text string) list {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	var l list
	require.NoError(t, confmap.NewFromStringMap(raw).Unmarshal(&l))
	return l
}

func TestConfigOfTheReadme(t *testing.T) {
	text, err := os.ReadFile("testdata/budgets.yaml")
	require.NoError(t, err)
	l := parse(t, string(text))
	for i := range l.Budgets {
		require.NoError(t, l.Budgets[i].Validate(), l.Budgets[i].Name)
	}
	require.NoError(t, Check(l.Budgets, l.Overrides, "Europe/Berlin"))

	periods := map[string]string{}
	for _, b := range l.Budgets {
		p, err := ParsePeriod(b.Period)
		require.NoError(t, err)
		periods[b.Name] = p.String()
	}
	assert.Equal(t, map[string]string{
		"org-daily": "day", "org-monthly": "month", "team-monthly": "month", "gpt-only": "rolling 24h", "run-cap": "run", "tokens": "day",
		"window": "block 5h", "customers": "week", "credit": "lifetime",
	}, periods)
	assert.Equal(t, []GroupKey{{"team", FromSpan}}, l.Budgets[2].Groups())
	assert.Equal(t, []GroupKey{{"customer", FromAuth}, {"gen_ai.request.model", FromSpan}}, l.Budgets[7].Groups())
	until, err := l.Overrides[0].until(zoneOf(t, "Europe/Berlin"))
	require.NoError(t, err)
	assert.Equal(t, "2026-11-30T23:00:00Z", until.UTC().Format(time.RFC3339))
}

// A key of a forecast that is left out has its default, one that is 0 is 0.
func TestForecastDefaults(t *testing.T) {
	for text, want := range map[string]Forecast{
		"{}":                             {Threshold: 1, MinElapsed: 0.1},
		"{threshold: 0.9}":               {Threshold: 0.9, MinElapsed: 0.1},
		"{min_elapsed: 0}":               {Threshold: 1},
		"{threshold: 0, method: linear}": {MinElapsed: 0.1, Method: "linear"},
	} {
		b := parse(t, "budgets: [{name: a, period: day, limit_usd: 1, forecast: "+text+"}]").Budgets[0]
		require.Equal(t, &want, b.Forecast, text)
		if want.Threshold == 0 {
			require.EqualError(t, b.Validate(), "forecast::threshold: must be above 0 and at most 10, got 0")
			continue
		}
		r, err := newRule(&Options{Timezone: "UTC"}, &b, nil)
		require.NoError(t, err)
		require.InDelta(t, want.MinElapsed, r.forecast.minElapsed, 0, text)
	}
}

// A date is a day of the budget's zone, a time with its own zone is that time, also where it is midnight in UTC.
func TestUntil(t *testing.T) {
	for until, want := range map[string]string{
		"2026-12-01":                    "2026-11-30T23:00:00Z",
		`"2026-12-01"`:                  "2026-11-30T23:00:00Z",
		"2026-12-01T01:00:00+01:00":     "2026-12-01T00:00:00Z",
		`"2026-12-01T00:00:00Z"`:        "2026-12-01T00:00:00Z",
		"2026-12-01T12:00:00Z":          "2026-12-01T12:00:00Z",
		"2026-12-01T00:00:00.000-05:00": "2026-12-01T05:00:00Z",
	} {
		l := parse(t, "overrides: [{budget: b, limit_usd: 1, until: "+until+"}]")
		got, err := l.Overrides[0].until(zoneOf(t, "Europe/Berlin"))
		require.NoError(t, err, until)
		assert.Equal(t, want, got.UTC().Format(time.RFC3339), until)
	}
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	return zone
}

func usd(v float64) *float64 { return &v }

// Each case has exactly the errors that are listed, all at once.
func TestValidate(t *testing.T) {
	ok := func(change func(*Config)) Config {
		c := Config{Name: "b", Period: "day", LimitUSD: usd(1)}
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"limit 0":        {ok(func(c *Config) { c.LimitUSD = usd(0) }), "limit_usd: must be from 0.000001 to 9000000000, got 0"},
		"limit negative": {ok(func(c *Config) { c.LimitUSD = usd(-1) }), "limit_usd: must be from 0.000001 to 9000000000, got -1"},
		"limit NaN":      {ok(func(c *Config) { c.LimitUSD = usd(math.NaN()) }), "limit_usd: must be from 0.000001 to 9000000000, got NaN"},
		"limit too high": {ok(func(c *Config) { c.LimitUSD = usd(1e308) }), "limit_usd: must be from 0.000001 to 9000000000, got 1e+308"},
		"half a call": {
			ok(func(c *Config) { c.LimitUSD, c.LimitCalls = nil, usd(1.5) }),
			"limit_calls: must be a whole number from 1 to 9e18, got 1.5",
		},
		"no limit": {
			ok(func(c *Config) { c.LimitUSD = nil }),
			"limit_usd: exactly one of limit_usd, limit_tokens and limit_calls must be given, got 0 of them",
		},
		"two units": {
			ok(func(c *Config) { c.LimitCalls = usd(1) }),
			"limit_usd: exactly one of limit_usd, limit_tokens and limit_calls must be given, got 2 of them",
		},
		"group limit 0": {
			ok(func(c *Config) { c.GroupBy, c.Limits = []any{"team"}, map[string]float64{"x": 0} }),
			"limits[x]: must be from 0.000001 to 9000000000, got 0",
		},
		"limits of one key of two": {
			ok(func(c *Config) {
				c.GroupBy, c.Limits = []any{"team", "env"}, map[string]float64{"search": 2, "search,prod": 3}
			}),
			"limits[search]: must be of the values of all 2 keys of group_by, joined by a comma",
		},
		"limits without groups": {
			ok(func(c *Config) { c.Limits = map[string]float64{"x": 1} }),
			"limits: needs group_by, got 1 limits and no group",
		},
		"thresholds out of order": {
			ok(func(c *Config) { c.Thresholds = []float64{1, 0.8} }),
			"thresholds[1]: must be above the one before it, 1, got 0.8",
		},
		"thresholds twice": {
			ok(func(c *Config) { c.Thresholds = []float64{1, 1} }),
			"thresholds[1]: must be above the one before it, 1, got 1",
		},
		"thresholds 80": {
			ok(func(c *Config) { c.Thresholds = []float64{80} }),
			"thresholds[0]: must be above 0 and at most 10 (1.0 is the limit), got 80",
		},
		"threshold 0": {
			ok(func(c *Config) { c.Thresholds = []float64{0} }),
			"thresholds[0]: must be above 0 and at most 10 (1.0 is the limit), got 0",
		},
		"never alerts": {
			ok(func(c *Config) { c.Thresholds = []float64{} }),
			"thresholds: must not be empty without forecast and burn_rate: the budget would never alert; leave it out for 0.8 and 1.0",
		},
		"period": {
			ok(func(c *Config) { c.Period = "daily" }),
			"period: must be hour, day, week, month, quarter, year, run, lifetime, {rolling: <duration>} or {block: <duration>}, got \"daily\"",
		},
		"no period": {
			ok(func(c *Config) { c.Period = nil }),
			"period: must be hour, day, week, month, quarter, year, run, lifetime, {rolling: <duration>} or {block: <duration>}, got nothing",
		},
		"rolling as a word": {
			ok(func(c *Config) { c.Period = "rolling" }),
			"period: must be hour, day, week, month, quarter, year, run, lifetime, {rolling: <duration>} or {block: <duration>}, got \"rolling\"",
		},
		"rolling without a unit": {
			ok(func(c *Config) { c.Period = map[string]any{"rolling": 24} }),
			"period: rolling must be a duration with its unit, such as 24h, got 24",
		},
		"rolling too short": {
			ok(func(c *Config) { c.Period = map[string]any{"rolling": "10s"} }),
			"period: rolling must be whole minutes from 1m to 840h, got 10s",
		},
		"zone": {
			ok(func(c *Config) { c.Timezone = "Europe/Bärlin" }),
			"timezone: must be a name of the IANA time zone database such as Europe/Berlin or UTC, got \"Europe/Bärlin\"",
		},
		"burn rate of a run": {
			ok(func(c *Config) { c.Period, c.BurnRate = "run", []BurnRate{{14.4, time.Hour, 5 * time.Minute}} }),
			"burn_rate: needs a period of the calendar or rolling, got period run",
		},
		"burn rate": {
			ok(func(c *Config) { c.BurnRate = []BurnRate{{0, time.Minute, time.Hour}} }),
			"burn_rate[0]::factor: must be above 0 and at most 1e6, got 0\n" +
				"burn_rate[0]::long: must be whole minutes from 2m to 168h, got 1m0s\n" +
				"burn_rate[0]::short: must be whole minutes from 1m to below long, got 1h0m0s with long 1m0s",
		},
		"forecast": {
			ok(func(c *Config) { c.Forecast = &Forecast{Threshold: -1, MinElapsed: 1, Method: "magic"} }),
			"forecast::threshold: must be above 0 and at most 10, got -1\n" +
				"forecast::min_elapsed: must be a part of the period, 0 to below 1, got 1\n" +
				"forecast::method: must be linear or weekday, got \"magic\"",
		},
		"forecast of a run": {
			ok(func(c *Config) { c.Period, c.Forecast = "run", &Forecast{Threshold: 1} }), "forecast: needs a period of the calendar, got period run",
		},
		"weekday of a day": {
			ok(func(c *Config) { c.Forecast = &Forecast{Threshold: 1, Method: "weekday"} }),
			"forecast::method: weekday needs a period of a week or longer, got period day",
		},
		"group_by": {
			ok(func(c *Config) {
				c.GroupBy = []any{"a", map[string]any{"name": "a"}, map[string]any{"name": "b", "from": "x"}, 5}
			}),
			"group_by[1]: must not be there twice, got \"a\"\n" +
				"group_by[2]: from must be one of span, resource, metadata, auth, got \"x\"\n" +
				"group_by[3]: must be a name or {name: …, from: …}, got 5",
		},
		"token types": {
			ok(func(c *Config) {
				c.LimitUSD, c.LimitTokens, c.Tokens.Types = nil, usd(1), []string{"input", "reasoning", "reasoning"}
			}),
			"tokens::types[0]: must be one of input_uncached, cache_read, cache_write, output_visible, reasoning, got \"input\"\n" +
				"tokens::types[2]: must not be there twice, got \"reasoning\"",
		},
		"tokens of a budget in USD": {
			ok(func(c *Config) { c.Tokens.Types = []string{"reasoning"} }), "tokens: needs limit_tokens, got [reasoning]",
		},
		"idle": {ok(func(c *Config) { c.Idle = new(time.Hour) }), "idle: is for period run only, got 1h0m0s with period day"},
		"idle 0": {
			ok(func(c *Config) { c.Period, c.Idle = "run", new(time.Duration(0)) }), "idle: must be from 1m to 168h, got 0s",
		},
		"name": {
			ok(func(c *Config) { c.Name = "a|b" }), "name: must be 1 to 64 letters, digits, '.', '_', '-' or spaces, got \"a|b\"",
		},
		"max_groups": {ok(func(c *Config) { c.MaxGroups = new(0) }), "max_groups: must be from 1 to 1000000, got 0"},
		"everything": {
			Config{},
			strings.Join([]string{
				"name: must be 1 to 64 letters, digits, '.', '_', '-' or spaces, got \"\"",
				"period: must be hour, day, week, month, quarter, year, run, lifetime, {rolling: <duration>} or {block: <duration>}, got nothing",
				"limit_usd: exactly one of limit_usd, limit_tokens and limit_calls must be given, got 0 of them",
			}, "\n"),
		},
	} {
		t.Run(name, func(t *testing.T) { require.EqualError(t, c.config.Validate(), c.want) })
	}
}

func TestCheck(t *testing.T) {
	l := parse(t, `
budgets:
  - {name: a, period: day, limit_usd: 1, group_by: [team]}
  - {name: a, period: day, limit_usd: 1}
overrides:
  - {budget: b, limit_usd: 1, until: 2026-12-01}
  - {budget: a, limit_calls: 1, group: {tem: x}, until: tomorrow}
  - {budget: a, until: "2026-12-01T00:00:00Z"}
  - {budget: a, limit_usd: 0, until: 2026-12-01}
`)
	require.EqualError(t, Check(l.Budgets, l.Overrides, "Mars"),
		`timezone: must be a name of the IANA time zone database such as Europe/Berlin or UTC, got "Mars"
budgets[1]::name: must be unique, got "a" as in budgets[0]
overrides[0]::budget: must name one of budgets (a), got "b"
overrides[1]::limit_calls: must be in the unit of budget "a", limit_usd
overrides[1]::group: must have keys of the budget's group_by, [team], got "tem"
overrides[1]::until: must be a date such as 2026-12-01 or an RFC 3339 time, got "tomorrow"
overrides[2]::limit_usd: exactly one of limit_usd, limit_tokens and limit_calls must be given, got 0 of them
overrides[3]::limit_usd: must be from 0.000001 to 9000000000, got 0`)
}

func TestDefaults(t *testing.T) {
	for _, c := range Defaults() {
		require.NoError(t, c.Validate())
	}
	require.NoError(t, Check(Defaults(), nil, ""))
}

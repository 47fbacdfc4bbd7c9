package history

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What would keep the parser or the engine for minutes, without an end that a timeout could bring, is refused.
func TestQueriesThatDoNotEnd(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	refused := func(path, query, want string, status int) {
		t.Helper()
		got, body := ask(t, h.API(), http.MethodPost, path+"query="+url.QueryEscape(query))
		assert.Equal(t, status, got, "%s", body)
		assert.Contains(t, string(body), want)
	}
	for _, deep := range []string{
		strings.Repeat("(", 1e4) + "1" + strings.Repeat(")", 1e4), strings.Repeat("1+", 1e4) + "1", strings.Repeat("-(", 1e4), strings.Repeat("abs(", 1e4),
	} {
		for _, path := range []string{"query", "query_exemplars", "format_query", "parse_query"} {
			refused("/api/v1/"+path+"?", deep, "more than 500 operators and parentheses", http.StatusBadRequest)
		}
	}
	refused("/api/v1/series?match[]="+strings.Repeat("(", 1e4)+"&", "", "more than 500", http.StatusBadRequest)
	for _, fine := range []string{
		`sum_over_time(vector(1)[10y:1ms])`, `sum_over_time(x[10y:1ms])`, `max_over_time(sum_over_time(x[1m:1ms])[10y:1h])`,
	} {
		refused("/api/v1/query?", fine, "a subquery has too many steps ("+LimitSamples+")", http.StatusUnprocessableEntity)
	}
	refused("/api/v1/query_range?start=0&end=1700000000&step=7d&", `sum_over_time(x[1m:1ms])`, LimitSamples, http.StatusUnprocessableEntity)
	for _, step := range []string{"0.0001", "1e-9"} {
		refused("/api/v1/query_range?start=0&end=0&step="+step+"&", "x", "must be at least a millisecond", http.StatusBadRequest)
	}
}

// What people ask is answered as before.
func TestQueriesThatAreLarge(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	require.NoError(t, h.Append(t.Context(), one("x", begin, 1)))
	assert.Equal(t, 500.0, number(t, h, strings.Repeat("x_total+", 499)+"x_total", begin))
	assert.Equal(t, 5.0, number(t, h, `count_over_time(x_total[35d:1m] offset -4m)`, begin))
	assert.Equal(t, 1.0, number(t, h, `sum_over_time((x_total @ 1 or vector(1))[5m:5m])`, begin.Add(time.Second)))
	status, body := ask(t, h.API(), http.MethodGet, "/api/v1/query_range?start=0&end=1700000000&step=7d&query=sum_over_time(vector(1)[1m:1ms]@0)")
	assert.Equal(t, http.StatusOK, status, "%s", body)
}

// Labels that a query makes larger and larger are refused before they are made: of all series they would be more than there is memory.
func TestQueriesThatMakeLabelsLarge(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	require.NoError(t, h.Append(t.Context(), one("x", begin, 1)))
	times := func(n int, before, after string) string {
		return "count(" + strings.Repeat(before, n) + "x_total" + strings.Repeat(after, n) + ")"
	}
	four := `,"a","","a","a","a","a")`
	for name, query := range map[string]string{
		"three times four of its like": times(3, "label_join(", four),
		"a name in each place":         times(50, "label_replace(", `,"a","$1","b","(.*)")`),
	} {
		assert.Equal(t, 1.0, number(t, h, query, begin), name)
	}
	for name, query := range map[string]string{
		"four times four of its like": times(4, "label_join(", four),
		"many references":             times(1, "label_replace(", `,"a","`+strings.Repeat("$1", 100)+`","a","(.*)")`),
		"a long text":                 times(1, "label_replace(", `,"a","`+strings.Repeat("a", 1025)+`","a","(.*)")`),
		"beside a small one":          "x_total or " + times(7, "label_replace(", `,"a","$1$1","a","(.*)")`),
		"a long expression":           `{a="` + strings.Repeat("a", 65<<10) + `"}`,
	} {
		status, body := ask(t, h.API(), http.MethodPost, "/api/v1/query?query="+url.QueryEscape(query))
		assert.Equal(t, http.StatusBadRequest, status, "%s: %s", name, body)
	}
}

package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answers are the types by the title of their section in docs/api.md, with the examples in testdata/answers.
var answers = map[string]struct {
	answer   any
	examples []string
}{
	"`GET /summary`":         {Summary{}, []string{"summary"}},
	"`GET /health`":          {Health{}, []string{"health"}},
	"`GET /realtime`":        {Realtime{}, []string{"realtime", "realtime-no-data"}},
	"`GET /costs`":           {Costs{}, []string{"costs"}},
	"`GET /costs/days`":      {CostDays{}, []string{"costs-days"}},
	"`GET /models`":          {Table{}, []string{"models", "agents", "tools", "groups"}},
	"`GET /series`":          {Series{}, []string{"series"}},
	"`GET /alerts`":          {Alerts{}, []string{"alerts"}},
	"`GET /recommendations`": {Recommendations{}, []string{"recommendations", "recommendations-none"}},
	"`GET /models/suggest`":  {Suggestion{}, []string{"models-suggest", "models-suggest-none"}},
	"`GET /runs`":            {Runs{}, []string{"runs"}},
	"Errors":                 {Failure{}, []string{"error"}},
	"Spend":                  {Spend{}, []string{"event-spend"}},
	"ServiceHealth":          {ServiceHealth{}, nil},
	"RequestMetrics":         {RequestMetrics{}, nil},
	"LLMMetrics":             {LLMMetrics{}, nil},
	"Tool":                   {Tool{}, nil},
	"Performance":            {Performance{}, nil},
	"ErrorMetrics":           {ErrorMetrics{}, nil},
	"ResourceUsage":          {ResourceUsage{}, nil},
	"AlertCount":             {AlertCount{}, nil},
	"Gateway":                {Gateway{}, nil},
	"CurrentCosts":           {CurrentCosts{}, nil},
	"Compare":                {Compare{}, nil},
	"BudgetStatus":           {BudgetStatus{}, nil},
	"CostRow":                {CostRow{}, nil},
	"Alert":                  {Alert{}, nil},
	"Candidate":              {Candidate{}, nil},
}

var inTicks = regexp.MustCompile("^\\| `([^`]+)` \\|")

// documented are the fields of each section.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "api.md"))
	require.NoError(t, err)
	found, section, fields := map[string][]string{}, "", false
	for line := range bytes.Lines(body) {
		s := strings.TrimSpace(string(line))
		if title, ok := strings.CutPrefix(s, "##"); ok {
			section = strings.TrimSpace(strings.TrimPrefix(title, "#"))
		}
		if strings.HasPrefix(s, "| ") && !inTicks.MatchString(s) {
			fields = strings.HasPrefix(s, "| field |")
		}
		if m := inTicks.FindStringSubmatch(s); m != nil && fields {
			found[section] = append(found[section], m[1])
		}
	}
	return found
}

// fieldsOf are the paths of all fields of a type; types that have a section of their own are not gone into.
func fieldsOf(of reflect.Type, path string, top bool) []string {
	switch of.Kind() {
	case reflect.Pointer:
		return fieldsOf(of.Elem(), path, top)
	case reflect.Slice:
		return fieldsOf(of.Elem(), path+"[]", false)
	case reflect.Map:
		return fieldsOf(of.Elem(), path+".*", false)
	case reflect.Struct:
		if _, own := answers[of.Name()]; of == reflect.TypeFor[time.Time]() || own && !top {
			return []string{path}
		}
	default:
		return []string{path}
	}
	var all []string
	for _, f := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || len(f.Index) > 1 && of.Field(0).Anonymous && shadowed(of, name) {
			continue
		}
		all = append(all, fieldsOf(f.Type, strings.TrimPrefix(path+"."+name, "."), false)...)
	}
	return all
}

// shadowed says whether a struct has a field of its own of that name.
func shadowed(of reflect.Type, name string) bool {
	for i := range of.NumField() {
		if own, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ","); own == name {
			return true
		}
	}
	return false
}

func TestEveryFieldIsDocumented(t *testing.T) {
	found := documented(t)
	for section, a := range answers {
		want := fieldsOf(reflect.TypeOf(a.answer), "", true)
		slices.Sort(want)
		got := slices.Clone(found[section])
		slices.Sort(got)
		assert.Equal(t, want, got, section)
		delete(found, section)
	}
	assert.Empty(t, found, "sections that are no answer")
}

// An example has all that the type has and nothing else.
func TestExamples(t *testing.T) {
	for section, a := range answers {
		for _, name := range a.examples {
			t.Run(name, func(t *testing.T) {
				body, err := os.ReadFile(filepath.Join("testdata", "answers", name+".json"))
				require.NoError(t, err)
				to := reflect.New(reflect.TypeOf(a.answer)).Interface()
				decoder := json.NewDecoder(bytes.NewReader(body))
				decoder.DisallowUnknownFields()
				require.NoError(t, decoder.Decode(to), section)
				again, err := json.Marshal(to)
				require.NoError(t, err)
				assert.JSONEq(t, string(body), string(again))
			})
		}
	}
	files, err := os.ReadDir(filepath.Join("testdata", "answers"))
	require.NoError(t, err)
	n := 0
	for _, a := range answers {
		n += len(a.examples)
	}
	assert.Len(t, files, n)
}

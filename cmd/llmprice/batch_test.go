package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// answerTo prices one line and returns its answer with amounts as text.
func answerTo(t *testing.T, line string) (status, usd, reason string) {
	t.Helper()
	a := runBatch(t, []byte(line))
	require.Len(t, a, 1)
	if a[0].USD != nil {
		usd = *a[0].USD
	}
	return a[0].Status, usd, a[0].Reason
}

func TestBatchLines(t *testing.T) {
	const inline = `"prices_per_mtok":{"input_mtok":3,"output_mtok":15,"cache_read_mtok":0.3}`
	tests := map[string]struct{ line, status, usd, reason string }{
		"from the table": {
			`{"provider":"openai","model":"gpt-4o-mini","usage":{"input_tokens":1200,"cache_read_tokens":1024,"output_tokens":85}}`,
			"priced", "0.0001542", "",
		},
		"one token, nothing lost": {`{"provider":"openai","model":"gpt-4o-mini","usage":{"input_tokens":1}}`, "priced", "0.00000015", ""},
		"batch tier":              {`{"provider":"openai","model":"gpt-4o-mini","service_tier":"batch","usage":{"input_tokens":1}}`, "priced", "0.000000075", ""},
		"unknown tier": {
			`{"provider":"cohere","model":"command-r","service_tier":"priority","usage":{"input_tokens":1000000}}`, "estimated", "0.15",
			"unknown_service_tier",
		},
		"tool fees are the same in every tier": {
			`{"provider":"anthropic","model":"claude-sonnet-4-6","service_tier":"batch","usage":{"input_tokens":1000,"web_searches":1}}`,
			"priced", "0.0115", "",
		},
		"region of an inline price":     {`{"region":"europe-west1",` + inline + `,"usage":{"input_tokens":1000}}`, "priced", "0.0033", ""},
		"the global endpoint":           {`{"region":"global",` + inline + `,"usage":{"input_tokens":1000}}`, "priced", "0.003", ""},
		"a region's factor on the line": {`{"region":"us","region_multiplier":1.2,` + inline + `,"usage":{"input_tokens":1000}}`, "priced", "0.0036", ""},
		"unknown model":                 {`{"provider":"openai","model":"gpt-9","usage":{"input_tokens":1}}`, "unpriced", "", "unknown_model"},
		"unknown provider":              {`{"provider":"acme","model":"gpt-4o","usage":{"input_tokens":1}}`, "unpriced", "", "unknown_model"},
		"nobody's address":              {`{"provider_api_url":"https://evil.test","model":"gpt-4o","usage":{"input_tokens":1}}`, "unpriced", "", "unknown_model"},
		"no usage":                      {`{"provider":"openai","model":"gpt-4o"}`, "unpriced", "", "no_usage"},
		"usage null":                    {`{"provider":"openai","model":"gpt-4o","usage":null}`, "unpriced", "", "no_usage"},
		"usage empty":                   {`{"provider":"openai","model":"gpt-4o","usage":{}}`, "unpriced", "", "no_usage"},
		"nothing but zeros":             {`{"provider":"openai","model":"gpt-4o","usage":{"input_tokens":0,"output_tokens":0}}`, "unpriced", "", "no_usage"},
		"nothing but nulls":             {`{"provider":"openai","model":"gpt-4o","usage":{"input_tokens":null}}`, "unpriced", "", "no_usage"},
		"nothing that has a name here":  {`{"provider":"openai","model":"gpt-4o","usage":{"total_tokens":5}}`, "unpriced", "", "no_usage"},
		"free and empty":                {`{"prices_per_mtok":{},"model":"x","usage":{}}`, "unpriced", "", "no_usage"},
		"a fee for an empty usage":      {`{"prices_per_mtok":{"requests_kcount":5},"usage":{}}`, "unpriced", "", "no_usage"},
		"one request said":              {`{"prices_per_mtok":{"requests_kcount":5},"usage":{"requests":1}}`, "priced", "0.005", ""},
		"a part without its whole":      {`{` + inline + `,"usage":{"cache_read_tokens":5}}`, "unpriced", "", "bad_usage"},
		"in a window of the week": {
			`{"timestamp":"2026-08-29T02:00:00Z","prices_per_mtok":{"input_mtok":2,"off_peak":{"windows":[{"hours_utc":["00:00-01:00","04:00-06:00"],` +
				`"weekdays":[1,2,3,4,5]},{"hours_utc":"00:00-00:00","weekdays":[6,7]}],"input_mtok":1}},"usage":{"input_tokens":1000000}}`, "priced", "1", "",
		},
		"outside of the windows of the week": {
			`{"timestamp":"2026-08-28T02:00:00Z","prices_per_mtok":{"input_mtok":2,"off_peak":{"windows":[{"hours_utc":["00:00-01:00","04:00-06:00"],` +
				`"weekdays":[1,2,3,4,5]},{"hours_utc":"00:00-00:00","weekdays":[6,7]}],"input_mtok":1}},"usage":{"input_tokens":1000000}}`, "priced", "2", "",
		},
		"free":                    {`{"prices_per_mtok":{},"model":"x","usage":{"input_tokens":5}}`, "free", "0", ""},
		"numbers as text":         {`{"provider":"openai","model":"gpt-4o","usage":{"input_tokens":"1000","output_tokens":" 1"}}`, "unpriced", "", "bad_usage"},
		"whole numbers as text":   {`{"provider":"openai","model":"gpt-4o","usage":{"input_tokens":"1000"}}`, "priced", "0.0025", ""},
		"whole in exponent form":  {`{"provider":"openai","model":"gpt-4o","usage":{"input_tokens":1e3}}`, "priced", "0.0025", ""},
		"fractions of tokens":     {`{` + inline + `,"usage":{"input_tokens":0.5,"cache_read_tokens":0.25}}`, "priced", "0.000000825", ""},
		"tiny fractions":          {`{` + inline + `,"usage":{"input_tokens":1e-7}}`, "unpriced", "", "bad_usage"},
		"negative":                {`{` + inline + `,"usage":{"input_tokens":-5}}`, "unpriced", "", "bad_usage"},
		"cache over input":        {`{` + inline + `,"usage":{"input_tokens":5,"cache_read_tokens":6}}`, "unpriced", "", "bad_usage"},
		"huge":                    {`{` + inline + `,"usage":{"input_tokens":1e400}}`, "unpriced", "", "bad_usage"},
		"largest int64":           {`{` + inline + `,"usage":{"input_tokens":9223372036854775807}}`, "unpriced", "", "bad_usage"},
		"NaN as text":             {`{` + inline + `,"usage":{"input_tokens":"NaN"}}`, "unpriced", "", "bad_usage"},
		"a count that is true":    {`{` + inline + `,"usage":{"input_tokens":true}}`, "unpriced", "", "bad_usage"},
		"a count that is null":    {`{` + inline + `,"usage":{"input_tokens":5,"cache_read_tokens":null}}`, "priced", "0.000015", ""},
		"a misspelt count":        {`{` + inline + `,"usage":{"input_tokens":5,"cached_tokens":4}}`, "estimated", "0.000015", "unknown_units"},
		"a misspelt count of 0":   {`{` + inline + `,"usage":{"input_tokens":5,"cached_tokens":0,"seen":null}}`, "priced", "0.000015", ""},
		"a byte order mark":       {"\ufeff{" + inline + `,"usage":{"input_tokens":5}}`, "priced", "0.000015", ""},
		"unknown counts":          {`{` + inline + `,"usage":{"input_tokens":5,"total_tokens":-1}}`, "priced", "0.000015", ""},
		"nothing that has a rate": {`{"prices_per_mtok":{"audio_hours":1},"usage":{"input_tokens":5}}`, "unpriced", "", "no_rate"},
		"audio by length":         {`{"prices_per_mtok":{"audio_hours":0.36},"usage":{"audio_seconds":12.5}}`, "priced", "0.00125", ""},
		"reported":                {`{"model":"gpt-4o","provider_reported_cost":{"input":0.1,"output":0.2},"usage":{}}`, "reported", "0.3", ""},
		"nothing reported":        {`{` + inline + `,"provider_reported_cost":{},"usage":{"input_tokens":5}}`, "priced", "0.000015", ""},

		"not JSON":              {`{"id":1`, "error", "", "line 1: unexpected EOF"},
		"two values":            {`{} {}`, "error", "", "line 1: more than one JSON value on the line"},
		"no object":             {`[1]`, "error", "", "line 1: must be an object, got array"},
		"bad time":              {`{"timestamp":"soon"}`, "error", "", `line 1: time must look like 2026-09-23T12:00:00Z, got "soon"`},
		"bad price":             {`{"prices_per_mtok":{"input_mtok":-1},"usage":{}}`, "error", "", "line 1: prices_per_mtok.input_mtok: price is negative: -1"},
		"bad factor":            {`{` + inline + `,"speed_multiplier":-1,"usage":{}}`, "error", "", `line 1: factor must be a decimal from 0 to 1000 with at most 6 decimals, got "-1"`},
		"a reported cost of -1": {`{"provider_reported_cost_usd":-1}`, "error", "", `line 1: reported cost must be a number of USD that is not negative, got "-1"`},
		"a reported 1e400":      {`{"provider_reported_cost_usd":1e400}`, "error", "", `line 1: reported cost must be a number of USD that is not negative, got "1e400"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, usd, reason := answerTo(t, tt.line)
			require.Equal(t, []string{tt.status, tt.usd, tt.reason}, []string{status, usd, reason})
		})
	}
}

// A bad line must cost neither its neighbours nor their order, nor the id if that can be read.
func TestBatchKeepsOrderAndIDs(t *testing.T) {
	const good = `"provider":"openai","model":"gpt-4o","usage":{"input_tokens":1000}}`
	long := `{"id":"long","model":"` + strings.Repeat("x", maxLine) + `"}`
	in := `{"id":1,` + good + "\n\n  \r\n" + `{"id":"bad","usage":[]}` + "\n" + "garbage\n" + long + "\n" + `{"id":{"a":2},` + good + "\r\n" + `{"id":"last",` + good
	got := runBatch(t, []byte(in))
	require.Len(t, got, 6)
	var ids, states []string
	for _, a := range got {
		ids, states = append(ids, string(a.ID)), append(states, a.Status)
	}
	require.Equal(t, []string{"1", `"bad"`, "null", "null", `{"a":2}`, `"last"`}, ids)
	require.Equal(t, []string{"priced", "error", "error", "error", "priced", "priced"}, states)
	require.Equal(t, "line 6 is longer than 1048576 bytes", got[3].Reason)
}

// endless is input that never stops: the batch must answer while it reads.
type endless struct{ line string }

func (e endless) Read(p []byte) (int, error) { return copy(p, e.line), nil }

var errFull = errors.New("full")

type few struct{ left int }

func (f *few) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestBatchStreams(t *testing.T) {
	var stderr bytes.Buffer
	c := &command{in: endless{"{\"usage\":{}}\n"}, out: &few{left: 1 << 20}, err: &stderr, now: time.Now}
	require.Equal(t, 1, c.run(t.Context(), []string{"batch"}))
	require.Contains(t, stderr.String(), "full")
}

// Who asks line by line, and waits for each answer, gets it; Ctrl-C ends a batch that waits for input.
func TestBatchAnswersWhileItWaitsAndStops(t *testing.T) {
	in, ask := io.Pipe()
	answers, out := io.Pipe()
	ctx, interrupt := context.WithCancel(t.Context())
	var stderr bytes.Buffer
	c := &command{in: in, out: out, err: &stderr, now: time.Now}
	code := make(chan int, 1)
	go func() { code <- c.run(ctx, []string{"batch"}) }()

	lines := bufio.NewReader(answers)
	for _, question := range []string{"{\"id\":1}\n", "{\"id\":2}\n{\"id\":3}\n{\"id\":", "4}\n"} {
		_, err := io.WriteString(ask, question)
		require.NoError(t, err)
		for range strings.Count(question, "\n") {
			_, err := lines.ReadString('\n')
			require.NoError(t, err)
		}
	}
	interrupt()
	require.Equal(t, 130, <-code)
	require.Equal(t, "llmprice: interrupted\n", stderr.String())
}

func TestBatchReportsAReadError(t *testing.T) {
	var stderr bytes.Buffer
	in := io.MultiReader(strings.NewReader("{}\n"), failing{})
	c := &command{in: in, out: io.Discard, err: &stderr, now: time.Now}
	require.Equal(t, 1, c.run(t.Context(), []string{"batch"}))
	require.Contains(t, stderr.String(), "reading line 2: full")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFull }

func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"id":1,"provider":"openai","model":"gpt-4o","usage":{"input_tokens":5,"output_tokens":7}}`))
	f.Add([]byte(`{"usage":{"input_tokens":0.5},"prices_per_mtok":{"input_mtok":{"base":1,"tiers":[{"start":1,"price":2}]},"priority":{"input_mtok":3}},"service_tier":"priority"}`))
	f.Add([]byte("{\"provider_reported_cost\":{\"total\":1}}\n{\"timestamp\":\"2026-01-01T00:00:00Z\"}\n\n["))
	f.Fuzz(func(t *testing.T, in []byte) {
		lines := 0
		for _, l := range bytes.Split(in, []byte("\n")) {
			if len(bytes.TrimSpace(l)) > 0 {
				lines++
			}
		}
		var out bytes.Buffer
		c := &command{in: bytes.NewReader(in), out: &out, err: io.Discard, now: time.Now}
		if code := c.run(context.Background(), []string{"batch"}); code != 0 {
			t.Fatalf("exit %d", code)
		}
		s := bufio.NewScanner(&out)
		s.Buffer(nil, 16<<20)
		for ; s.Scan(); lines-- {
			var a answer
			if err := json.Unmarshal(s.Bytes(), &a); err != nil {
				t.Fatal(err)
			}
			hasPrice := a.Status == "priced" || a.Status == "free" || a.Status == "estimated" || a.Status == "reported"
			if hasPrice != (a.USD != nil) || a.USD != nil && strings.HasPrefix(*a.USD, "-") {
				t.Fatalf("%s", s.Bytes())
			}
		}
		if lines != 0 {
			t.Fatalf("%d lines without an answer", lines)
		}
	})
}

func TestInlineRatesKeepTheirTier(t *testing.T) {
	line := `{"service_tier":"flex","prices_per_mtok":{"input_mtok":{"base":5,"tiers":[{"start":10,"price":10}]},"flex":{"input_mtok":2}},"usage":{"input_tokens":11}}`
	_, usd, _ := answerTo(t, line)
	require.Equal(t, "0.000022", usd)
	require.Equal(t, "0.1.8", pricing.Default().Version())
}

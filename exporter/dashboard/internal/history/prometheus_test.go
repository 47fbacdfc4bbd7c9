package history

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
)

// prometheusURL is a Prometheus 3.12, new, to ask what it answers: see test/reference.
var prometheusURL = flag.String("prometheus", "", "write answers.json anew, from a new Prometheus at this address")

const answersFile = "testdata/prometheus/answers.json"

// last is the time of the last sample: long ago, for a Prometheus takes nothing of the future.
var last = time.Date(2024, 1, 10, 12, 58, 0, 0, time.UTC)

// recordedAnswer is what Prometheus answered.
type recordedAnswer struct {
	Request string          `json:"request"`
	Status  int             `json:"status"`
	Body    json.RawMessage `json:"body"`
}

// Answers are those of Prometheus, in every byte that means something.
func TestAnswersAreThoseOfPrometheus(t *testing.T) {
	if *prometheusURL != "" {
		recordAnswers(t)
	}
	text, err := os.ReadFile(answersFile)
	require.NoError(t, err)
	var answers []recordedAnswer
	require.NoError(t, json.Unmarshal(text, &answers))
	require.Len(t, answers, len(requests(t)))

	var told heard
	o := options(t.TempDir(), &told)
	o.Now = func() time.Time { return last.Add(time.Minute) }
	h := open(t, o)
	for _, md := range golden() {
		require.NoError(t, h.Append(t.Context(), md))
	}
	assert.Empty(t, told.rejected)
	api := h.API()
	for _, a := range answers {
		for _, method := range methods(a.Request) {
			status, body := ask(t, api, method, a.Request)
			assert.Equal(t, a.Status, status, "%s %s\n%s", method, a.Request, body)
			if status == http.StatusNoContent {
				assert.Empty(t, body)
				continue
			}
			assert.Equal(t, normal(t, a.Body), normal(t, body), "%s %s", method, a.Request)
		}
	}
}

// methods are those by which a request can be made.
func methods(request string) []string {
	if strings.Contains(request, "/values") || strings.Contains(request, "/rules") {
		return []string{http.MethodGet}
	}
	return []string{http.MethodGet, http.MethodPost}
}

// normal orders what has no order: the series of an answer.
func normal(t *testing.T, body []byte) string {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal(body, &v), "%s", body)
	order := func(list any) {
		if all, ok := list.([]any); ok {
			slices.SortFunc(all, func(a, b any) int {
				x, _ := json.Marshal(a)
				y, _ := json.Marshal(b)
				return bytes.Compare(x, y)
			})
		}
	}
	order(v["data"])
	if data, ok := v["data"].(map[string]any); ok && data["resultType"] != "scalar" && data["resultType"] != "string" {
		order(data["result"])
	}
	text, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(text)
}

var timeHole = regexp.MustCompile(`\{t(-[0-9]+[mh])?\}`)

// requests are those of requests.txt, ready to be sent.
func requests(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/prometheus/requests.txt")
	require.NoError(t, err)
	var out []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		line = timeHole.ReplaceAllStringFunc(line, func(hole string) string {
			at := last
			if hole != "{t}" {
				d, err := time.ParseDuration(hole[2 : len(hole)-1])
				require.NoError(t, err)
				at = at.Add(d)
			}
			return fmt.Sprint(at.Unix())
		})
		line = strings.ReplaceAll(line, "{T}", last.Format(time.RFC3339))
		path, query, _ := strings.Cut(line, "?")
		values := url.Values{}
		for part := range strings.SplitSeq(query, "&") {
			if k, v, ok := strings.Cut(part, "="); ok {
				values.Add(k, v)
			}
		}
		if len(values) > 0 {
			path += "?" + values.Encode()
		}
		out = append(out, path)
	}
	return out
}

// recordAnswers sends the same metrics to Prometheus and asks it.
func recordAnswers(t *testing.T) {
	for _, md := range golden() {
		body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
		require.NoError(t, err)
		resp, err := http.Post(*prometheusURL+"/api/v1/otlp/v1/metrics", "application/x-protobuf", bytes.NewReader(body)) //nolint:noctx // a test's
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
	}
	var out []recordedAnswer
	for _, request := range requests(t) {
		resp, err := http.Get(*prometheusURL + request) //nolint:noctx // a test's
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		if len(body) == 0 {
			body = []byte("{}")
		}
		out = append(out, recordedAnswer{request, resp.StatusCode, body})
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	require.NoError(t, enc.Encode(out))
	require.NoError(t, os.WriteFile(answersFile, text.Bytes(), 0o600))
}

// golden are metrics of every kind, a request a minute.
func golden() (all []pmetric.Metrics) {
	began := last.Add(-5*time.Minute - 30*time.Second)
	for i := range 6 {
		now := last.Add(time.Duration(i-5) * time.Minute)
		n := float64(i + 1)
		md := pmetric.NewMetrics()
		rm := md.ResourceMetrics().AppendEmpty()
		_ = rm.Resource().Attributes().FromRaw(map[string]any{
			"service.name": "shop", "service.namespace": "web", "service.instance.id": "one", "host.name": "h1",
		})
		ms := rm.ScopeMetrics().AppendEmpty().Metrics()
		counter(ms, "llm.calls",
			value{began, now, 3 * n, map[string]any{"gen_ai.request.model": "gpt-4o", "status": "ok"}},
			value{began, now, n * n, map[string]any{"gen_ai.request.model": "gpt-4o-mini", "status": "ok"}},
		)
		if i >= 2 {
			counter(ms, "llm.cost.usd", value{now.Add(-10 * time.Second), now, 0.125 * n, map[string]any{"_private": "x", "with space": "y", "größe": "z"}})
		}
		gauge(ms, "queue.size", now, 10-2*n, map[string]any{"gen ai": "a"})
		for name, v := range odd {
			gauge(ms, "odd.value", now, v, map[string]any{"value": name})
		}
		classic(ms, now, began, i+1)
		exponential(ms, now, began, i+1)
		summary(ms, now, began, i+1)
		all = append(all, md)
	}
	return all
}

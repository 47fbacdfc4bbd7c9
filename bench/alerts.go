package bench

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// crossings is how many budgets are crossed, one after the other, while the gateway is under load.
const crossings = 300

// alertRows say how long it takes from the acknowledged request that crosses a budget to the alert at a webhook.
func alertRows(Effort) ([]Row, error) {
	return withBinary(func(dir, binary string) (rows []Row, err error) {
		for _, senders := range []int{0, 4} {
			took, err := alertLatency(binary, dir, senders)
			if err != nil {
				return rows, err
			}
			slices.Sort(took)
			row := Row{What: fmt.Sprintf("from the acknowledged call to its alert at a webhook, beside %d senders of batches of 100", senders), Peer: "–"}
			row.Ours = fmt.Sprintf("p50 %.0f ms, p99 %.0f ms, at most %.0f ms", ms(took[len(took)/2]), ms(took[len(took)*99/100]), ms(took[len(took)-1]))
			rows = append(rows, row)
		}
		return rows, nil
	})
}

func alertLatency(binary, dir string, senders int) (took []time.Duration, err error) {
	hook, err := startWebhook()
	if err != nil {
		return nil, err
	}
	defer func() { _ = hook.server.Close() }()
	backend, err := StartBackend()
	if err != nil {
		return nil, err
	}
	defer backend.Stop()
	config := filepath.Join(dir, "alerts.yaml")
	if err := writeAlertConfig(config, hook.address); err != nil {
		return nil, err
	}
	b, err := CallsOnly(100, FourModels)
	if err != nil {
		return nil, err
	}
	l, err := openLane(Setup{Binary: binary, Config: config}, backend.Address, "", b, max(1, senders), 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	stop := make(chan struct{})
	loaded := make(chan error, 1)
	go func() { loaded <- keepLoading(l.load, senders, stop) }()
	for i := range crossings {
		var one time.Duration
		if one, err = cross(l.load, hook, i); err != nil {
			break
		}
		took = append(took, one)
		time.Sleep(20 * time.Millisecond)
	}
	close(stop)
	return took, errors.Join(err, <-loaded)
}

func keepLoading(l *Load, senders int, stop <-chan struct{}) error {
	for senders > 0 {
		select {
		case <-stop:
			return nil
		default:
		}
		if _, _, err := l.Send(5); err != nil {
			return err
		}
	}
	return nil
}

// cross spends 1.10 USD of a team whose budget is 1 USD a day, and waits for its alert.
func cross(l *Load, hook *webhook, n int) (time.Duration, error) {
	team := fmt.Sprintf("team-%d-end", n)
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "bot")
	rs.Resource().Attributes().PutStr("team", team)
	span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{1, byte(n >> 8), byte(n)})
	span.SetSpanID(pcommon.SpanID{1, byte(n >> 8), byte(n)})
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	span.SetEndTimestamp(span.StartTimestamp())
	for key, value := range map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
		"gen_ai.usage.input_tokens": 440_000, "gen_ai.usage.output_tokens": 0,
	} {
		if err := span.Attributes().PutEmpty(key).FromRaw(value); err != nil {
			return 0, err
		}
	}
	request, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		return 0, err
	}
	var answer []byte
	if err := l.conn.Invoke(background, exportMethod, &request, &answer); err != nil {
		return 0, err
	}
	acknowledged := time.Now()
	heard, err := hook.await(team)
	return max(0, heard.Sub(acknowledged)), err
}

// writeAlertConfig writes the default configuration with a budget for each team and a webhook.
func writeAlertConfig(path, hook string) error {
	return writeChanged(path, func(conf map[string]any) error {
		conf["connectors"].(map[string]any)["budgetalert"].(map[string]any)["budgets"] = []any{
			map[string]any{"name": "team", "period": "day", "group_by": []any{"team"}, "limit_usd": 1, "thresholds": []any{1.0}},
		}
		notify := conf["exporters"].(map[string]any)["alertnotify"].(map[string]any)
		notify["log"] = "none"
		notify["webhooks"] = []any{map[string]any{"name": "bench", "endpoint": "http://" + hook, "template": "json"}}
		return nil
	})
}

// webhook hears of teams.
type webhook struct {
	address string
	server  *http.Server
	mu      sync.Mutex
	heard   map[string]time.Time
	news    chan struct{}
}

var teamName = regexp.MustCompile(`team-\d+-end`)

func startWebhook() (*webhook, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &webhook{address: l.Addr().String(), heard: map[string]time.Time{}, news: make(chan struct{}, 1)}
	h.server = &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = h.server.Serve(l) }()
	return h, nil
}

// ServeHTTP notes when a team was told of first.
func (h *webhook) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	h.mu.Lock()
	for _, team := range teamName.FindAllString(string(body), -1) {
		if _, ok := h.heard[team]; !ok {
			h.heard[team] = now
		}
	}
	h.mu.Unlock()
	select {
	case h.news <- struct{}{}:
	default:
	}
}

func (h *webhook) await(team string) (time.Time, error) {
	deadline := time.After(30 * time.Second)
	for {
		h.mu.Lock()
		at, ok := h.heard[team]
		h.mu.Unlock()
		if ok {
			return at, nil
		}
		select {
		case <-h.news:
		case <-deadline:
			return at, fmt.Errorf("no alert for %s", team)
		}
	}
}

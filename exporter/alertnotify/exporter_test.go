package alertnotify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/exporter/alertnotify/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// network is what is behind all URLs of a test: it keeps requests and answers as its hosts do.
type network struct {
	mu     sync.Mutex
	got    []request
	answer map[string]func() (int, http.Header) // by host; 200 where there is none; 0 is no answer
}

type request struct {
	at     time.Duration // since the test began
	host   string
	path   string
	header http.Header
	body   string
}

func (n *network) transport(began time.Time) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		n.got = append(n.got, request{time.Since(began), req.URL.Host, req.URL.Path, req.Header.Clone(), string(body)})
		status, header := 200, http.Header{}
		if f := n.answer[req.URL.Host]; f != nil {
			status, header = f()
		}
		if status == 0 {
			return nil, errors.New("connection refused")
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("what it says"))}, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// to are the requests to a host so far.
func (n *network) to(host string) []request {
	n.mu.Lock()
	defer n.mu.Unlock()
	var got []request
	for _, r := range n.got {
		if r.host == host {
			got = append(got, r)
		}
	}
	return got
}

// times are those of the requests to a host, in whole seconds.
func (n *network) times(host string) (at []time.Duration) {
	for _, r := range n.to(host) {
		at = append(at, r.at.Truncate(time.Second))
	}
	return at
}

// rig is a running exporter on a network.
type rig struct {
	*network
	e         *alertNotify
	telemetry *componenttest.Telemetry
	logs      *observer.ObservedLogs
}

func settings(t *testing.T) (exporter.Settings, *componenttest.Telemetry, *observer.ObservedLogs) {
	t.Helper()
	tel := componenttest.NewTelemetry()
	set := exportertest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	core, logs := observer.New(zap.InfoLevel)
	set.Logger = zap.New(core)
	return set, tel, logs
}

// start runs it with a configuration; directory outlives it.
func start(t *testing.T, n *network, directory, text string) *rig {
	t.Helper()
	cfg, err := config(t, text)
	require.NoError(t, err)
	cfg.Directory = directory
	set, tel, logs := settings(t)
	e, err := newAlertNotify(set, cfg)
	require.NoError(t, err)
	transport := n.transport(time.Now())
	e.newClient = func(_ context.Context, c *confighttp.ClientConfig) (*http.Client, error) {
		return &http.Client{Transport: transport, Timeout: c.Timeout}, nil
	}
	require.NoError(t, e.start(t.Context(), componenttest.NewNopHost()))
	return &rig{network: n, e: e, telemetry: tel, logs: logs}
}

func (r *rig) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, r.e.shutdown(context.WithoutCancel(t.Context())))
}

func records(alerts ...*alert.Alert) plog.Logs {
	logs := plog.NewLogs()
	into := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, a := range alerts {
		a.Write(into.AppendEmpty())
	}
	return logs
}

// wait lets time pass in a bubble and all that is due be done.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// now is an alert that begins now, in the bubble's time.
func now(a *alert.Alert) *alert.Alert {
	a.Time, a.StartsAt = time.Now(), time.Now()
	if !a.EndsAt.IsZero() {
		a.EndsAt = time.Now().Add(30 * time.Minute)
	}
	return a
}

// over is its end, now.
func over(a *alert.Alert) *alert.Alert {
	c := resolved(a)
	c.Time, c.EndsAt = time.Now(), time.Now()
	return c
}

const twoPeers = "alertmanager: {endpoints: ['http://am-a:9093', 'http://am-b:9093/prefix']}"

func ends(t *testing.T, r request) (at []time.Duration) {
	t.Helper()
	var posts []posted
	require.NoError(t, json.Unmarshal([]byte(r.body), &posts))
	for _, p := range posts {
		at = append(at, p.EndsAt.Sub(p.StartsAt).Truncate(time.Second))
	}
	return at
}

func TestAlertmanagerHearsAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		r := start(t, n, t.TempDir(), twoPeers)
		require.NoError(t, r.e.consume(t.Context(), records(now(budgetAlert()))))
		synctest.Wait()
		require.Len(t, n.to("am-a:9093"), 1, "at once")
		require.Equal(t, "/prefix/api/v2/alerts", n.to("am-b:9093")[0].path)
		wait(30 * time.Second)
		threshold := now(thresholdAlert())
		require.NoError(t, r.e.consume(t.Context(), records(threshold)))
		wait(93 * time.Second) // not at the same moment as another turn
		s := time.Second
		assert.Equal(t, []time.Duration{0, 30 * s, 60 * s, 90 * s, 120 * s}, n.times("am-a:9093"))
		requests := n.to("am-a:9093")
		assert.Equal(t, []time.Duration{30 * minute}, ends(t, requests[2]), "the end of the period")
		assert.Equal(t, []time.Duration{5 * minute}, ends(t, requests[3]), "4 intervals from now")

		require.NoError(t, r.e.consume(t.Context(), records(over(threshold))))
		wait(10 * minute)
		resolutions := 0
		for _, q := range n.to("am-a:9093")[5:] {
			for _, e := range ends(t, q) {
				if e == 93*s {
					resolutions++
				}
			}
		}
		assert.Equal(t, 6, resolutions, "told at once, and for 5 minutes")
		before := len(n.to("am-a:9093"))
		wait(time.Hour)
		assert.Less(t, len(n.to("am-a:9093"))-before, 30, "the period is over")
		before = len(n.to("am-a:9093"))
		wait(time.Hour)
		assert.Len(t, n.to("am-a:9093"), before)
		r.stop(t)
	})
}

// A peer that is down holds no other up, and hears of what ended while it was away.
func TestPeersAreIndependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		n := &network{}
		n.answer = map[string]func() (int, http.Header){"am-b:9093": func() (int, http.Header) {
			if down {
				return 0, nil
			}
			return 200, nil
		}}
		r := start(t, n, t.TempDir(), twoPeers)
		budget := now(budgetAlert())
		require.NoError(t, r.e.consume(t.Context(), records(budget)))
		wait(3 * minute)
		assert.Len(t, n.to("am-a:9093"), 4)
		require.NoError(t, r.e.consume(t.Context(), records(over(budget))))
		wait(10 * minute)
		n.mu.Lock()
		down = false
		n.mu.Unlock()
		before := len(n.to("am-b:9093"))
		wait(minute)
		after := n.to("am-b:9093")[before:]
		require.NotEmpty(t, after)
		assert.Equal(t, []time.Duration{3 * minute}, ends(t, after[0]), "that it is resolved")
		wait(minute)
		before = len(n.to("am-b:9093"))
		wait(5 * minute)
		assert.Len(t, n.to("am-b:9093"), before, "and then no more")
		assert.Equal(t, 1, r.logs.FilterMessage("An Alertmanager does not take alerts").Len(), "logged once")
		r.stop(t)
	})
}

func TestWebhookGetsEachTransitionOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, dir := &network{}, t.TempDir()
		const hooks = `
webhooks:
  - {name: all, endpoint: 'http://all/x', hmac_secret: swordfish}
  - {name: errors, endpoint: 'http://errors/', min_severity: error, template: '{"n": {{json .Name}}}'}
log: info`
		r := start(t, n, dir, hooks)
		budget, threshold := now(budgetAlert()), now(thresholdAlert())
		logs := records(budget, threshold)
		logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty().Body().SetStr("no alert")
		require.NoError(t, r.e.consume(t.Context(), logs))
		require.NoError(t, r.e.consume(t.Context(), logs), "sent again, as after a crash of the sender")
		wait(time.Second)
		require.NoError(t, r.e.consume(t.Context(), records(over(threshold))))
		wait(time.Hour)
		var keys []string
		for _, q := range n.to("all") {
			keys = append(keys, q.header.Get("Idempotency-Key"))
		}
		assert.Equal(t, []string{budget.ID, threshold.ID, resolved(threshold).ID}, keys)
		assert.Len(t, n.to("errors"), 2)
		assert.JSONEq(t, `{"n": "HIGH_MEMORY_USAGE"}`, n.to("errors")[0].body)
		first := n.to("all")[0]
		assert.Equal(t, signature("swordfish", first.body), first.header.Get("X-Signature-256"))
		assert.Equal(t, "application/json", first.header.Get("Content-Type"))
		assert.Empty(t, n.to("errors")[0].header.Get("X-Signature-256"))

		var lines []string
		for _, entry := range r.logs.FilterLevelExact(zap.InfoLevel).All() {
			lines = append(lines, entry.Message)
		}
		assert.Len(t, lines, 3)
		assert.True(t, strings.HasPrefix(lines[0], "ALERT WARNING: MONTHLY_BUDGET_WARNING team-monthly: team search"), lines[0])
		checkMetrics(t, r.telemetry, map[string]int64{
			"otelcol_alertnotify_accepted": 3, "otelcol_alertnotify_repeated": 2, "otelcol_alertnotify_ignored": 2,
			"otelcol_alertnotify_delivered/all": 3, "otelcol_alertnotify_delivered/errors": 2, "otelcol_alertnotify_waiting": 0,
			"otelcol_alertnotify_attempts_failed/all": 0, "otelcol_alertnotify_dropped/all/rejected": 0,
		})
		r.stop(t)
	})
}

// Slack's 429 says when to come again, and it is believed; nothing is lost and the order stays.
func TestWebhookWaitsAsLongAsItIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		n := &network{}
		n.answer = map[string]func() (int, http.Header){"hooks": func() (int, http.Header) {
			if calls++; calls <= 2 {
				return 429, http.Header{"Retry-After": {"30"}}
			}
			return 200, nil
		}}
		r := start(t, n, t.TempDir(), "webhooks: [{name: slack, endpoint: 'http://hooks/', template: slack}]")
		a := now(budgetAlert())
		require.NoError(t, r.e.consume(t.Context(), records(a)))
		wait(10 * time.Second)
		require.NoError(t, r.e.consume(t.Context(), records(over(a))))
		wait(2 * minute)
		assert.Equal(t, []time.Duration{0, 30 * time.Second, 60 * time.Second, 60 * time.Second}, n.times("hooks"))
		r.stop(t)
	})
}

func TestWebhookGivesUp(t *testing.T) {
	for name, c := range map[string]struct {
		status   int
		reason   string
		requests int
	}{
		"refused": {http.StatusGone, reasonRejected, 3},
		"away":    {0, reasonExpired, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &network{answer: map[string]func() (int, http.Header){"hooks": func() (int, http.Header) { return c.status, nil }}}
				r := start(t, n, t.TempDir(), "webhooks: [{name: w, endpoint: 'http://hooks/s3cret'}, {name: well, endpoint: 'http://well/'}]")
				for i := range 3 {
					require.NoError(t, r.e.consume(t.Context(), records(now(numbered(i)))))
				}
				wait(23 * time.Hour)
				if c.requests > 0 {
					assert.Len(t, n.to("hooks"), c.requests, "each once")
				}
				assert.Len(t, n.to("well"), 3, "another is not held up")
				wait(2 * time.Hour)
				_, waiting := r.e.keeper.counts()
				assert.Zero(t, waiting)
				checkMetrics(t, r.telemetry, map[string]int64{"otelcol_alertnotify_dropped/w/" + c.reason: 3, "otelcol_alertnotify_delivered/w": 0})
				faults := r.logs.FilterLevelExact(zap.ErrorLevel).All()
				assert.Len(t, faults, 1, "logged once")
				assert.NotContains(t, faults[0].ContextMap()["error"], "s3cret")
				r.stop(t)
			})
		})
	}
}

// What was accepted before a crash is sent after it, and what had been sent is not.
func TestCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		n, dir := &network{}, t.TempDir()
		n.answer = map[string]func() (int, http.Header){"late": func() (int, http.Header) {
			if down {
				return 503, nil
			}
			return 200, nil
		}}
		const both = twoPeers + "\nwebhooks: [{name: late, endpoint: 'http://late/'}, {name: well, endpoint: 'http://well/'}]"
		r := start(t, n, dir, both)
		a := now(budgetAlert())
		require.NoError(t, r.e.consume(t.Context(), records(a)))
		wait(time.Second)
		// A crash is that the file stays as it is.
		after := filepath.Join(t.TempDir(), "after")
		require.NoError(t, os.MkdirAll(after, 0o700))
		file, err := os.ReadFile(filepath.Join(dir, "alertnotify.db"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(after, "alertnotify.db"), file, 0o600))
		r.stop(t)

		down = false
		n.mu.Lock()
		n.got = nil
		n.mu.Unlock()
		wait(minute)
		r = start(t, n, after, both)
		synctest.Wait()
		require.Len(t, n.to("late"), 1)
		assert.Equal(t, a.ID, n.to("late")[0].header.Get("Idempotency-Key"))
		assert.Empty(t, n.to("well"))
		assert.Len(t, n.to("am-a:9093"), 1, "what is open")
		require.NoError(t, r.e.consume(t.Context(), records(a)), "the sender does not know that it was accepted")
		wait(time.Second)
		assert.Len(t, n.to("late"), 1)
		assert.Len(t, n.to("am-a:9093"), 1)
		r.stop(t)
	})
}

// The end comes right behind the last alerts: they are sent, not only kept.
func TestShutdownSendsWhatCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		r := start(t, n, t.TempDir(), twoPeers+"\nwebhooks: [{name: w, endpoint: 'http://w/'}]")
		require.NoError(t, r.e.consume(t.Context(), records(now(numbered(1)), now(numbered(2)), now(numbered(3)))))
		r.stop(t)
		assert.Len(t, n.to("w"), 3)
		assert.NotEmpty(t, n.to("am-a:9093"))
	})
}

func TestShutdownDoesNotWaitForADestinationThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, err := config(t, "webhooks: [{name: w, endpoint: 'http://w/', timeout: 10m}]")
		require.NoError(t, err)
		cfg.Directory = t.TempDir()
		set, _, _ := settings(t)
		e, err := newAlertNotify(set, cfg)
		require.NoError(t, err)
		e.newClient = func(context.Context, *confighttp.ClientConfig) (*http.Client, error) {
			return &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			})}, nil
		}
		require.NoError(t, e.start(t.Context(), componenttest.NewNopHost()))
		require.NoError(t, e.consume(t.Context(), records(now(budgetAlert()))))
		wait(time.Second)
		began := time.Now()
		require.NoError(t, e.shutdown(context.WithoutCancel(t.Context())))
		assert.Equal(t, endsWithin, time.Since(began)) // the bubble's time

		r := start(t, &network{}, cfg.Directory, "webhooks: [{name: w, endpoint: 'http://w/'}]")
		synctest.Wait()
		assert.Len(t, r.to("w"), 1, "it is sent at the next start")
		r.stop(t)
	})
}

// A directory that cannot be written alerts all the same, says so, and leaves the alert with its sender.
func TestDirectoryThatIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		n := &network{}
		r := start(t, n, filepath.Join(file, "below"), "webhooks: [{name: w, endpoint: 'http://w/'}]")
		a := now(budgetAlert())
		require.Error(t, r.e.consume(t.Context(), records(a)))
		require.Error(t, r.e.consume(t.Context(), records(a)))
		wait(time.Second)
		assert.Len(t, n.to("w"), 1)
		assert.Equal(t, 1, r.logs.FilterLevelExact(zap.ErrorLevel).Len())
		require.NoError(t, os.Remove(file))
		require.NoError(t, r.e.consume(t.Context(), records(a)), "as soon as it can be written")
		assert.FileExists(t, filepath.Join(file, "below", "alertnotify.db"))
		r.stop(t)
	})
}

func TestLifecycle(t *testing.T) {
	factory := NewFactory()
	cfg := factory.CreateDefaultConfig().(*Config)
	cfg.Directory = t.TempDir()
	for range 2 {
		e, err := factory.CreateLogs(t.Context(), exportertest.NewNopSettings(metadata.Type), cfg)
		require.NoError(t, err)
		require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
		require.NoError(t, e.ConsumeLogs(t.Context(), plog.NewLogs()))
		require.NoError(t, e.ConsumeLogs(t.Context(), records(budgetAlert())))
		require.NoError(t, e.Shutdown(context.WithoutCancel(t.Context())))
		require.NoError(t, e.Shutdown(context.WithoutCancel(t.Context())), "twice")
	}
}

func TestStorageThatIsNone(t *testing.T) {
	cfg, err := config(t, "storage: file_storage")
	require.NoError(t, err)
	e, err := NewFactory().CreateLogs(t.Context(), exportertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.ErrorContains(t, e.Start(t.Context(), componenttest.NewNopHost()), "storage: there is no extension file_storage")
}

func TestFileNames(t *testing.T) {
	assert.Equal(t, "alertnotify.db", fileName(component.NewID(metadata.Type)))
	assert.Equal(t, "alertnotify_a_b.db", fileName(component.NewIDWithName(metadata.Type, "a/b")))
}

// checkMetrics compares counters and gauges: "name/destination/reason", as far as they have these.
func checkMetrics(t *testing.T, tel *componenttest.Telemetry, want map[string]int64) {
	t.Helper()
	var rm metricdata.ResourceMetrics
	require.NoError(t, tel.Reader.Collect(context.Background(), &rm))
	got := map[string]int64{}
	for _, s := range rm.ScopeMetrics {
		for _, m := range s.Metrics {
			var points []metricdata.DataPoint[int64]
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				points = d.DataPoints
			case metricdata.Gauge[int64]:
				points = d.DataPoints
			}
			for _, p := range points {
				name := []string{m.Name}
				for _, key := range []string{"destination", "reason"} {
					if v, ok := p.Attributes.Value(attribute.Key(key)); ok {
						name = append(name, v.AsString())
					}
				}
				got[strings.Join(name, "/")] = p.Value
			}
		}
	}
	for name, n := range want {
		v, ok := got[name]
		assert.True(t, ok && v == n, "%s: want %d, got %d of %v", name, n, v, slices.Sorted(maps.Keys(got)))
	}
}

func signature(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

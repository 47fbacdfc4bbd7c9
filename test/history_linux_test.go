package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// historyRig is a gateway that only keeps metrics, at addresses that outlast it.
type historyRig struct {
	*gateway.Gateway
	otlp, page string
	env        []string
	under      []string
}

func newHistoryRig(t *testing.T) *historyRig {
	t.Helper()
	ports := gateway.FreePorts(t, 2)
	return &historyRig{
		otlp: "http://" + gateway.Loopback(ports[0]) + "/v1/metrics", page: "http://" + gateway.Loopback(ports[1]),
		env: []string{
			fmt.Sprintf("OTLP_HTTP_PORT=%d", ports[0]), fmt.Sprintf("DASHBOARD_PORT=%d", ports[1]), "HISTORY_DIR=" + filepath.Join(t.TempDir(), "history"),
		},
	}
}

func (r *historyRig) start(t *testing.T) {
	t.Helper()
	config, err := filepath.Abs("testdata/history.yaml")
	require.NoError(t, err)
	r.Gateway = gateway.Start(t, gateway.Options{Config: config, Env: r.env, Under: r.under})
}

// send sends a request with the next value of 50 counters; false when the gateway did not take it.
func (r *historyRig) send(n int64, at time.Time) bool {
	md := pmetric.NewMetrics()
	ms := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	m := ms.AppendEmpty()
	m.SetName("sent")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for i := range 50 {
		p := sum.DataPoints().AppendEmpty()
		p.SetTimestamp(pcommon.NewTimestampFromTime(at))
		p.SetIntValue(n)
		p.Attributes().PutInt("series", int64(i))
	}
	body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	if err != nil {
		return false
	}
	req, err := http.NewRequest(http.MethodPost, r.otlp, bytes.NewReader(body)) //nolint:noctx // the gateway is killed under it
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK
}

// samples are those of the counters, by series and time; nil when the gateway does not answer.
func (r *historyRig) samples(t *testing.T) map[string]string {
	t.Helper()
	resp, err := http.Get(r.page + "/api/v1/query?query=" + url.QueryEscape("sent_total[1h]")) //nolint:noctx // the gateway is killed under it
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil
	}
	var body struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &body), "%s", text)
	out := map[string]string{}
	for _, series := range body.Data.Result {
		for _, v := range series.Values {
			out[series.Metric["series"]+"@"+strconv.FormatFloat(v[0].(float64), 'f', 3, 64)] = v[1].(string)
		}
	}
	return out
}

// TestHistoryAfterKills: what the history has shown is there after the gateway was killed.
func TestHistoryAfterKills(t *testing.T) {
	t.Parallel()
	const kills = 20
	r := newHistoryRig(t)
	shown := map[string]string{}
	var n atomic.Int64
	for range kills {
		r.start(t)
		after := r.samples(t)
		for at, v := range shown {
			require.Equal(t, v, after[at], "%s was there before the kill", at)
		}
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				default:
					r.send(n.Add(1), time.Now())
				}
			}
		}()
		require.Eventually(t, func() bool {
			now := r.samples(t)
			if now == nil || len(now) < len(shown)+500 {
				return false
			}
			shown = now
			return true
		}, time.Minute, 5*time.Millisecond)
		r.Kill()
		close(stop)
		<-stopped
	}
	t.Logf("%d samples through %d kills", len(shown), kills)
}

// TestHistoryOnAFullDisk: what the disk refuses is not in the history; everything else goes on, and so does the history once there is room.
func TestHistoryOnAFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting wants root")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=80m"); err != nil {
		t.Skipf("mounting is not allowed here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	r := newHistoryRig(t)
	r.env[2] = "HISTORY_DIR=" + filepath.Join(dir, "history")
	t.Cleanup(func() { r.Stop(t) })
	r.start(t)
	has := func(v string) {
		t.Helper()
		require.EventuallyWithT(t, func(c *assert.CollectT) { assert.Contains(c, slices.Collect(maps.Values(r.samples(t))), v) }, time.Minute, 20*time.Millisecond)
	}
	require.True(t, r.send(1, time.Now()))
	has("1")

	filler := filepath.Join(dir, "filler")
	require.NoError(t, fillDisk(filler))
	time.Sleep(1100 * time.Millisecond) // how full it is is looked at once a second
	require.True(t, r.send(2, time.Now()), "a sender does not suffer")
	require.Eventually(t, func() bool { return strings.Contains(r.Log(), "The history cannot be written") }, time.Minute, 20*time.Millisecond)
	assert.NotContains(t, slices.Collect(maps.Values(r.samples(t))), "2")
	has("1")

	require.NoError(t, os.Remove(filler))
	time.Sleep(1100 * time.Millisecond)
	require.True(t, r.send(3, time.Now()))
	has("3")
	require.Eventually(t, func() bool { return strings.Contains(r.Log(), "The history is written again") }, time.Minute, 20*time.Millisecond)
	r.Kill()
	r.start(t)
	has("1")
	has("3")
}

// fillDisk writes until there is no room.
func fillDisk(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(block)
	}
	if errors.Is(err, syscall.ENOSPC) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

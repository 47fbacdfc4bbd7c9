package test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// roundRobin sends calls of 0.10 USD to gateways in turn, each until one acknowledges it: what failed goes to the next gateway, and every
// fifth call comes again.
type roundRobin struct {
	retrying
	urls    []string
	further int // comes again: to the same gateway, or to one further on
	patient time.Duration
	next    atomic.Int64 // number of the last call
	took    atomic.Int64 // requests that were made
}

// sendAll sends n calls, some at a time, and returns when they are all acknowledged.
func (r *roundRobin) sendAll(n int64) {
	const workers = 4
	client := &http.Client{Timeout: r.patient}
	last := r.next.Load() + n
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for call := r.next.Add(1); call <= last; call = r.next.Add(1) {
				body := budgetCall(int(call), 40_000, time.Now())
				at := r.deliver(client, body, int(call))
				if call%5 == 0 {
					r.deliver(client, body, at+r.further)
				}
				r.acknowledged.Add(1)
			}
		})
	}
	all.Wait()
	client.CloseIdleConnections()
	r.next.Store(last)
}

// deliver sends a request from one gateway on to the next until one takes it, and says which.
func (r *roundRobin) deliver(client *http.Client, body []byte, at int) int {
	for ; ; at++ {
		to := retrying{url: r.urls[at%len(r.urls)]}
		r.took.Add(1)
		if to.send(client, body) {
			return at
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// The phases of TestReplicas: in each so many calls are made and something is killed, and then all agree, so a crossing is never hidden by the
// next one.
const (
	phaseCalls = 150
	phases     = 8 // as test/testdata/replicas.yaml has crossings
)

// replicas are two gateways, their server and their client.
type replicas struct {
	server   *redis
	gateways [2]*shipped
	client   *roundRobin
}

// within waits until so many calls of a phase were acknowledged.
func (r *replicas) within(t *testing.T, phase, calls int) {
	t.Helper()
	want := int64(phase*phaseCalls + calls)
	require.Eventually(t, func() bool { return r.client.acknowledged.Load() >= want }, time.Minute, 5*time.Millisecond, "the client sends on")
}

func (r *replicas) crash(t *testing.T, which int) {
	t.Helper()
	r.gateways[which].Kill()
	r.gateways[which].again(t)
}

// crashes kills a gateway, or the server for some calls; the second time a gateway dies while the server is away.
func (r *replicas) crashes(t *testing.T, phase int) {
	t.Helper()
	r.within(t, phase, 1+rand.IntN(phaseCalls/2))
	if phase%4 != 2 {
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		r.crash(t, rand.IntN(2))
		return
	}
	r.server.kill()
	away := int(r.client.acknowledged.Load()) - phase*phaseCalls
	r.within(t, phase, min(away+phaseCalls/5, phaseCalls))
	if phase >= phases/2 {
		r.crash(t, rand.IntN(2))
	}
	r.server.start(t)
}

// losses kills a gateway, or takes all from the server that it has.
func (r *replicas) losses(t *testing.T, phase int) {
	t.Helper()
	r.within(t, phase, 1+rand.IntN(phaseCalls/2))
	if phase%2 == 0 {
		r.crash(t, rand.IntN(2))
		return
	}
	require.True(t, r.server.does("FLUSHALL", "+OK"))
}

// agree waits until both gateways know what was spent and have booked it, together, once.
func (r *replicas) agree(t *testing.T, calls int) {
	t.Helper()
	spent := nano(float64(calls) / 10)
	for i, g := range r.gateways {
		require.Eventually(t, func() bool {
			return nano(scrape(t, g.scrape).sum("llm_budget_spent_usd", "budget_name", "total")) == spent
		},
			time.Minute, 100*time.Millisecond, "gateway %d knows what %d calls cost", i, calls)
	}
	require.Eventually(t, func() bool {
		return nano(scrape(t, r.gateways[0].scrape).sum("llm_cost_booked_usd_total")+scrape(t, r.gateways[1].scrape).sum("llm_cost_booked_usd_total")) == spent
	}, time.Minute, 100*time.Millisecond, "both have booked what %d calls cost", calls)
}

// TestReplicas kills two gateways that share a Redis server, and the server, at random points while a client sends known spend to either and
// some of it to both: what they say was spent and what they booked is exact, and each crossing is an alert with one id.
func TestReplicas(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	testReplicas(t, &roundRobin{further: 1, patient: 10 * time.Second}, (*replicas).crashes)
}

// TestReplicasOfAServerThatForgets: the same where the server loses all that it has. A call comes again to the gateway that had it: the other one
// waits for its ids, but not for ever.
func TestReplicasOfAServerThatForgets(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	backend := testReplicas(t, &roundRobin{patient: time.Minute}, (*replicas).losses)
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(alertsAt(backend), func(a alert.Alert) bool { return a.Type == genai.AlertStoreReset })
	}, time.Minute, 100*time.Millisecond, "that is told")
}

func testReplicas(t *testing.T, client *roundRobin, strike func(*replicas, *testing.T, int)) *sink.Sink {
	t.Helper()
	backend := sink.Start(t)
	r := &replicas{server: startRedis(t), client: client}
	for i := range r.gateways {
		r.gateways[i] = startShipped(t, "configs/replicas-valkey.yaml", []string{"--config", gateway.Root() + "/test/testdata/replicas.yaml"},
			fmt.Sprintf("GATEWAY_ID=replica-%d", i), "VALKEY_ENDPOINT="+r.server.address(), "VALKEY_PASSWORD="+redisPassword,
			"BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+backend.GRPC)
		r.client.urls = append(r.client.urls, r.gateways[i].otlp+"/v1/traces")
	}

	for phase := range phases {
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			r.client.sendAll(phaseCalls)
		}()
		strike(r, t, phase)
		select {
		case <-sent:
		case <-time.After(time.Minute):
			require.Fail(t, "not all calls are acknowledged")
		}
		r.agree(t, (phase+1)*phaseCalls)
	}

	checkCrossings(t, backend)
	calls := 0.0
	for _, g := range r.gateways {
		calls += scrape(t, g.scrape).sum("llm_calls_booked_total")
	}
	assert.InDelta(t, float64(phases*phaseCalls), calls, 0)
	t.Logf("%d calls in %d requests", phases*phaseCalls, client.took.Load())
	return backend
}

// checkCrossings waits until every crossing has come to the backend. Each has one id.
func checkCrossings(t *testing.T, backend *sink.Sink) {
	t.Helper()
	ids, told := map[string]int64{}, 0
	require.Eventually(t, func() bool {
		clear(ids)
		told = 0
		for _, a := range alertsAt(backend) {
			if a.Budget.Name == "total" && a.State == genai.AlertFiring {
				ids[a.ID] = nano(a.Threshold)
				told++
			}
		}
		return len(ids) >= phases
	}, time.Minute, 100*time.Millisecond, "every crossing is told")
	var want, got []int64
	for phase := range phases {
		want = append(want, nano((float64(phase)+0.5)*phaseCalls/10))
	}
	for _, threshold := range ids {
		got = append(got, threshold)
	}
	assert.ElementsMatch(t, want, got, "one id for each crossing")
	t.Logf("%d ids in %d records", len(ids), told)
}

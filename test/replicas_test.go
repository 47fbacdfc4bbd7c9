package test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// The phases of TestReplicas: in each so many calls are made and something is killed, and then all agree, so a crossing is never hidden by the
// next one.
const (
	phaseCalls = 150
	phases     = 8 // as test/testdata/replicas.yaml has crossings
)

// replicas are some gateways, their server and their client.
type replicas struct {
	server   *redis
	gateways []*shipped
	backend  *sink.Sink
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
		r.crash(t, rand.IntN(len(r.gateways)))
		return
	}
	r.server.kill()
	away := int(r.client.acknowledged.Load()) - phase*phaseCalls
	r.within(t, phase, min(away+phaseCalls/5, phaseCalls))
	if phase >= phases/2 {
		r.crash(t, rand.IntN(len(r.gateways)))
	}
	r.server.start(t)
}

// losses kills a gateway, or takes all from the server that it has.
func (r *replicas) losses(t *testing.T, phase int) {
	t.Helper()
	r.within(t, phase, 1+rand.IntN(phaseCalls/2))
	if phase%2 == 0 {
		r.crash(t, rand.IntN(len(r.gateways)))
		return
	}
	r.forget(t)
}

// forget takes all from the server that it has.
func (r *replicas) forget(t *testing.T) {
	t.Helper()
	if r.server.volatile {
		r.server.kill()
		r.server.start(t)
		return
	}
	require.True(t, r.server.does("FLUSHALL", "OK"))
}

// agree waits until all gateways know what was spent and have booked it, together, once.
func (r *replicas) agree(t *testing.T, calls int) {
	t.Helper()
	spent := nano(float64(calls) / 10)
	for i, g := range r.gateways {
		require.Eventually(t, func() bool {
			return nano(scrape(t, g.scrape).sum("llm_budget_spent_usd", "budget_name", "total")) == spent
		},
			time.Minute, 100*time.Millisecond, "gateway %d knows what %d calls cost", i, calls)
	}
	require.Eventually(t, func() bool { return nano(r.sum(t, "llm_cost_booked_usd_total")) == spent },
		time.Minute, 100*time.Millisecond, "together they have booked what %d calls cost", calls)
}

// sum adds a metric up over all gateways.
func (r *replicas) sum(t *testing.T, metric string) (all float64) {
	t.Helper()
	for _, g := range r.gateways {
		all += scrape(t, g.scrape).sum(metric)
	}
	return all
}

// TestReplicas kills gateways that share a Redis server, and the server, at random points while a client sends known spend to any of them and
// some of it to two: what they say was spent and what they booked is exact, and each crossing is an alert with one id.
func TestReplicas(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	for _, n := range []int{2, 4} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			startReplicas(t, n, startRedis(t, false), &roundRobin{further: 1, patient: 10 * time.Second}).run(t, phases, (*replicas).crashes)
		})
	}
}

// TestReplicasOfAServerThatForgets: the same where the server loses all that it has. A call comes again to the gateway that had it: another one
// waits for its ids, but not for ever.
func TestReplicasOfAServerThatForgets(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	for name, volatile := range map[string]bool{"FLUSHALL": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startRedis(t, volatile)
			server.endpoint = server.socket()
			r := startReplicas(t, 4, server, &roundRobin{patient: time.Minute})
			r.run(t, phases/2, (*replicas).losses)
			r.toldOfLosses(t)
		})
	}
}

// TestServerThatForgetsIsRefused: a server without an append-only file is not taken, unless that is said.
func TestServerThatForgetsIsRefused(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	server := startRedis(t, true)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, gateway.Binary(t), "--config", gateway.Root()+"/configs/replicas-valkey.yaml")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "VALKEY_ENDPOINT="+server.address(), "VALKEY_PASSWORD="+redisPassword)
	output, err := cmd.CombinedOutput()
	require.NoError(t, ctx.Err(), "it does not run on")
	require.Error(t, err)
	assert.Contains(t, string(output), "aof_enabled is 0: set `appendonly yes`, or allow_volatile here")
	startReplicas(t, 1, server, &roundRobin{})
}

// TestRedeliveredAcrossALoss: a client that does not wait for an answer sends a call to gateway after gateway while the server loses all that it
// has: each call counts once.
func TestRedeliveredAcrossALoss(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	for name, volatile := range map[string]bool{"FLUSHALL": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startReplicas(t, 4, startRedis(t, volatile), &roundRobin{further: 1, every: 1, patient: 20 * time.Millisecond})
			r.run(t, phases/2, func(r *replicas, t *testing.T, phase int) {
				for range 2 {
					r.within(t, phase, 1+rand.IntN(phaseCalls/2))
					r.forget(t)
				}
			})
			r.toldOfLosses(t)
		})
	}
}

// startReplicas starts n gateways of a server, and the backend that they tell.
func startReplicas(t *testing.T, n int, server *redis, client *roundRobin) *replicas {
	t.Helper()
	r := &replicas{server: server, client: client, backend: sink.Start(t)}
	for i := range n {
		g := startShipped(t, "configs/replicas-valkey.yaml", []string{
			"--config", gateway.Root() + "/test/testdata/replicas.yaml",
			fmt.Sprintf("--set=connectors.budgetalert.valkey.allow_volatile=%v", server.volatile),
		}, fmt.Sprintf("GATEWAY_ID=replica-%d", i), "VALKEY_ENDPOINT="+server.endpoint, "VALKEY_PASSWORD="+redisPassword,
			"BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+r.backend.GRPC)
		r.gateways, r.client.urls = append(r.gateways, g), append(r.client.urls, g.otlp+"/v1/traces")
	}
	return r
}

// toldOfLosses waits until every gateway has told that the server lost data.
func (r *replicas) toldOfLosses(t *testing.T) {
	t.Helper()
	for i := range r.gateways {
		require.Eventually(t, func() bool {
			return slices.ContainsFunc(alertsAt(r.backend), func(a alert.Alert) bool {
				return a.Type == genai.AlertStoreReset && a.Group["gateway"] == fmt.Sprintf("replica-%d", i)
			})
		}, time.Minute, 100*time.Millisecond, "gateway %d tells that", i)
	}
}

// run sends a phase after the other, lets something happen in each and compares what all say with what was sent.
func (r *replicas) run(t *testing.T, phases int, strike func(*replicas, *testing.T, int)) {
	t.Helper()
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

	checkCrossings(t, r.backend, phases)
	assert.InDelta(t, float64(phases*phaseCalls), r.sum(t, "llm_calls_booked_total"), 0)
	t.Logf("%d calls in %d requests", phases*phaseCalls, r.client.took.Load())
}

// checkCrossings waits until every crossing has come to the backend. Each has one id.
func checkCrossings(t *testing.T, backend *sink.Sink, phases int) {
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

package test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// cluster is a cluster of Redis servers: the first has nearly all slots, that of the ledger too, the second copies it, the third has the rest and is
// the one that gateways name.
type cluster [3]*redis

func startCluster(t *testing.T) *cluster {
	t.Helper()
	var c cluster
	for i := range c {
		bus := gateway.FreePorts(t, 1)[0]
		c[i] = newRedis(t)
		c[i].args = []string{
			"--cluster-enabled", "yes", "--cluster-port", fmt.Sprint(bus), "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no",
			"--cluster-replica-no-failover", "yes", "--masterauth", redisPassword, // only the test says who takes over
		}
		c[i].start(t)
		require.True(t, c[0].does(fmt.Sprintf("CLUSTER MEET 127.0.0.1 %d %d", c[i].port, bus), "OK"))
	}
	require.True(t, c[0].does("CLUSTER ADDSLOTSRANGE 1 16383", "OK"))
	require.True(t, c[2].does("CLUSTER ADDSLOTSRANGE 0 0", "OK"))
	c.follow(t, 1, 0)
	for i := range c {
		c[i].endpoint = c[2].address()
		require.Eventually(t, func() bool { return strings.Contains(c[i].ask("CLUSTER INFO"), "cluster_state:ok") }, time.Minute, 50*time.Millisecond)
	}
	return &c
}

// follow makes a server the copy of another one, and waits until it has all.
func (c *cluster) follow(t *testing.T, follower, leader int) {
	t.Helper()
	id := c[leader].ask("CLUSTER MYID")
	require.Eventually(t, func() bool { return c[follower].does("CLUSTER REPLICATE "+id, "OK") }, time.Minute, 50*time.Millisecond, "it knows the other one")
	c.copied(t, follower)
}

func (c *cluster) copied(t *testing.T, follower int) {
	t.Helper()
	require.Eventually(t, func() bool {
		info := c[follower].ask("INFO replication")
		return strings.Contains(info, "role:slave") && strings.Contains(info, "master_link_status:up")
	}, time.Minute, 50*time.Millisecond, "it has a copy")
}

// failOver kills the server that has the ledger, and its copy takes over; then the old one comes back and copies.
func (c *cluster) failOver(t *testing.T, from, to int) {
	t.Helper()
	c[from].kill()
	require.True(t, c[to].does("CLUSTER FAILOVER TAKEOVER", "OK"))
	c[from].start(t)
	c.copied(t, from)
}

// TestReplicasOfACluster kills the server of a cluster that has the ledger, and has its copy take over, which may lack what was acknowledged last.
func TestReplicasOfACluster(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	c := startCluster(t)
	r := startReplicas(t, 2, c[0], &roundRobin{further: 1, patient: 10 * time.Second})
	r.run(t, phases/2, func(r *replicas, t *testing.T, phase int) {
		r.within(t, phase, phaseCalls/3)
		switch phase {
		case 0:
			c[0].kill()
			c[0].start(t)
		case 1:
			c.failOver(t, 0, 1)
		case 2:
			r.crash(t, 0)
		default:
			c.failOver(t, 1, 0)
		}
	})
}

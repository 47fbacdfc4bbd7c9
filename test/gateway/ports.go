package gateway

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// The ports that tests listen on lie below those that Linux, macOS and Windows give to outgoing connections: between the moment that a
// port is found free and the gateway's bind, no client of a test that runs in parallel can be given it.
const firstPort, lastPort = 20_000, 31_999

var given = struct {
	sync.Mutex
	ports map[int]bool
}{ports: map[int]bool{}}

// FreePorts finds n different free ports on loopback and gives each out once in this process.
func FreePorts(t testing.TB, n int) []int {
	t.Helper()
	given.Lock()
	defer given.Unlock()
	var ports []int
	for tries := 0; len(ports) < n; tries++ {
		if tries > lastPort-firstPort {
			t.Fatalf("only %d of %d ports between %d and %d are free", len(ports), n, firstPort, lastPort)
		}
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if given.ports[port] {
			continue
		}
		l, err := net.Listen("tcp", Loopback(port))
		if err != nil {
			continue
		}
		_ = l.Close()
		given.ports[port] = true
		ports = append(ports, port)
	}
	return ports
}

package bolt

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// The tests here start this test binary again, as a process that can be killed or limited. childEnv says which of these it is.
const (
	childEnv = "LEDGER_TEST_CHILD"
	dirEnv   = "LEDGER_TEST_DIR"
	seedEnv  = "LEDGER_TEST_SEED"
)

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "killed":
		os.Exit(childThatIsKilled(os.Getenv(dirEnv), os.Getenv(seedEnv)))
	case "limited", "limited from the start":
		os.Exit(childThatIsLimited(os.Getenv(dirEnv), os.Getenv(childEnv) != "limited"))
	}
	os.Exit(m.Run())
}

func child(t *testing.T, what, dir string, seed uint64) *exec.Cmd {
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self)
	c.Env = append(os.Environ(), childEnv+"="+what, dirEnv+"="+dir, seedEnv+"="+strconv.FormatUint(seed, 10))
	c.Stderr = os.Stderr
	return c
}

const (
	workers = 6
	crossed = 50 // calls from one alert to the next
)

// oneCall is a call with an amount of its own, so that a call that is counted twice or half cannot hide.
func oneCall(id uint64) ledger.Call {
	amount := int64(1 + id%7)
	return ledger.Call{
		ID: id, Minute: minute + int64(id%5),
		Adds: []ledger.Add{{Series: "total", Amount: 1}, {Series: "call " + strconv.FormatUint(id, 10), Slot: 1, Amount: amount}},
		Book: []book.Entry{{Hour: minute / 60, Row: book.Row{Model: strconv.FormatUint(id%3, 10)}, Sums: book.Sums{NanoUSD: amount, Calls: 1}}},
	}
}

// childThatIsKilled counts calls from several goroutines, sends some again, and says on its output which are acknowledged.
func childThatIsKilled(dir, seed string) int {
	o := options(dir, &clock{now: start}, &heard{})
	o.Notify = func(n ledger.Notice) { fmt.Fprintln(os.Stderr, "notice:", n) }
	l, err := Open(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	first, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return 1
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	for worker := range uint64(workers) {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(first, worker))
			for id := first + worker; ; id += workers {
				ids := []uint64{id}
				if random.IntN(5) == 0 { // sent again, perhaps from before the kill
					ids = append(ids, 1+random.Uint64N(id), id)
				}
				var calls []ledger.Call
				for _, id := range ids {
					calls = append(calls, oneCall(id))
				}
				if err := l.Record(context.Background(), calls, raise); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				out.Lock()
				for _, id := range ids {
					_, _ = fmt.Fprintln(os.Stdout, id)
				}
				out.Unlock()
			}
		})
	}
	wg.Wait()
	return 0
}

// raise raises an alert for each 50 calls.
func raise(v ledger.View) []ledger.Change {
	n := strconv.FormatInt(v.Sum("total", 0, 1)/crossed, 10)
	return []ledger.Change{{Key: "crossed " + n, Value: []byte("x"), IfAbsent: true, Alert: &ledger.Alert{ID: n, Body: []byte(n)}}}
}

func TestKilledAtAnyPoint(t *testing.T) {
	const kills = 25
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(3, 3))
	acknowledged := map[uint64]bool{}
	last := uint64(0)
	for range kills {
		c := child(t, "killed", dir, last+1)
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		lines := bufio.NewScanner(out)
		until := random.IntN(400)
		for n := 0; ; n++ {
			if n == until {
				require.NoError(t, c.Process.Kill())
			}
			if !lines.Scan() {
				break
			}
			id, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 64)
			if err != nil {
				continue // cut off by the kill
			}
			acknowledged[id] = true
			last = max(last, id)
		}
		require.Error(t, c.Wait(), "it ended because it was killed")
		last += workers // those that were under way may be counted or not
		count := map[uint64]bool{}
		for id := range acknowledged {
			count[id] = true
		}
		checkKilled(t, dir, count)
	}
	require.Greater(t, len(acknowledged), 1000)
}

func checkKilled(t *testing.T, dir string, acknowledged map[uint64]bool) {
	heard := &heard{}
	l, err := Open(options(dir, &clock{now: start}, heard))
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	require.Empty(t, heard.kinds(), "a kill damages nothing")
	var calls, total, amounts int64
	require.NoError(t, l.Series(t.Context(), "", func(series string, _, amount int64) {
		if series == "total" {
			total = amount
			return
		}
		id, err := strconv.ParseUint(strings.TrimPrefix(series, "call "), 10, 64)
		require.NoError(t, err)
		require.EqualValues(t, 1+id%7, amount, "call %d counts once", id)
		delete(acknowledged, id)
		calls++
		amounts += amount
	}))
	require.Empty(t, acknowledged, "what was acknowledged is recorded")
	require.Equal(t, calls, total)
	require.EqualValues(t, calls, l.Stats().IDs)
	var inBook book.Sums
	l.Booked(func(_ *book.Row, sums *book.Sums, _ time.Time) { inBook.Add(sums) })
	require.Equal(t, amounts, inBook.NanoUSD)
	require.Equal(t, calls, inBook.Calls)
	inBook = book.Sums{}
	require.NoError(t, l.Book(t.Context(), 0, 1<<40, func(_ int64, _ *book.Row, sums *book.Sums) { inBook.Add(sums) }))
	require.Equal(t, calls, inBook.Calls)
	alerts, err := l.Outbox(t.Context(), 1e6)
	require.NoError(t, err)
	require.Len(t, alerts, int(total/crossed)+min(1, int(total)), "each crossing is there")
	for i, a := range alerts {
		require.Equal(t, strconv.Itoa(i), a.ID, "in order, each once")
	}
}

package test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

// clientTimeout is for a client's whole run; it takes a few seconds.
const clientTimeout = 90 * time.Second

// client is a program in clients/ and what its spans tell of the bill.
type client struct {
	name     string
	script   string
	env      []string
	shows    func(e provider.Entry) (provider.Entry, shown)
	unpriced int // calls that come without usage
	guessed  int // calls that come with a count of the client's own tokenizer, which nobody can foresee
	failed   int // spans of calls that the provider refused; some instrumentations send none
}

// shown is what a client's spans show of a billed call's usage.
type shown int

const (
	nothing    shown = iota
	miscounted       // counts that are known to differ from the bill, and are said to be an estimate
	exact
)

var clients = []client{
	{
		name: "openinference-langchain", script: "openinference-langchain.mjs", failed: 2,
		shows: func(e provider.Entry) (provider.Entry, shown) {
			switch {
			case e.API == provider.Embeddings: // LangChain has no callbacks for embeddings
				return e, nothing
			case e.API == provider.Messages && e.Stream:
				e.Usage.Output++ // LangChain adds the one token that Anthropic announces at the start of a stream
				return e, miscounted
			}
			return e, exact
		},
	},
	{
		name: "openinference", script: "openinference.mjs", failed: 1, unpriced: 2,
		shows: func(e provider.Entry) (provider.Entry, shown) {
			if e.API == provider.Embeddings { // the instrumentation drops the usage of embeddings and of chat streams
				return e, nothing
			}
			return withoutChatStreams(e)
		},
	},
	{
		name: "vercel-ai-v5", script: "vercel.mjs", env: []string{"VERCEL_AI=v5"}, failed: 2,
		shows: func(e provider.Entry) (provider.Entry, shown) {
			if e.Provider == "openai" && !e.Stream {
				e.Usage.CacheRead = 0 // generateText keeps OpenAI's cached tokens to itself
			}
			return e, exact
		},
	},
	{name: "vercel-ai-v6", script: "vercel.mjs", env: []string{"VERCEL_AI=v6"}, failed: 2, shows: all},
	{
		name: "vercel-ai-v7", script: "vercel.mjs", env: []string{"VERCEL_AI=v7"}, failed: 1,
		shows: func(e provider.Entry) (provider.Entry, shown) { return hourHidden(e), exact },
	},
	{
		name: "langfuse", script: "langfuse.mjs", failed: 1, unpriced: 1,
		shows: func(e provider.Entry) (provider.Entry, shown) {
			switch {
			case e.API == provider.Embeddings:
				return e, nothing
			case e.Provider == "anthropic" && e.Stream:
				e.Usage.Output++ // as above
				return hourHidden(e), miscounted
			}
			return hourHidden(e), exact
		},
	},
	{
		name: "openllmetry", script: "openllmetry.mjs", unpriced: 1, shows: openLLMetryShows,
	},
	{
		name: "openllmetry-enriched", script: "openllmetry.mjs", env: []string{"ENRICH_TOKENS=true"}, guessed: 1,
		shows: openLLMetryShows,
	},
}

func all(e provider.Entry) (provider.Entry, shown) { return e, exact }

func withoutChatStreams(e provider.Entry) (provider.Entry, shown) {
	if e.API == provider.Chat && e.Stream {
		return e, nothing
	}
	return e, exact
}

// hourHidden is for clients that show one sum of cache writes, which then counts as written for five minutes.
func hourHidden(e provider.Entry) provider.Entry {
	e.Usage.CacheWrite5m += e.Usage.CacheWrite1h
	e.Usage.CacheWrite1h = 0
	return e
}

func openLLMetryShows(e provider.Entry) (provider.Entry, shown) {
	if e.Provider == "openai" {
		e.Usage.CacheRead = 0
	}
	return withoutChatStreams(hourHidden(e))
}

// TestClients runs real client libraries against a fake provider and compares what the gateway put on their spans with what the
// provider billed, call by call, and with the counters that Prometheus scrapes.
func TestClients(t *testing.T) {
	need(t, "node")
	if _, err := os.Stat(filepath.Join(clientsDir(), "node_modules")); err != nil {
		missing(t, "test/clients/node_modules")
	}
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			testClient(t, &c)
		})
	}
}

func testClient(t *testing.T, c *client) {
	model := provider.Start(t, c.name)
	r := newRig(t, "gateway.yaml")
	runClient(t, c, model.URL, r.otlp)

	want := map[shown][]int64{} // nano-USD of every call
	for _, entry := range model.Ledger() {
		usage, how := c.shows(entry)
		want[how] = append(want[how], price(t, &usage))
	}
	got := count(t, r.sink.Traces())
	assert.ElementsMatch(t, want[exact], got.priced, "nano-USD of every call that the provider billed and the client shows")
	assert.Subset(t, got.estimated, want[miscounted], "nano-USD of every call that the client counts wrong")
	assert.Len(t, got.estimated, len(want[miscounted])+c.guessed, "calls whose usage is the client's guess: %v", got.estimated)
	assert.Len(t, got.unpriced, c.unpriced, "calls without usage: %v", got.unpriced)
	assert.Equal(t, c.failed, got.statuses[genai.StatusFree], "calls that failed: %v", got.statuses)

	total := sum(want[exact]) + sum(got.estimated)
	require.Eventually(t, func() bool { return nano(scrape(t, r.scrape).sum("llm_cost_usd_total")) == total },
		15*time.Second, 100*time.Millisecond, "llm_cost_usd_total reaches %d nano-USD", total)
	calls := len(want[exact]) + len(got.estimated) + c.unpriced
	assert.InDelta(t, calls, scrape(t, r.scrape).sum("llm_calls_total", "status", genai.CallOK), 0)
}

func clientsDir() string { return filepath.Join(gateway.Root(), "test", "clients") }

func runClient(t *testing.T, c *client, providerURL, otlp string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), clientTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", c.script)
	cmd.Dir = clientsDir()
	cmd.Env = append(os.Environ(), "PROVIDER_URL="+providerURL, "OTEL_EXPORTER_OTLP_ENDPOINT="+otlp, "OTEL_SERVICE_NAME="+c.name,
		"AI_SDK_LOG_WARNINGS=false")
	cmd.Env = append(cmd.Env, c.env...)
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", c.script, output)
}

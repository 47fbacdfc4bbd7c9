package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// TestReadmeExample posts what the README has a newcomer post: the metrics it shows are those that come out, to the last digit.
func TestReadmeExample(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(gateway.Root(), "README.md"))
	require.NoError(t, err)
	section, _, ok := strings.Cut(string(readme), "\nTo see the priced spans")
	require.True(t, ok)
	want := lastBlock(t, section)

	// The commands around it.
	grep := regexp.MustCompile(`grep -E '([^']+)'`).FindStringSubmatch(section)
	file := regexp.MustCompile(`-d @(\S+) localhost:4318/v1/traces`).FindStringSubmatch(section)
	require.Len(t, grep, 2)
	require.Len(t, file, 2)
	body, err := os.ReadFile(filepath.Join(gateway.Root(), file[1]))
	require.NoError(t, err)
	shown := regexp.MustCompile(grep[1])

	_, otlp, scrapeURL, _ := defaults(t)
	gateway.Post(t, otlp+"/v1/traces", "application/json", body)
	read := func() string {
		var got strings.Builder
		for line := range strings.Lines(scrapeText(t, scrapeURL)) {
			if shown.MatchString(line) {
				got.WriteString(line)
			}
		}
		return got.String()
	}
	if !assert.Eventually(t, func() bool { return read() == want }, firstValue, 200*time.Millisecond) {
		assert.Equal(t, want, read())
	}
}

// TestReadmeIncrease lets a real Prometheus scrape the same: the first session that it ever sees is in the increase that the README asks for.
func TestReadmeIncrease(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(gateway.Root(), "README.md"))
	require.NoError(t, err)
	expr := regexp.MustCompile("`(sum\\(increase\\(llm_cost_usd_total[^`]*)`").FindSubmatch(readme)
	require.Len(t, expr, 2)
	body, err := os.ReadFile(filepath.Join(gateway.Root(), "examples", "claude-code.json"))
	require.NoError(t, err)
	_, otlp, scrapeURL, _ := defaults(t)
	server := prometheus.Start(t, true, hostOf(scrapeURL))
	gateway.Post(t, otlp+"/v1/traces", "application/json", body)
	const cost = 0.0159375
	require.Eventually(t, func() bool { return nano(server.Scalar(t, "sum(llm_cost_usd_total)")) == nano(cost) },
		firstValue, 200*time.Millisecond, "the total")
	checkIncrease(t, server.Scalar(t, string(expr[1])), cost, mostOfCounter, "the README's example")
}

// lastBlock is the text of the last fenced block.
func lastBlock(t *testing.T, markdown string) string {
	t.Helper()
	parts := strings.Split(markdown, "```\n")
	require.Greater(t, len(parts), 2)
	return parts[len(parts)-2]
}

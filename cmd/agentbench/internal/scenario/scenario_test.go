package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func lookup(name string) (string, bool) {
	v, ok := map[string]string{"TOKEN": "Bearer s3cret", "EMPTY": ""}[name]
	return v, ok
}

func TestRead(t *testing.T) {
	f, err := Read("testdata/whole.yaml", lookup)
	require.NoError(t, err)
	require.Equal(t, "Bearer s3cret", f.Target.Headers["authorization"])
	require.NotContains(t, f.Raw.(map[string]any)["target"].(map[string]any)["headers"].(map[string]any)["authorization"], "s3cret", "a report holds no secret")
	s := f.Scenarios[0]
	require.Equal(t, 20, s.ConcurrentUsers)
	require.Equal(t, Duration(time.Minute), s.TestDuration)
	require.Equal(t, Dist{Kind: "lognormal", A: 4, B: 12}, s.Turns[1].Think)
	require.Len(t, s.Data, 2)
	require.Equal(t, Arrival{Process: Gamma, Smoothness: 0.5}, f.Scenarios[1].Arrival)
	require.Equal(t, Rate(5), f.Scenarios[1].Rate)
	require.Equal(t, []Limit{
		{"error_ratio", Metric{"error_ratio", ""}, 0.01}, {"latency_p95", Metric{"latency", "p95"}, 10}, {"ttft_p95", Metric{"ttft", "p95"}, 1.5},
	}, f.Limits)
	require.Equal(t, Condition{"support.latency.p95 > 10s", "support", Metric{"latency", "p95"}, ">", 10}, f.Conditions[0])
	require.Equal(t, Duration(15*time.Second), f.Gateway.Wait)
}

// Each file of testdata/faults is refused with the lines in it that end in "# FAULT", and no others. A comment at the end says the words.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			_, err = Read(file, lookup)
			require.Error(t, err)
			var want []string
			for i, line := range strings.Split(string(text), "\n") {
				if _, words, ok := strings.Cut(line, "# FAULT "); ok {
					want = append(want, (&Fault{File: file, Line: i + 1, Text: words}).Error())
				}
			}
			require.NotEmpty(t, want)
			got := strings.Split(err.Error(), "\n")
			require.Len(t, got, len(want), "%v", err)
			for i := range want {
				place, words, _ := strings.Cut(want[i], ": ")
				require.True(t, strings.HasPrefix(got[i], place+": "), "%s, not %s", got[i], place)
				require.Contains(t, got[i], words)
			}
		})
	}
}

// A 0 that the file says is one; a key that it leaves out or merges in is not 0.
func TestZeros(t *testing.T) {
	file, err := Parse("f.yaml", []byte(`
target: {kind: http, url: "http://a/b", body: "{}"}
gateway: {otlp: "127.0.0.1:4317", wait: 0s}
scenarios: [{<<: {request_timeout: 3s}, name: a, concurrent_users: 1, requests_per_user: 1}]
capacity: {search: users, min: 1, max: 2, settle: 0s}
`), lookup)
	require.NoError(t, err)
	require.Zero(t, file.Gateway.Wait)
	require.Equal(t, Duration(3*time.Second), file.Scenarios[0].RequestTimeout)
	require.Equal(t, Capacity{Search: "users", Min: 1, Max: 2, Step: Duration(defaultStep), Precision: 0.05}, *file.Capacity)
}

func TestSyntaxAndEmptyFiles(t *testing.T) {
	for text, want := range map[string]string{"": "f.yaml:1: ", "a: [": "f.yaml:1: ", "target:\n  kind: [\n": "f.yaml:", "target: {}\ntarget: {}\n": "f.yaml:2: "} {
		_, err := Parse("f.yaml", []byte(text), lookup)
		require.ErrorContains(t, err, want)
	}
	_, err := Read("testdata/none.yaml", lookup)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzParse(f *testing.F) {
	whole, err := os.ReadFile("testdata/whole.yaml")
	require.NoError(f, err)
	f.Add(whole)
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = Parse("testdata/f.yaml", text, lookup) })
}

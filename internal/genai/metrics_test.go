package genai

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every constant that names a metric is in one of the two lists, once: what stands between clients and Prometheus reads them.
func TestEveryMetricIsListed(t *testing.T) {
	listed := map[string]int{}
	for _, m := range append(GatewayMetrics(), HostMetrics()...) {
		listed[m.Name]++
	}
	names := metricConstants(t)
	require.Greater(t, len(names), 70)
	for _, name := range names {
		assert.Equal(t, 1, listed[name], name)
	}
	for name, n := range listed {
		assert.Equal(t, 1, n, name)
	}
	assert.Contains(t, listed, "llm.budget.spent.usd")
}

// metricConstants are the values of the constants Metric…, Perf…, Host…, Process… and Langchain… of this package.
func metricConstants(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, path := range []string{"metricnames.go", "metrics.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			name := spec.Names[0].Name
			literal, ok := spec.Values[0].(*ast.BasicLit)
			if !ok || strings.HasSuffix(name, "Scope") || strings.HasSuffix(name, "Prefix") {
				return true
			}
			for _, prefix := range []string{"Metric", "Perf", "Host", "Process", "Langchain"} {
				if strings.HasPrefix(name, prefix) {
					value, err := strconv.Unquote(literal.Value)
					require.NoError(t, err)
					out = append(out, value)
				}
			}
			return true
		})
	}
	return out
}

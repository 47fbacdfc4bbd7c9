package dialect

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Numbers in the logs of agents are read as those in spans are.
func TestNumbersOfAgents(t *testing.T) {
	const none = -genai.MaxTokens * 8
	for name, c := range map[string]struct {
		value any
		want  int64
	}{
		"int": {7, 7}, "double": {7.0, 7}, "text": {" 7 ", 7}, "quoted": {`"7"`, 7}, "empty": {"", 0}, "null": {"null", 0}, "nil": {nil, 0},
		"half": {7.5, none}, "negative": {-1, none}, "word": {"many", none}, "huge": {int64(1) << 41, none}, "bool": {true, none},
	} {
		attrs := pcommon.NewMap()
		require.NoError(t, attrs.PutEmpty("n").FromRaw(c.value))
		require.Equal(t, c.want, count(attrs, "n"), name)
	}
	require.Zero(t, count(pcommon.NewMap(), "n"))
}

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// CapturesDir has what real clients sent, one OTLP request in JSON a file.
const CapturesDir = "../internal/dialect/testdata/captures"

// Captures is everything that the captured clients sent, in one request.
func Captures() (*Batch, error) {
	files, err := filepath.Glob(filepath.Join(CapturesDir, "*.json"))
	if err != nil {
		return nil, err
	}
	all := ptrace.NewTraces()
	for _, file := range files {
		if strings.Count(filepath.Base(file), ".") != 1 || strings.HasPrefix(filepath.Base(file), "TRUTH") {
			continue // logs, metrics, the bill
		}
		data, err := os.ReadFile(file) //nolint:gosec // a file of ours
		if err != nil {
			return nil, err
		}
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	if all.SpanCount() == 0 {
		return nil, fmt.Errorf("no spans in %s", CapturesDir)
	}
	return NewBatch("captures of 23 clients", all)
}

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// CapturesDir has what real clients sent, one OTLP request in JSON a file.
const CapturesDir = "../internal/dialect/testdata/captures"

// captureFiles are the traces of each client.
func captureFiles() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(CapturesDir, "*.json"))
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(file string) bool { // logs, metrics, the bill
		return strings.Count(filepath.Base(file), ".") != 1 || strings.HasPrefix(filepath.Base(file), "TRUTH")
	})
	if len(files) == 0 {
		return nil, fmt.Errorf("no spans in %s", CapturesDir)
	}
	return files, nil
}

// Captures is everything that the captured clients sent, in one request.
func Captures() (*Batch, error) {
	files, err := captureFiles()
	if err != nil {
		return nil, err
	}
	return readCaptures("captures of 23 clients", files...)
}

// readCaptures is what some clients sent, in one request.
func readCaptures(name string, files ...string) (*Batch, error) {
	all := ptrace.NewTraces()
	for _, file := range files {
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
	return NewBatch(name, all)
}

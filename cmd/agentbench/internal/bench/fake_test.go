package bench

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/report"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// agent is a fake one: so many workers, each of which takes its time for a request, those that wait first come first served.
type agent struct {
	workers chan struct{}
	takes   func(r *load.Request) time.Duration
	stall   func() time.Duration // how long nothing is begun from now on
}

func newAgent(workers int, takes time.Duration) *agent {
	return &agent{workers: make(chan struct{}, workers), takes: func(*load.Request) time.Duration { return takes }}
}

func (a *agent) Do(ctx context.Context, r *load.Request) load.Answer {
	late := load.Answer{Failure: load.Transport, Detail: "given up"}
	select {
	case a.workers <- struct{}{}:
	case <-ctx.Done():
		return late
	}
	defer func() { <-a.workers }()
	wait := a.takes(r)
	if a.stall != nil {
		wait += a.stall()
	}
	select {
	case <-time.After(wait):
		return load.Answer{Text: "yes", Status: 200}
	case <-ctx.Done():
		return late
	}
}

// parse reads a scenario file.
func parse(t testing.TB, text string) *scenario.File {
	t.Helper()
	f, err := scenario.Parse("test.yaml", []byte("target: {kind: http, url: 'http://agent/', body: '{}'}\n"+text),
		func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	return f
}

func newBench(f *scenario.File, to load.Target) *Bench {
	return &Bench{ID: "test", File: f, Target: to, OwnCPU: func() (float64, bool) { return 0, false }, Cores: 1}
}

// run runs a file in virtual time.
func run(t *testing.T, text string, to func() load.Target) *report.Report {
	t.Helper()
	var r *report.Report
	synctest.Test(t, func(t *testing.T) {
		var err error
		r, err = newBench(parse(t, text), to()).Run(t.Context())
		require.NoError(t, err)
	})
	return r
}

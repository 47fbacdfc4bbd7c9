package inturn

import (
	"context"
	"errors"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/ptracetest"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pipeline"

	"github.com/otelcol-llm/otelcol-llm/connector/inturn/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/later"
)

var (
	first = pipeline.NewIDWithName(pipeline.SignalTraces, "first")
	other = pipeline.NewIDWithName(pipeline.SignalTraces, "other")
	last  = pipeline.NewIDWithName(pipeline.SignalTraces, "last")
)

// visit is a pipeline that notes what it got, and answers.
func visit(t *testing.T, changes bool, do func(ptrace.Traces) error) consumer.Traces {
	t.Helper()
	c, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error { return do(td) },
		consumer.WithCapabilities(consumer.Capabilities{MutatesData: changes}))
	require.NoError(t, err)
	return c
}

func create(t *testing.T, pipelines []pipeline.ID, next map[pipeline.ID]consumer.Traces) (connector.Traces, error) {
	t.Helper()
	return NewFactory().CreateTracesToTraces(t.Context(), connectortest.NewNopSettings(metadata.Type), &Config{Pipelines: pipelines},
		connector.NewTracesRouter(next))
}

// TestInTurn: pipelines get the very same spans in the order of the list, also behind one that fails, and the last one can change them.
func TestInTurn(t *testing.T) {
	var order []string
	refused := errors.New("refused")
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	look := func(name string, err error) func(ptrace.Traces) error {
		return func(got ptrace.Traces) error {
			require.Equal(t, 1, got.SpanCount())
			require.False(t, got.IsReadOnly())
			order = append(order, name)
			return err
		}
	}
	c, err := create(t, []pipeline.ID{first, other, last}, map[pipeline.ID]consumer.Traces{
		last: visit(t, true, func(got ptrace.Traces) error {
			got.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetName("changed")
			return look("last", nil)(got)
		}),
		first: visit(t, false, look("first", consumererror.NewPermanent(refused))),
		other: visit(t, false, look("other", nil)),
	})
	require.NoError(t, err)
	require.False(t, c.Capabilities().MutatesData)
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	err = c.ConsumeTraces(t.Context(), td)
	require.ErrorIs(t, err, refused)
	require.True(t, consumererror.IsPermanent(err))
	require.Equal(t, []string{"first", "other", "last"}, order)
	require.Equal(t, "changed", span.Name(), "no copy")
	require.NoError(t, c.Shutdown(t.Context()))
}

// TestReadersMarkSpans: the fan-out among readers marks spans as read-only; the last pipeline gets all of them, can change them and they are
// no copies.
func TestReadersMarkSpans(t *testing.T) {
	td := ptrace.NewTraces()
	for _, service := range []string{"a", "b", "c"} {
		rs := td.ResourceSpans().AppendEmpty()
		rs.SetSchemaUrl("url of " + service)
		rs.Resource().Attributes().PutStr("service.name", service)
		ss := rs.ScopeSpans().AppendEmpty()
		ss.Scope().SetName("scope of " + service)
		ss.Spans().AppendEmpty().SetName("span of " + service)
	}
	want := ptrace.NewTraces()
	td.CopyTo(want)
	span := td.ResourceSpans().At(1).ScopeSpans().At(0).Spans().At(0)
	seen := 0
	mark := visit(t, false, func(got ptrace.Traces) error {
		require.Equal(t, want.ResourceSpans().Len(), got.ResourceSpans().Len())
		require.Equal(t, span.Name(), got.ResourceSpans().At(1).ScopeSpans().At(0).Spans().At(0).Name())
		got.MarkReadOnly()
		seen++
		return nil
	})
	c, err := create(t, []pipeline.ID{first, other, last}, map[pipeline.ID]consumer.Traces{
		first: mark, other: mark,
		last: visit(t, true, func(got ptrace.Traces) error {
			require.NoError(t, ptracetest.CompareTraces(want, got))
			got.ResourceSpans().At(1).ScopeSpans().At(0).Spans().At(0).SetName("changed")
			return nil
		}),
	})
	require.NoError(t, err)
	require.NoError(t, c.ConsumeTraces(t.Context(), td))
	require.Equal(t, 2, seen)
	require.Equal(t, "changed", span.Name(), "no copy")

	td.MarkReadOnly() // as another exporter beside the connector has it
	want = td
	require.NoError(t, c.ConsumeTraces(t.Context(), td))
	require.Equal(t, "changed", span.Name())
	require.Equal(t, 4, seen)
}

// TestWaitsComeLast: what a pipeline must wait for when it has read the spans is waited for when the last one has them, and its error is the
// sender's.
func TestWaitsComeLast(t *testing.T) {
	var order []string
	refused := errors.New("refused")
	waits, err := consumer.NewTraces(func(ctx context.Context, _ ptrace.Traces) error {
		order = append(order, "read")
		return later.Do(ctx, func() error {
			order = append(order, "waited")
			return refused
		})
	})
	require.NoError(t, err)
	c, err := create(t, []pipeline.ID{first, last}, map[pipeline.ID]consumer.Traces{
		first: waits,
		last: visit(t, true, func(ptrace.Traces) error {
			order = append(order, "last")
			return nil
		}),
	})
	require.NoError(t, err)
	require.ErrorIs(t, c.ConsumeTraces(t.Context(), ptrace.NewTraces()), refused)
	require.Equal(t, []string{"read", "last", "waited"}, order)

	td := ptrace.NewTraces()
	td.MarkReadOnly()
	order = nil
	require.ErrorIs(t, c.ConsumeTraces(t.Context(), td), refused)
	require.Equal(t, []string{"read", "last", "waited"}, order)
}

func TestWrongPipelines(t *testing.T) {
	ignore := func(ptrace.Traces) error { return nil }
	reads, changes := visit(t, false, ignore), visit(t, true, ignore)
	for name, c := range map[string]struct {
		pipelines []pipeline.ID
		next      map[pipeline.ID]consumer.Traces
		want      string
	}{
		"one that is not named": {
			[]pipeline.ID{last},
			map[pipeline.ID]consumer.Traces{first: reads, last: reads},
			`pipelines: "traces/first" has this connector as a receiver and must be named`,
		},
		"one that is not there": {
			[]pipeline.ID{first, last},
			map[pipeline.ID]consumer.Traces{last: reads},
			`pipelines[0]: "traces/first" must have this connector as a receiver`,
		},
		"one that changes": {
			[]pipeline.ID{first, last},
			map[pipeline.ID]consumer.Traces{first: changes, last: reads},
			`pipelines[0]: "traces/first" changes spans, which only the last of the list may`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := create(t, c.pipelines, c.next)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestConfig(t *testing.T) {
	load := func(pipelines ...any) error {
		cfg := NewFactory().CreateDefaultConfig().(*Config)
		require.NoError(t, confmap.NewFromStringMap(map[string]any{"pipelines": pipelines}).Unmarshal(cfg))
		return cfg.Validate()
	}
	require.NoError(t, load("traces/first", "traces"))
	require.ErrorContains(t, load(), "pipelines: must name at least one traces pipeline, got none")
	err := load("traces/first", "metrics", "traces/first")
	require.ErrorContains(t, err, `pipelines[1]: must be a traces pipeline, got "metrics"`)
	require.ErrorContains(t, err, `pipelines[2]: must be named once, got "traces/first" again`)
}

package bench

import (
	"fmt"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/connector/genaievents"
)

// SpansToRecords are genaievents with its defaults on the spans of a batch, which llmcost has priced, and marshalling the same spans.
func SpansToRecords(b *Batch) ([]Subject, error) {
	f := genaievents.NewFactory()
	c, err := f.CreateTracesToLogs(background, connectortest.NewNopSettings(f.Type()), f.CreateDefaultConfig(), consumertest.NewNop())
	if err != nil {
		return nil, err
	}
	if err := c.Start(background, componenttest.NewNopHost()); err != nil {
		return nil, err
	}
	return []Subject{consume("genaievents", b, b.Fresh, c), marshal(b)}, nil
}

// marshal is the subject that encodes a batch: what passing its spans on takes at least.
func marshal(b *Batch) Subject {
	return Subject{Name: "marshal", Unit: b.Spans, Work: func() func() {
		td := b.Fresh()
		return func() {
			if _, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td); err != nil {
				panic(fmt.Sprintf("marshal: %v", err))
			}
		}
	}}
}

func eventRows(e Effort) ([]Row, error) {
	all, err := batches()
	if err != nil {
		return nil, err
	}
	var rows []Row
	for i, b := range all {
		if b, err = Priced(b); err != nil {
			return nil, err
		}
		s, err := SpansToRecords(b)
		if err != nil {
			return nil, err
		}
		if i < 3 { // there are records
			alone, err := RecordsAlone(b)
			if err != nil {
				return nil, err
			}
			s = append(s, alone)
		}
		r, err := Compare(e, s...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, AtMost(Against(b.Name, s, r, 0, 1), eventsTarget))
		if len(s) > 2 {
			rows = append(rows, Against(b.Name, s, r, 2, 1))
		}
	}
	return rows, nil
}

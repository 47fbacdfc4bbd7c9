package bench

import (
	"fmt"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/connector/genaievents"
)

// The floors are what pdata alone takes for what a component writes, with nothing read, priced, remembered or decided.

// WrittenAlone is the subject that writes the attributes which llmcost adds to the spans of a batch.
func WrittenAlone(b *Batch) (Subject, error) {
	with, err := Priced(b)
	if err != nil {
		return Subject{}, err
	}
	before, after := SpansOf(b.Decode()), SpansOf(with.Decode())
	added := make([]pcommon.Map, len(after))
	for i, span := range after {
		added[i] = pcommon.NewMap()
		had := before[i].Attributes()
		for key, v := range span.Attributes().All() {
			if _, ok := had.Get(key); !ok {
				v.CopyTo(added[i].PutEmpty(key))
			}
		}
	}
	return Subject{Name: "pdata alone, the same attributes", Unit: b.Spans, Work: func() func() {
		td := b.Fresh()
		return func() {
			for i, span := range SpansOf(td) {
				put(added[i], span.Attributes())
			}
		}
	}}, nil
}

func put(from, to pcommon.Map) {
	if from.Len() == 0 {
		return
	}
	to.EnsureCapacity(to.Len() + from.Len())
	for key, v := range from.All() {
		switch v.Type() {
		case pcommon.ValueTypeStr:
			to.PutStr(key, v.Str())
		case pcommon.ValueTypeInt:
			to.PutInt(key, v.Int())
		default:
			to.PutDouble(key, v.Double())
		}
	}
}

// RecordsAlone is the subject that copies the records which genaievents makes of a batch.
func RecordsAlone(b *Batch) (Subject, error) {
	sink, f := new(consumertest.LogsSink), genaievents.NewFactory()
	c, err := f.CreateTracesToLogs(background, connectortest.NewNopSettings(f.Type()), f.CreateDefaultConfig(), sink)
	if err != nil {
		return Subject{}, err
	}
	if err := c.Start(background, componenttest.NewNopHost()); err != nil {
		return Subject{}, err
	}
	if err := c.ConsumeTraces(background, b.Fresh()); err != nil {
		return Subject{}, err
	}
	if err := c.Shutdown(background); err != nil {
		return Subject{}, err
	}
	if len(sink.AllLogs()) == 0 {
		return Subject{}, fmt.Errorf("no records of %s", b.Name)
	}
	records := sink.AllLogs()[0]
	return Subject{Name: "pdata alone, a copy of the same records", Unit: b.Spans, Work: func() func() {
		return func() { records.CopyTo(plog.NewLogs()) }
	}}, nil
}

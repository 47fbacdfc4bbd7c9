package otlpgrpc

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/cut"
)

// disk is how a request is kept by a storage extension: as the core exporter keeps it, so that each reads what the other has left.
type disk[T any] struct {
	signal *signal[T]
	limit  limit
	log    *zap.Logger
	lost   func() // counts a request that cannot be read
}

var _ exporterhelper.QueueBatchEncoding[xexporterhelper.Request] = disk[int]{}

// dataField is the field of the core exporters' format that has the data.
const dataField = 3

// Marshal is part of QueueBatchEncoding. The data follows a context that has none: in protobuf a message that comes twice is merged.
func (d disk[T]) Marshal(ctx context.Context, r xexporterhelper.Request) ([]byte, error) {
	req, ok := r.(*request)
	if !ok {
		return nil, fmt.Errorf("cannot store a %T", r)
	}
	out, err := d.signal.store(ctx, d.signal.none())
	if err != nil {
		return nil, err
	}
	out = protowire.AppendTag(out, dataField, protowire.BytesType)
	out = protowire.AppendVarint(out, uint64(req.bytes)) //nolint:gosec // a size
	for _, p := range req.pieces {
		out = append(out, p.Data...)
	}
	return out, nil
}

// Unmarshal is part of QueueBatchEncoding. The queue itself tells nobody of what it cannot read.
func (d disk[T]) Unmarshal(data []byte) (context.Context, xexporterhelper.Request, error) {
	ctx, decoded, err := d.signal.stored(data)
	if err == nil {
		var req *request
		req, err = d.signal.request(decoded, d.limit)
		if errors.Is(err, cut.ErrGrows) { // who took it from its sender did not think so: whole rather than lost
			req, err = d.signal.request(decoded, limit{})
		}
		if err == nil {
			return ctx, req, nil
		}
	}
	d.lost()
	d.log.Error("A request in the queue on disk cannot be read, and is lost", zap.Int("bytes", len(data)), zap.Error(err))
	return ctx, nil, err
}

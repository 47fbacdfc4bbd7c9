package otlpgrpc

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/cut"
)

// request is encoded requests that are sent as one. They stay where they are when more come, and nobody changes them.
type request struct {
	pieces []cut.Piece
	items  int
	bytes  int
}

var _ xexporterhelper.Request = (*request)(nil)

func newRequest(pieces ...cut.Piece) *request {
	r := &request{}
	for _, p := range pieces {
		r.add(p)
	}
	return r
}

func (r *request) add(p cut.Piece) {
	r.pieces = append(r.pieces, p)
	r.items += p.Items
	r.bytes += len(p.Data)
}

// ItemsCount is part of Request.
func (r *request) ItemsCount() int { return r.items }

// BytesSize is part of Request.
func (r *request) BytesSize() int { return r.bytes }

// MergeSplit is part of Request. No piece is cut here: where it comes from it was made to fit.
func (r *request) MergeSplit(
	_ context.Context, size int, sizer exporterhelper.RequestSizerType, other xexporterhelper.Request,
) ([]xexporterhelper.Request, error) {
	next := &request{}
	if other != nil {
		o, ok := other.(*request)
		if !ok {
			return nil, fmt.Errorf("cannot merge a %T into a %T", other, r)
		}
		next = o
	}
	most := limit{size: size, bytes: sizer == exporterhelper.RequestSizerTypeBytes}
	if !most.fits(r.items+next.items, r.bytes+next.bytes) {
		return pack(most, r.pieces, next.pieces), nil
	}
	for _, p := range next.pieces {
		r.add(p)
	}
	return []xexporterhelper.Request{r}, nil
}

// pack fills one request after the other, in order.
func pack(most limit, lists ...[]cut.Piece) (all []xexporterhelper.Request) {
	var last *request
	for _, list := range lists {
		for _, p := range list {
			if last == nil || !most.fits(last.items+p.Items, last.bytes+len(p.Data)) {
				last = &request{}
				all = append(all, last)
			}
			last.add(p)
		}
	}
	return all
}

// limit is how large a request may be; none when size is 0.
type limit struct {
	size  int
	bytes bool // and not items
}

func limitOf(queue configoptional.Optional[exporterhelper.QueueBatchConfig]) limit {
	if !queue.HasValue() || !queue.Get().Batch.HasValue() {
		return limit{}
	}
	batch := queue.Get().Batch.Get()
	return limit{size: int(batch.MaxSize), bytes: batch.Sizer == exporterhelper.RequestSizerTypeBytes}
}

func (l limit) fits(items, bytes int) bool {
	switch {
	case l.size == 0:
		return true
	case l.bytes:
		return bytes <= l.size
	default:
		return items <= l.size
	}
}

package otlpgrpc

import (
	"fmt"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

// rawCodec hands gRPC what is encoded already, and gives back an answer as it came.
type rawCodec struct{}

var _ encoding.CodecV2 = rawCodec{}

// Marshal is part of encoding.CodecV2. Encodings of protobuf that stand one after the other are the encoding of the merged message.
func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	req, ok := v.(*request)
	if !ok {
		return nil, fmt.Errorf("cannot send a %T", v)
	}
	out := make(mem.BufferSlice, len(req.pieces))
	for i, p := range req.pieces {
		out[i] = mem.SliceBuffer(p.Data)
	}
	return out, nil
}

// Unmarshal is part of encoding.CodecV2.
func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	answer, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("cannot receive a %T", v)
	}
	*answer = data.Materialize()
	return nil
}

// Name is part of encoding.CodecV2. Without one the content type is the usual one of gRPC.
func (rawCodec) Name() string { return "" }

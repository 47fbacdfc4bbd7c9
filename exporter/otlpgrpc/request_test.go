package otlpgrpc

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/cut"
)

var limitBytes, limitItems = exporterhelper.RequestSizerTypeBytes, exporterhelper.RequestSizerTypeItems

// sized are pieces of so many bytes, with two items each.
func sized(sizes ...int) *request {
	var pieces []cut.Piece
	for _, n := range sizes {
		pieces = append(pieces, cut.Piece{Data: make([]byte, n), Items: 2})
	}
	return newRequest(pieces...)
}

func TestMergeSplit(t *testing.T) {
	for name, c := range map[string]struct {
		have, more *request
		limit      int
		sizer      exporterhelper.RequestSizerType
		want       [][]int
	}{
		"alone":                      {sized(10, 20), nil, 100, limitBytes, [][]int{{10, 20}}},
		"merged":                     {sized(10), sized(20, 30), 100, limitBytes, [][]int{{10, 20, 30}}},
		"merged to the limit":        {sized(10), sized(20, 70), 100, limitBytes, [][]int{{10, 20, 70}}},
		"one byte more":              {sized(10), sized(20, 71), 100, limitBytes, [][]int{{10, 20}, {71}}},
		"in several":                 {sized(60, 60), sized(60, 30, 20), 100, limitBytes, [][]int{{60}, {60}, {60, 30}, {20}}},
		"too large alone":            {sized(10), sized(200, 10), 100, limitBytes, [][]int{{10}, {200}, {10}}},
		"no limit":                   {sized(1000), sized(1000), 0, limitBytes, [][]int{{1000, 1000}}},
		"items":                      {sized(1000, 1), sized(1, 1000), 4, limitItems, [][]int{{1000, 1}, {1, 1000}}},
		"nothing":                    {sized(), nil, 100, limitBytes, [][]int{nil}},
		"nothing, and then too much": {sized(), sized(60, 60), 100, limitBytes, [][]int{{60}, {60}}},
	} {
		var more xexporterhelper.Request
		if c.more != nil {
			more = c.more
		}
		got, err := c.have.MergeSplit(t.Context(), c.limit, c.sizer, more)
		require.NoError(t, err)
		var sizes [][]int
		for _, r := range got {
			r := r.(*request)
			var list []int
			bytes := 0
			for _, p := range r.pieces {
				list = append(list, len(p.Data))
				bytes += len(p.Data)
			}
			require.Equal(t, bytes, r.BytesSize(), name)
			require.Equal(t, 2*len(list), r.ItemsCount(), name)
			sizes = append(sizes, list)
		}
		require.Equal(t, c.want, sizes, name)
	}
}

package genaimetrics

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestWeight(t *testing.T) {
	for state, want := range map[string]int64{
		"": 1, "ot=th:0": 1, "ot=th:8": 2, "ot=th:c": 4, "ot=rv:abcdefabcdefab;th:fd70a3d70a3d71": 100,
		"vendor=x, ot=p:1;th:c": 4, "ot=th:ffffffffffffff": maxWeight,
		"ot=th:": 1, "ot=th:xyz": 1, "ot=th:C": 1, "ot=th:123456789abcdef": 1, "ot=rv:c": 1, "not=th:c": 1, "ot": 1,
	} {
		require.Equal(t, want, weight(state, [8]byte{1}), state)
	}
}

// Two spans in five are kept: each stands for two and a half, which no integer is, so half of them stand for two.
func TestWeightIsRightOnAverage(t *testing.T) {
	const n = 100_000
	total := int64(0)
	for i := range uint64(n) {
		var span [8]byte
		binary.BigEndian.PutUint64(span[:], i)
		w := weight("ot=th:99999999999999", span)
		require.Equal(t, w, weight("ot=th:99999999999999", span))
		total += w
	}
	require.InEpsilon(t, 2.5*n, total, 0.005)
}

func TestSampledSpansCountForAllTheyStandFor(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	s.add(call(nil)).TraceState().FromRaw("ot=th:c")
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0)
	require.EqualValues(t, 4, value(md, genai.MetricCalls))
	require.EqualValues(t, 480, value(md, genai.MetricTokens))
	require.InDelta(t, 0.000108, value(md, genai.MetricCostUSD), 0)
}

package genaimetrics

import (
	"encoding/binary"
	"strings"
)

// maxWeight is the most operations that one sampled span is believed to stand for.
const maxWeight = 1_000_000

// weight is the adjusted count of a span from the threshold that consistent probability sampling puts into the tracestate
// (`ot=th:c` kept one span in four, so it counts for four). Counts are integers, so where the count is none (two spans in
// three kept: 1.5) it is rounded up or down by the span's id, in the proportion that makes totals right on average; the same
// span always weighs the same. Without a threshold, or with one that makes no sense, a span weighs 1.
//
// https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
func weight(tracestate string, span [8]byte) int64 {
	if tracestate == "" {
		return 1
	}
	threshold, ok := samplingThreshold(tracestate)
	if !ok {
		return 1
	}
	const all = 1 << 56
	count := float64(all) / float64(all-threshold)
	if count >= maxWeight {
		return maxWeight
	}
	whole := int64(count)
	// A multiplicative hash spreads ids that a client counts up.
	spread := binary.BigEndian.Uint64(span[:]) * 0x9E3779B97F4A7C15
	if float64(spread>>11)/(1<<53) < count-float64(whole) {
		whole++
	}
	return whole
}

// samplingThreshold reads th, up to 14 hexadecimal digits of which trailing zeros are left out, from the ot entry.
func samplingThreshold(tracestate string) (uint64, bool) {
	for entry := range strings.SplitSeq(tracestate, ",") {
		value, ok := strings.CutPrefix(strings.TrimSpace(entry), "ot=")
		if !ok {
			continue
		}
		for field := range strings.SplitSeq(value, ";") {
			if digits, ok := strings.CutPrefix(field, "th:"); ok {
				return hexFraction(digits)
			}
		}
	}
	return 0, false
}

func hexFraction(digits string) (uint64, bool) {
	const most = 14
	if digits == "" || len(digits) > most {
		return 0, false
	}
	var v uint64
	for i := range most {
		v <<= 4
		if i >= len(digits) {
			continue
		}
		switch c := digits[i]; {
		case c >= '0' && c <= '9':
			v |= uint64(c - '0')
		case c >= 'a' && c <= 'f':
			v |= uint64(c-'a') + 10
		default:
			return 0, false
		}
	}
	return v, true
}

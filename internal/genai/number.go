package genai

import (
	"math"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// BadCount stands for a count that was sent and makes no sense; missing is a separate matter.
const BadCount = -1

// Count reads a token count of any attribute type. ok is false when the value says nothing (empty, "", null); n is negative
// when it says something that is no count: negative, not whole, not finite, above MaxTokens, or no number at all.
func Count(v pcommon.Value) (n int64, ok bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return Whole(v.Int()), true
	case pcommon.ValueTypeDouble:
		return countOfFloat(v.Double()), true
	case pcommon.ValueTypeStr:
		return CountOf(v.Str())
	case pcommon.ValueTypeEmpty:
		return 0, false
	default:
		return BadCount, true
	}
}

// Untold is what some senders write for a part of the counts that they were not told: -1, or what JavaScript makes of a missing number.
func Untold(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return v.Int() == -1
	case pcommon.ValueTypeDouble:
		return v.Double() == -1 || math.IsNaN(v.Double())
	case pcommon.ValueTypeStr:
		return v.Str() == "-1" || v.Str() == "NaN" || v.Str() == "undefined"
	}
	return false
}

// Whole is n, or BadCount where no count can be n.
func Whole(n int64) int64 {
	if n < 0 || n > MaxTokens {
		return BadCount
	}
	return n
}

func countOfFloat(f float64) int64 {
	if !(f >= 0 && f <= MaxTokens) || f != math.Trunc(f) {
		return BadCount
	}
	return int64(f)
}

// CountOf reads a count from a string or from the text of a JSON value.
func CountOf(s string) (n int64, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if s == "" || s == "null" || s == "None" {
		return 0, false
	}
	if len(s) > MaxNumber {
		return BadCount, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Whole(n), true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return BadCount, true
	}
	return countOfFloat(f), true
}

// MaxNumber is the longest text that is tried as a number.
const MaxNumber = 64

// Number reads a finite double of any attribute type.
func Number(v pcommon.Value) (float64, bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return float64(v.Int()), true
	case pcommon.ValueTypeDouble:
		f := v.Double()
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	case pcommon.ValueTypeStr:
		return NumberOf(v.Str())
	default:
		return 0, false
	}
}

// NumberOf reads a finite double from a string or from the text of a JSON value.
func NumberOf(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if s == "" || len(s) > MaxNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

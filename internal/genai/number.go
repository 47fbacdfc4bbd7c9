package genai

import (
	"math"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// badCount stands for a count that was sent and makes no sense; missing is a separate matter.
const badCount = -1

// Count reads a token count of any attribute type. ok is false when the value says nothing (empty, "", null); n is negative
// when it says something that is no count: negative, not whole, not finite, above MaxTokens, or no number at all.
func Count(v pcommon.Value) (n int64, ok bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return checkedCount(v.Int()), true
	case pcommon.ValueTypeDouble:
		return countOfFloat(v.Double()), true
	case pcommon.ValueTypeStr:
		return countOfText(v.Str())
	case pcommon.ValueTypeEmpty:
		return 0, false
	default:
		return badCount, true
	}
}

func checkedCount(n int64) int64 {
	if n < 0 || n > MaxTokens {
		return badCount
	}
	return n
}

func countOfFloat(f float64) int64 {
	if !(f >= 0 && f <= MaxTokens) || f != math.Trunc(f) {
		return badCount
	}
	return int64(f)
}

// countOfText reads a count from a string or from the text of a JSON value.
func countOfText(s string) (n int64, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if s == "" || s == "null" || s == "None" {
		return 0, false
	}
	if len(s) > maxNumber {
		return badCount, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return checkedCount(n), true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return badCount, true
	}
	return countOfFloat(f), true
}

// maxNumber is the longest text that is tried as a number.
const maxNumber = 64

// Number reads a finite double of any attribute type.
func Number(v pcommon.Value) (float64, bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return float64(v.Int()), true
	case pcommon.ValueTypeDouble:
		f := v.Double()
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	case pcommon.ValueTypeStr:
		return numberOfText(v.Str())
	default:
		return 0, false
	}
}

func numberOfText(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if s == "" || len(s) > maxNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// small reads a small whole number such as an attempt or an HTTP status, 0 where there is none.
func small(v pcommon.Value) int {
	f, ok := Number(v)
	if !ok || f < 0 || f > math.MaxInt32 {
		return 0
	}
	return int(f)
}

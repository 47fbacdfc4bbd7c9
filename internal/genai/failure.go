package genai

import "strings"

// Failure says how an operation ended.
type Failure uint8

// The classes of failure, in the order of the values of the `status` attribute.
const (
	Succeeded Failure = iota
	Failed
	TimedOut
	RateLimited
)

// Status is the value of the `status` attribute of llm.calls for f.
func (f Failure) Status() string {
	switch f {
	case Succeeded:
		return CallOK
	case TimedOut:
		return CallTimeout
	case RateLimited:
		return CallRateLimited
	default:
		return CallError
	}
}

// FailureOf is what the span's status and its error.type say of how an operation ended.
func FailureOf(failed bool, errType string) (Failure, string) {
	if !failed && errType == "" {
		return Succeeded, ""
	}
	switch errType {
	case "429":
		return RateLimited, errType
	case "408", "504":
		return TimedOut, errType
	}
	return ClassOf(errType), errType
}

func failureOfStatus(status string) Failure {
	for f := Succeeded; f <= RateLimited; f++ {
		if f.Status() == status {
			return f
		}
	}
	return Failed
}

// ClassOf is the class of failure that the words of an error's type or message tell of; Failed where they tell of none.
func ClassOf(s string) Failure {
	for _, row := range failureWords {
		if ContainsFold(s, row.word) {
			return row.failure
		}
	}
	return Failed
}

var failureWords = [...]struct {
	word    string
	failure Failure
}{
	{"ratelimit", RateLimited},
	{"rate_limit", RateLimited},
	{"rate limit", RateLimited},
	{"too many requests", RateLimited},
	{"toomanyrequests", RateLimited},
	{"too_many_requests", RateLimited},
	{"throttl", RateLimited},
	{"resource_exhausted", RateLimited},
	{"resourceexhausted", RateLimited},
	{"timeout", TimedOut},
	{"timed out", TimedOut},
	{"timed_out", TimedOut},
	{"deadline", TimedOut},
	{"etimedout", TimedOut},
}

// ContainsFold says whether s contains part, which is lower case, ignoring ASCII case. It does not allocate.
func ContainsFold(s, part string) bool {
	n := len(part)
	if n == 0 {
		return true
	}
	for i := 0; i+n <= len(s); i++ {
		if lower(s[i]) == part[0] && strings.EqualFold(s[i:i+n], part) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

package genai

import "strings"

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

package dialect

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// maxMessage is how much of an error message is looked at.
const maxMessage = 512

// failure fills Failure and ErrorType, and says whether the error is one of an answer that had begun.
func (r *reading) failure() (early bool) {
	kind, message, thrown := exception(r.span)
	if !telling(kind) {
		kind, message = pythonError(kind, message)
	}
	if !r.failed(thrown) {
		return false
	}
	status := 0
	if v, ok := r.f.value(vHTTPStatus); ok {
		status = small(v)
	}
	messages := [...]string{cut(r.span.Status().Message()), cut(r.f.texts[tMessage]), cut(message)}
	for i := 0; status < 400 && i < len(messages); i++ {
		status = leadingStatus(messages[i])
	}
	if status < 400 || status > 599 {
		status = 0
	}
	early = slices.ContainsFunc(messages[:], endedEarly)
	r.op.EndedEarly = early || r.answered()
	r.op.Filtered = r.f.texts[tErrorType] == "content_filter" || slices.ContainsFunc(messages[:], filtered)
	r.op.ErrorType = errorType(r.f.texts[tErrorType], kind, status)
	r.op.Failure = classify(status, r.op.ErrorType, kind, messages[:])
	return early || brokeOff(r.op.ErrorType) || r.op.Failure == genai.TimedOut
}

// failed says whether the operation failed, which senders tell in many ways.
func (r *reading) failed(thrown bool) bool {
	f := r.f
	if r.span.Status().Code() == ptrace.StatusCodeError || f.texts[tErrorType] != "" {
		return true
	}
	if strings.EqualFold(f.texts[tLevel], "error") {
		return true
	}
	if r.scope.client.failed != nil && r.scope.client.failed(r) {
		return true
	}
	if v, ok := f.value(vFinish); ok && saysError(v) {
		return true
	}
	if !thrown {
		return false
	}
	// Some say OK and leave the exception as an event. Others record exceptions that they survived.
	return r.scope.traits.throws || r.op.Kind == genai.ModelCall && r.op.UsageState == genai.UsageNone
}

func saysFalse(v pcommon.Value) bool {
	return v.Type() == pcommon.ValueTypeBool && !v.Bool() || v.Type() == pcommon.ValueTypeStr && strings.EqualFold(v.Str(), "false")
}

// saysError reads finish reasons sent as an array, a string or a JSON string.
func saysError(v pcommon.Value) bool {
	return listed(v, func(s string) bool {
		return s == "error" || len(s) > 0 && len(s) < maxMessage && s[0] == '[' && strings.Contains(s, `"error"`)
	})
}

// exception finds the first exception event. Few spans have events, and they have few.
func exception(span ptrace.Span) (kind, message string, found bool) {
	for e := range eventsOf(span) {
		if !genai.IsException(e.Name()) {
			continue
		}
		attrs := e.Attributes()
		return genai.StringOf(attrs, genai.ExceptionType), genai.StringOf(attrs, genai.ExceptionMessage), true
	}
	return "", "", false
}

// pythonError reads what Python shows of an exception, which who records all of them as "Exception" (LangSmith) makes their message:
// RateLimitError("Error code: 429 - {…}"), GeneratorExit().
func pythonError(kind, message string) (name, text string) {
	name, text, shown := strings.Cut(message, "(")
	if !shown || name == "" || name[0] < 'A' || name[0] > 'Z' || !oneWord(name) || !strings.Contains(text, ")") {
		return kind, message
	}
	return name, strings.TrimLeft(text, `"'`)
}

const maxEvents = 100

// eventsOf are the first events of a span: a sender may put any number on it.
func eventsOf(span ptrace.Span) iter.Seq[ptrace.SpanEvent] {
	return func(yield func(ptrace.SpanEvent) bool) {
		events := span.Events()
		for i := range min(events.Len(), maxEvents) {
			if !yield(events.At(i)) {
				return
			}
		}
	}
}

func cut(s string) string {
	if len(s) > maxMessage {
		return s[:maxMessage]
	}
	return s
}

// leadingStatus finds the HTTP status that client libraries put at the start of a message: "429 Too many requests",
// "Error: 500 The server had an error", "Error code: 404 - {…}", and Google's `{"error":{"code":503,…`.
func leadingStatus(s string) int {
	for _, prefix := range [...]string{
		"Error: ", "Error code: ", "HTTP ", "status code ", "Request failed with status code ", "got status: ", `{"error":{"code":`,
	} {
		s = strings.TrimPrefix(s, prefix)
	}
	if len(s) < 3 || len(s) > 3 && '0' <= s[3] && s[3] <= '9' {
		return 0
	}
	n, err := strconv.Atoi(s[:3])
	if err != nil || n < 400 || n > 599 {
		return 0
	}
	return n
}

// errorType chooses the most telling low-cardinality name: what the sender says, the HTTP status, the exception's class.
func errorType(said, exception string, status int) string {
	if telling(said) {
		return said
	}
	if status != 0 {
		return statusNames[status-400]
	}
	if telling(exception) {
		return exception
	}
	for _, s := range [...]string{said, exception} {
		if oneWord(s) {
			return s
		}
	}
	return genai.ErrorOther
}

var statusNames = func() (names [200]string) {
	for i := range names {
		names[i] = strconv.Itoa(400 + i)
	}
	return names
}()

// telling says whether s is a class of errors and no message, and more than the word "error".
func telling(s string) bool {
	switch s {
	case "Error", "Exception", "error", "unknown", "UnknownError", genai.ErrorOther:
		return false
	}
	return oneWord(s)
}

func oneWord(s string) bool {
	return s != "" && len(s) <= 80 && strings.IndexByte(s, ' ') < 0 && strings.IndexByte(s, '\n') < 0
}

// classify sorts a failure by the HTTP status where there is one, else by words.
func classify(status int, errType, exception string, messages []string) genai.Failure {
	switch status {
	case 429:
		return genai.RateLimited
	case 408, 504:
		return genai.TimedOut
	}
	for _, s := range [...]string{errType, exception} {
		if c := genai.ClassOf(cut(s)); c != genai.Failed {
			return c
		}
	}
	if status != 0 {
		return genai.Failed
	}
	for _, s := range messages {
		if c := genai.ClassOf(s); c != genai.Failed {
			return c
		}
	}
	return genai.Failed
}

package genaievents

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/limits"
)

// A record has mostAttributes at most, whatever it is of, maxAttributes of them of the configuration: a test holds the records to it.
const (
	mostAttributes = 40
	maxAttributes  = 16
)

var (
	namings    = []string{namingLangchain, namingSemconv}
	events     = []string{eventRequest, eventLLM, eventTool, eventError, eventAlert, eventEvaluation}
	classic    = []string{eventRequest, eventLLM, eventTool, eventError, eventAlert} // have a severity
	contents   = []string{contentNone, contentLength, contentHash, contentFull}
	bodies     = []string{bodyLogfmt, bodyJSON, bodyMessage}
	severities = map[string]plog.SeverityNumber{
		"trace": plog.SeverityNumberTrace, "debug": plog.SeverityNumberDebug, "info": plog.SeverityNumberInfo,
		"warn": plog.SeverityNumberWarn, "error": plog.SeverityNumberError, "fatal": plog.SeverityNumberFatal,
	}
)

// faults are the wrong keys that were found.
type faults []error

func (f *faults) refuse(ok bool, format string, args ...any) {
	if !ok {
		*f = append(*f, fmt.Errorf(format, args...))
	}
}

func (f *faults) words(key string, got, allowed []string) {
	f.refuse(len(got) > 0, "%s must have one or more of %s, got none", key, strings.Join(allowed, ", "))
	for i, word := range got {
		f.oneOf(fmt.Sprintf("%s[%d]", key, i), word, allowed)
		f.refuse(!slices.Contains(got[:i], word), "%s[%d] repeats %q", key, i, word)
	}
}

func (f *faults) oneOf(key, got string, allowed []string) {
	f.refuse(slices.Contains(allowed, got), "%s must be one of %s, got %q", key, strings.Join(allowed, ", "), got)
}

func (f *faults) share(key string, got float64) {
	f.refuse(got >= 0 && got <= 1, "%s must be from 0 to 1, got %v", key, got) // NaN too
}

func (f *faults) within(key string, got, least, most int) {
	f.refuse(got >= least && got <= most, "%s must be from %d to %d, got %d", key, least, most, got)
}

func (f *faults) duration(key string, got, least, most time.Duration, zero string) {
	if err := limits.Duration(got, least, most, zero); err != nil {
		*f = append(*f, fmt.Errorf("%s %w", key, err))
	}
}

// Validate reports every wrong key at once.
func (c *Config) Validate() error {
	var f faults
	f.words("naming", c.Naming, namings)
	f.words("events", c.Events, events)
	f.oneOf("requests", c.Requests, []string{requestsRoot, requestsAll})
	for _, event := range slices.Sorted(maps.Keys(c.Severity)) {
		f.refuse(slices.Contains(classic, event), "severity must be of %s, got %q", strings.Join(classic, ", "), event)
		_, ok := severities[c.Severity[event]]
		f.refuse(ok, "severity.%s must be trace, debug, info, warn, error or fatal, got %q", event, c.Severity[event])
	}
	f.oneOf("content", c.Content.Mode, contents)
	f.within("content.full.max_bytes", c.Content.Full.MaxBytes, 1, 65536)
	f.share("keep.ok", c.Keep.OK)
	f.share("keep.slow.keep", c.Keep.Slow.Keep)
	f.duration("keep.slow.above", c.Keep.Slow.Above, time.Millisecond, 7*24*time.Hour, "")
	f.oneOf("body", c.Body, bodies)
	f.within("max_value_bytes", c.MaxValueBytes, 32, 65536)
	f.duration("dedupe.window", c.Dedupe.Window, time.Second, 7*24*time.Hour, "off")
	f.within("dedupe.max_entries", c.Dedupe.MaxEntries, 1, 10_000_000)
	c.validateAttributes(&f)
	return errors.Join(f...)
}

func (c *Config) validateAttributes(f *faults) {
	f.refuse(len(c.Attributes) <= maxAttributes, "attributes must have at most %d entries, got %d", maxAttributes, len(c.Attributes))
	for i, a := range c.Attributes {
		f.refuse(a.Name != "", "attributes[%d].name must not be empty", i)
		f.refuse(len(a.Name) <= 256, "attributes[%d].name must have at most 256 bytes, got %d", i, len(a.Name))
		f.refuse(!ownNames[a.Name], "attributes[%d].name must not be one that the records have themselves, got %q", i, a.Name)
		f.refuse(!slices.ContainsFunc(c.Attributes[:i], func(b Attribute) bool { return b.Name == a.Name }),
			"attributes[%d].name repeats %q", i, a.Name)
		f.refuse(a.From == "" || a.From == fromSpan || a.From == fromResource,
			"attributes[%d].from must be span or resource, got %q", i, a.From)
	}
}

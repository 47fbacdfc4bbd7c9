package genaimetrics

import (
	"fmt"
	"strings"

	"github.com/prometheus/otlptranslator"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The namers of the Prometheus exporters, for scrapes and, but for the first underscore, for remote write. Two attributes that become one
// label make them join the values; one that becomes a label which they set themselves, or none, makes them drop the metric.
var (
	scrapeNamer = otlptranslator.LabelNamer{PreserveMultipleUnderscores: true}
	writeNamer  = otlptranslator.LabelNamer{}
)

// labelOwners are the labels that a series has in Prometheus, and whose each is.
type labelOwners map[string]string

// take says whose the attribute's label is already, or makes it owner's.
func (l labelOwners) take(attribute, owner string) (label, taken string) {
	scraped, err := scrapeNamer.Build(attribute)
	if err != nil {
		return "", "no label at all"
	}
	if strings.HasPrefix(scraped, "__") {
		return scraped, "Prometheus' own"
	}
	label, err = writeNamer.Build(attribute)
	if err != nil {
		return "", "no label at all"
	}
	if strings.HasPrefix(label, "_") {
		label = "key" + label
	}
	if strings.HasPrefix(label, "otel_scope_") {
		return label, "the scope's"
	}
	if taken = l[label]; taken == "" {
		l[label] = owner
	}
	return label, taken
}

// builtinLabels are those that the series have without any dimension: from the exporters, from the metrics of the namings that are on, and from
// what perfstats tells of them.
func builtinLabels(naming []string) labelOwners {
	l := labelOwners{
		"job": "the gateway's service.name", "instance": "the gateway's service.instance.id", "le": "that of histogram buckets",
	}
	for _, name := range [...]string{
		genai.AttrOverflow, genai.AttrComponentID, genai.AttrScope, genai.AttrStat, genai.AttrState, genai.AttrCache,
	} {
		l.take(name, "that of "+name)
	}
	for i := range families {
		if !families[i].enabledBy(naming) {
			continue
		}
		for _, k := range families[i].keys {
			l.take(k.name, "that of "+k.name)
		}
	}
	return l
}

// validateLabels refuses dimensions that have no label of their own in Prometheus.
func (c *Config) validateLabels() []error {
	var errs []error
	labels := builtinLabels(c.Naming)
	for i, d := range c.Dimensions {
		if d.Name == "" {
			continue
		}
		if label, taken := labels.take(d.Name, fmt.Sprintf("that of dimensions[%d] (%s)", i, d.Name)); taken != "" {
			errs = append(errs, fmt.Errorf("dimensions[%d].name must become a label of its own in Prometheus, got %q: %q is %s", i, d.Name, label, taken))
		}
	}
	return errs
}

//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

// Package perfstats passes metrics on and adds gauges to them: latency percentiles, rates, ratios, concurrency, quality and health over
// a sliding window, so that no recording rule is needed to read them.
package perfstats

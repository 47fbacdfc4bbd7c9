//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

// Package requestsize refuses what no request to the backend could carry: a span, log record or data point that alone is larger than
// the largest request. The exporters cut requests to their size between items, and lose an item that is larger, and all that is
// behind it in its request.
package requestsize

// Package delivery is an extension that watches whether exporters deliver, from the Collector's own metrics: an exporter that has something
// to send and delivers nothing for a while gets an error status, which the health check tells. It also bounds the shutdown: behind a
// backend that hangs the Collector would wait for minutes, or for ever.
package delivery

//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

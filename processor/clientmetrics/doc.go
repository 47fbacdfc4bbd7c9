//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

// Package clientmetrics stands between clients' metrics and the gateway's Prometheus endpoint: it leaves out what would end up as
// series of the gateway, and keeps the series of clients apart that Prometheus would take for one.
package clientmetrics

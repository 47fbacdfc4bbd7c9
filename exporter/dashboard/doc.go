//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

// Package dashboard keeps metrics and alerts in this process and shows them: a page, Prometheus' query API, and an API for the page.
package dashboard

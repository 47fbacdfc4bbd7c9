//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

// Package alertnotify brings alert log records to people: to Alertmanager, which wants to hear of an open alert again and again, and to
// webhooks, which want each transition once. An alert is on disk before its record is acknowledged.
package alertnotify

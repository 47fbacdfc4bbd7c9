// Package hostresources is a receiver that reads the machine the gateway runs on, or the container if cgroup limits apply, and
// the processes that the configuration names. It samples every sample_interval and reports, each collection_interval, what
// holds now, the average and the peak.
package hostresources

//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

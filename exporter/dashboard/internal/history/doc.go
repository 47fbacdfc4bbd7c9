// Package history keeps metrics in Prometheus' time series database, inside this process, and answers PromQL. It is the only package that
// imports Prometheus.
//
// Two databases share a directory: what comes in, kept for weeks, and what is recorded of it every hour and every day, kept for 400 days.
// The database panics where it cannot write chunks of its head, and would take the gateway with it. So whatever makes it write runs in
// goroutines of this package, under a guard: a database that panicked is left alone for good and another one is opened in its place.
package history

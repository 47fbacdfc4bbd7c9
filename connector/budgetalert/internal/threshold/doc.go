// Package threshold watches metrics and spans: a value beyond a threshold for long enough is an alert, once, until it is well inside again.
//
// Config is one threshold, Step the state machine of one series of it, Evaluator the machines of all series with their marks in the
// ledger. Of metrics it takes gauges and sums that go up and down; of a counter (`rate: true`) its rate per second. Histograms and
// summaries are refused, once in words and then counted: perfstats makes gauges of them.
package threshold

// Package bench measures otelcol-llm's parts against the peers that a user would choose instead, in one process, on the same
// spans, in turns, and reports ratios: a ratio survives a change of machine, a nanosecond does not. Run it from this
// directory; see README.md.
package bench

//go:build race

package budget

// The race detector makes the run several times as long; `make test` runs it in full without, too.
const oracleCalls = 60_000

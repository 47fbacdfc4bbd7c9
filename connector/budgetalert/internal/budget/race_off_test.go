//go:build !race

package budget

const oracleCalls = 1_000_000

// Package budgetalert watches what is spent: it counts the cost of model calls against budgets in a ledger that survives a crash, and
// raises an alert record where a budget or a threshold is crossed. See README.md.
//
//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml
package budgetalert

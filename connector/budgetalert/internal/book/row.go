// Package book is the durable record of money: what was spent per UTC hour by whom on what.
package book

// Row says whose a spend is. Keys are the values of `book.by`, in its order.
type Row struct {
	Service, Provider, Model, Agent string
	Keys                            []string
}

// TokenTypes is how many disjoint types of tokens there are: input_uncached, cache_read, cache_write, output_visible, reasoning.
const TokenTypes = 5

// Sums is what a row adds up. Amounts of money are nano-USD.
type Sums struct {
	NanoUSD, SavedNanoUSD   int64
	Calls, Failed, Unpriced int64
	Tokens                  [TokenTypes]int64 // in the order of the types above
}

// Entry is what one call adds to one row of one hour.
type Entry struct {
	Hour int64 // Unix hours, UTC
	Row  Row
	Sums Sums
}

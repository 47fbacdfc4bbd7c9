package budget

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// Spend is one model call as the budgets see it.
type Spend struct {
	ID  uint64    // made with the ledger's Hasher; never 0
	End time.Time // the period it belongs to
	// Sums is what it adds; NanoUSD is 0 where it is unpriced.
	book.Sums
	Trace [16]byte
	Span  [8]byte
	Row   book.Row
	// Shares are the budgets that count it: those whose `where` it meets.
	Shares []Share
}

// Share says which group of which budget a call belongs to.
type Share struct {
	Budget int      // index in the list that the engine was given last
	Group  []string // values of the budget's group keys, in their order; "" where the key is missing
	Run    string   // the conversation, else the trace; for budgets of period run
}

// Level is where a budget, or one group of it, stands.
type Level struct {
	Budget       string
	Period       string // day, rolling 24h …
	Keys, Values []string
	Overflow     bool // the group of those that came when there were too many
	Unit         Unit
	Timezone     string    // its IANA name
	Start, End   time.Time // of the period; zero where it has none
	// Amounts in the unit, for people. A level without a limit (of the overflow group) has Limit 0.
	Limit, Spent, Remaining, Utilization float64
	Forecast                             float64 // only with HasForecast
	HasForecast                          bool
}

// Stats counts what is in no total.
type Stats struct {
	Late, Future, Bad Apart
	RunsOverflow      int64 // calls of runs that came when too many were open
	GroupsOverflow    int64 // calls of groups that came when there were too many; they are in the overflow group
	OpenRuns          int
	Differ            []string // budgets of which another replica has other limits, or none
}

// Apart is what was counted apart, for one reason.
type Apart struct{ Calls, NanoUSD int64 }

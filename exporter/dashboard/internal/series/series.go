// Package series has what the pages of the dashboard ask of the history and what it answers, without a type of the database behind it.
package series

import (
	"context"
	"time"
)

// Labels are a series' name (under __name__, where the expression kept it) and labels.
type Labels map[string]string

// Point is a value at a time.
type Point struct {
	At    time.Time
	Value float64
}

// Sample is one series of the answer for one moment.
type Sample struct {
	Labels Labels
	Point
}

// Line is one series of the answer for a range.
type Line struct {
	Labels Labels
	Points []Point
}

// Querier evaluates PromQL. A series without a value at a moment is not in the answer: an empty answer means not known, never 0.
type Querier interface {
	// Instant evaluates an expression that gives numbers (a vector or a scalar).
	Instant(ctx context.Context, expr string, at time.Time) ([]Sample, error)
	// Range evaluates it at start, start+step ... up to end.
	Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) ([]Line, error)
}

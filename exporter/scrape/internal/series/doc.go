// Package series keeps the last point of every series that was put in, and writes them all as Prometheus reads them. What a scrape writes of
// a series that does not change, its labels, is made once, when the series is first seen; a scrape adds numbers to it.
package series

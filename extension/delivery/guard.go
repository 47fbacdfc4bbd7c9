package delivery

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"
)

// guard ends a process whose shutdown takes too long.
type guard struct {
	timeout time.Duration
	logger  *zap.Logger
	read    func(context.Context) (map[line]reading, error)
	exit    func(int)
	timer   *time.Timer
}

func (g *guard) start() {
	if g.timeout > 0 {
		g.timer = time.AfterFunc(g.timeout, g.end)
	}
}

func (g *guard) stop() {
	if g.timer != nil {
		g.timer.Stop()
	}
}

func (g *guard) end() {
	left := []string{"unknown: the gateway's own metrics cannot be read"}
	if all, err := g.read(context.Background()); err == nil {
		left = undelivered(all)
	}
	g.logger.Error("The shutdown took longer than shutdown_timeout: the process ends now, and what exporters have not delivered is lost "+
		"unless their queue has a storage or the sender has it still",
		zap.Duration("shutdown_timeout", g.timeout), zap.Strings("undelivered", left))
	_ = g.logger.Sync()
	g.exit(1)
}

// undelivered names what exporters still hold.
func undelivered(all map[line]reading) []string {
	left := []string{}
	for _, l := range slices.SortedFunc(maps.Keys(all), func(a, b line) int {
		return cmp.Or(cmp.Compare(a.exporter, b.exporter), cmp.Compare(a.signal, b.signal))
	}) {
		if r := all[l]; r.queued > 0 || r.inFlight > 0 {
			left = append(left, fmt.Sprintf("%s of %s: queue size %.0f, requests in flight %.0f", l.signal, l.exporter, r.queued, r.inFlight))
		}
	}
	return left
}

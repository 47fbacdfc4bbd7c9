package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// shareWindow is as long as the interval in which metrics are exported and scraped: each window has one of each, whatever it has of spans.
	shareWindow  = 15 * time.Second
	shareWindows = 3
	shareWarmUp  = 10 * time.Second
	shareSenders = 4
)

// dashboardRows compare the default configuration with the same without the dashboard: under load, with a page open, and when nothing comes.
func dashboardRows(Effort) ([]Row, error) {
	return withBinary(func(dir, binary string) (rows []Row, err error) {
		without := filepath.Join(dir, "no-dashboard.yaml")
		if err := writeChanged(without, dropDashboard); err != nil {
			return nil, err
		}
		agents, err := AgentMix()
		if err != nil {
			return nil, err
		}
		calls, err := CallsOnly(100, FourModels)
		if err != nil {
			return nil, err
		}
		for _, b := range []*Batch{agents, calls} {
			more, err := sharesOf(b, Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: without}, b == agents)
			rows = append(rows, more...)
			if err != nil {
				return rows, err
			}
		}
		return rows, nil
	})
}

// sharesOf sends each request to both gateways, one after the other, the first of them in turns: what else the machine does meanwhile meets
// both alike.
func sharesOf(b *Batch, with, without Setup, all bool) (rows []Row, err error) {
	backend, err := StartBackend()
	if err != nil {
		return nil, err
	}
	defer backend.Stop()
	var lanes []*lane
	for i, setup := range []Setup{with, without} {
		l, err := openLane(setup, backend.Address, "", b, shareSenders, uint8(i*shareSenders)) //nolint:gosec // it fits
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, l.close()) }()
		lanes = append(lanes, l)
	}
	if _, err := together(shareWarmUp, lanes[0].load, lanes[1].load); err != nil {
		return nil, err
	}
	s, err := measureShare(lanes)
	if err != nil {
		return nil, err
	}
	if rows = append(rows, AtMost(s.row(b.Name), partTarget)); !all {
		return rows, nil
	}
	close := openPage(lanes[0].gateway.Dashboard)
	s, err = measureShare(lanes)
	if err = errors.Join(err, close()); err != nil {
		return rows, err
	}
	rows = append(rows, s.row(b.Name+", and a page is open"))
	idle, err := idleRow(lanes)
	return append(rows, idle), err
}

// partShare is what two gateways took that got the same requests at the same time, by window.
type partShare struct {
	cpu   [2][]time.Duration
	spans []int
}

func measureShare(lanes []*lane) (s partShare, err error) {
	for range shareWindows {
		before, err := cpuOf(lanes)
		if err != nil {
			return s, err
		}
		spans, err := together(shareWindow, lanes[0].load, lanes[1].load)
		if err != nil {
			return s, err
		}
		after, err := cpuOf(lanes)
		if err != nil {
			return s, err
		}
		s.spans = append(s.spans, spans)
		for i := range lanes {
			s.cpu[i] = append(s.cpu[i], after[i]-before[i])
		}
	}
	return s, nil
}

func cpuOf(lanes []*lane) (used [2]time.Duration, err error) {
	for i, l := range lanes {
		if used[i], err = l.gateway.CPU(); err != nil {
			return used, err
		}
	}
	return used, nil
}

// idleRow is what gateways take in a window in which nothing comes and the one before is done with. It has no target: both are next to nothing.
func idleRow(lanes []*lane) (Row, error) {
	time.Sleep(2 * settle)
	before, err := cpuOf(lanes)
	if err != nil {
		return Row{}, err
	}
	time.Sleep(shareWindow)
	after, err := cpuOf(lanes)
	perSecond := func(i int) float64 { return float64((after[i] - before[i]).Milliseconds()) / shareWindow.Seconds() }
	return Row{
		What: "CPU of the gateway when nothing comes", Ratio: perSecond(0) / perSecond(1),
		Ours: fmt.Sprintf("default configuration: %.1f ms a second", perSecond(0)), Peer: fmt.Sprintf("without the dashboard: %.1f ms a second", perSecond(1)),
	}, err
}

// together has every sender send its requests to both until the time is over; it is how many spans each of them got.
func together(length time.Duration, loads ...*Load) (spans int, err error) {
	ctx, cancel := context.WithTimeout(background, length)
	defer cancel()
	sent := make([]int, shareSenders)
	var group errgroup.Group
	for sender := range shareSenders {
		group.Go(func() error {
			for ; ctx.Err() == nil; sent[sender]++ {
				for k := range loads {
					if err := loads[(k+sent[sender])%len(loads)].one(sender); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	err = group.Wait()
	for _, n := range sent {
		spans += n * loads[0].batches[0].Spans
	}
	return spans, err
}

// ratios are of the windows, the lowest first.
func (s *partShare) ratios() []float64 {
	var all []float64
	for i := range s.spans {
		all = append(all, float64(s.cpu[0][i])/float64(s.cpu[1][i]))
	}
	slices.Sort(all)
	return all
}

// perSpan is what a span took in all windows.
func (s *partShare) perSpan(i int) float64 {
	var cpu time.Duration
	spans := 0
	for w, n := range s.spans {
		cpu += s.cpu[i][w]
		spans += n
	}
	return float64(cpu.Microseconds()) / float64(spans)
}

// row compares what all windows took: a median would leave out what comes once a minute.
func (s *partShare) row(what string) Row {
	all := s.ratios()
	row := Row{What: "CPU of the gateway, " + what, Ratio: s.perSpan(0) / s.perSpan(1)}
	row.Ours = fmt.Sprintf("default configuration: %.1f µs a span; %.3f to %.3f by windows of %v", s.perSpan(0), all[0], all[len(all)-1], shareWindow)
	row.Peer = fmt.Sprintf("without the dashboard: %.1f µs a span", s.perSpan(1))
	return row
}

// dropDashboard takes the dashboard out of all pipelines.
func dropDashboard(conf map[string]any) error {
	removed := 0
	for _, p := range conf["service"].(map[string]any)["pipelines"].(map[string]any) {
		removed += dropExporter(p.(map[string]any), "dashboard")
	}
	if removed == 0 {
		return errors.New("the default configuration has no dashboard")
	}
	return nil
}

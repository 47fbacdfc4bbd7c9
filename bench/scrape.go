package bench

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// Fleet is one trace of a model call, a tool and two steps for each of agents services and each of models models.
func Fleet(agents, models int) (*Batch, error) {
	names, err := pricedModels(models)
	if err != nil {
		return nil, err
	}
	td := ptrace.NewTraces()
	for agent := range agents {
		rs := td.ResourceSpans().AppendEmpty()
		fillResource(rs.Resource().Attributes(), agent)
		spans := newScope(rs, "@opentelemetry/instrumentation-openai")
		m := Mix{Calls: 1, Tools: 1, Steps: 2, Models: names}
		for n := range models {
			m.appendTrace(agent*models+n, spans, spans, spans)
		}
	}
	return NewBatch(fmt.Sprintf("%d models × %d agents", models, agents), td)
}

// pricedModels are n models that the table has for the provider of fillCall.
func pricedModels(n int) ([]string, error) {
	table := pricing.Default()
	var names []string
	for m := range table.All() {
		if !slices.Contains(names, m.ID) && table.Find("openai", m.ID) != nil {
			names = append(names, m.ID)
		}
		if len(names) == n {
			return names, nil
		}
	}
	return nil, fmt.Errorf("the table has %d models of openai, want %d", len(names), n)
}

// scrapeWait is a little over the time after which genaimetrics shows a new series' value.
const scrapeWait = 47 * time.Second

// Scraped is what a scrape of the default configuration is, after it saw a batch and sent its metrics once.
type Scraped struct {
	OpenMetrics, Protobuf int // bytes
	P50, P99              time.Duration
}

// Scrape measures the sizes of a scrape of a configuration, and how long one takes while a sender sends load, one request after the other.
func Scrape(setup Setup, b, load *Batch, scrapes int) (Scraped, error) {
	backend, err := StartBackend()
	if err != nil {
		return Scraped{}, err
	}
	defer backend.Stop()
	l, err := openLane(setup, backend.Address, "", b, 1, 0)
	if err != nil {
		return Scraped{}, err
	}
	s, err := l.scrapes(load, scrapes)
	return s, errors.Join(err, l.close())
}

func (l *lane) scrapes(load *Batch, n int) (s Scraped, err error) {
	if _, _, err = l.load.Send(3); err != nil {
		return s, err
	}
	time.Sleep(scrapeWait)
	if s.Protobuf, err = l.gateway.scrape(protobuf); err != nil {
		return s, err
	}
	if s.OpenMetrics, err = l.gateway.scrape(openMetrics); err != nil {
		return s, err
	}
	sender, err := NewLoad(l.gateway.OTLP, load, 1, 100)
	if err != nil {
		return s, err
	}
	ended := make(chan struct{})
	var group errgroup.Group
	group.Go(func() error {
		for {
			select {
			case <-ended:
				return sender.Close()
			default:
			}
			if _, _, err := sender.Send(1); err != nil {
				return errors.Join(err, sender.Close())
			}
		}
	})
	s.P50, s.P99, err = l.gateway.scrapeTimes(n)
	close(ended)
	return s, errors.Join(err, group.Wait())
}

func (g *Gateway) scrapeTimes(n int) (p50, p99 time.Duration, err error) {
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		if _, err := g.scrape(openMetrics); err != nil {
			return 0, 0, err
		}
		took[i] = time.Since(start)
		time.Sleep(scrapePause)
	}
	slices.Sort(took)
	return took[n/2], took[n*99/100], nil
}

const scrapePause = 200 * time.Millisecond

// useContribs puts contrib's exporter in the place of ours.
func useContribs(conf map[string]any) error {
	exporters := conf["exporters"].(map[string]any)
	exporters["prometheus"] = exporters["scrape"]
	delete(exporters, "scrape")
	replaced := 0
	for _, p := range conf["service"].(map[string]any)["pipelines"].(map[string]any) {
		names := p.(map[string]any)["exporters"].([]any)
		if at := slices.Index(names, any("scrape")); at >= 0 {
			names[at] = "prometheus"
			replaced++
		}
	}
	if replaced == 0 {
		return errors.New("no pipeline ends in scrape")
	}
	return nil
}

// scrapeRows say how large a scrape of the default configuration is, and how long it takes under load, beside contrib's exporter.
func scrapeRows(e Effort) ([]Row, error) {
	return withBinary(func(dir, binary string) ([]Row, error) {
		fleet, err := Fleet(20, 100)
		if err != nil {
			return nil, err
		}
		load, err := AgentMix()
		if err != nil {
			return nil, err
		}
		contribs := filepath.Join(dir, "contrib-scrape.yaml")
		if err := writeChanged(contribs, useContribs); err != nil {
			return nil, err
		}
		var all []Scraped
		for _, config := range []string{defaultConfig, contribs} {
			s, err := Scrape(Setup{Binary: binary, Config: config}, fleet, load, 100*max(e.Rounds/5, 1))
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
		ours, theirs := all[0], all[1]
		return []Row{
			AtMost(Row{
				What: "a scrape of /metrics in MB, " + fleet.Name, Ours: ours.size(), Peer: "contrib's exporter: " + theirs.size(),
				Ratio: float64(ours.OpenMetrics) / 1e6,
			}, scrapeTarget),
			AtMost(Row{
				What: "p99 of a scrape in s, beside one sender of " + load.Name, Ours: ours.times(), Peer: "contrib's exporter: " + theirs.times(),
				Ratio: ours.P99.Seconds(),
			}, scrapeTimeTarget),
		}, nil
	})
}

func (s *Scraped) size() string {
	return fmt.Sprintf("%.1f MB OpenMetrics, %.1f MB protobuf with native histograms", float64(s.OpenMetrics)/1e6, float64(s.Protobuf)/1e6)
}

func (s *Scraped) times() string {
	return fmt.Sprintf("p50 %d ms, p99 %d ms", s.P50.Milliseconds(), s.P99.Milliseconds())
}

package bench

import (
	"fmt"
	"slices"
	"time"

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

// ScrapeSize is what Prometheus scrapes from the default configuration after it saw a batch and sent its metrics once.
func ScrapeSize(binary string, b *Batch) (text, protobuf int, err error) {
	backend, err := StartBackend()
	if err != nil {
		return 0, 0, err
	}
	defer backend.Stop()
	l, err := openLane(Setup{Binary: binary, Config: defaultConfig}, backend.Address, "", b, 1, 0)
	if err != nil {
		return 0, 0, err
	}
	_, _, err = l.load.Send(3)
	if err == nil {
		time.Sleep(scrapeWait)
		text, protobuf, err = l.gateway.Scrape()
	}
	if stop := l.close(); err == nil {
		err = stop
	}
	return text, protobuf, err
}

// scrapeRows say how large a scrape of the default configuration is.
func scrapeRows(Effort) ([]Row, error) {
	return withBinary(func(_, binary string) ([]Row, error) {
		fleet, err := Fleet(20, 100)
		if err != nil {
			return nil, err
		}
		text, protobuf, err := ScrapeSize(binary, fleet)
		size := fmt.Sprintf("%.1f MB text, %.1f MB protobuf with native histograms", float64(text)/1e6, float64(protobuf)/1e6)
		return []Row{AtMost(Row{What: "a scrape of /metrics in MB, " + fleet.Name, Ours: size, Peer: "–", Ratio: float64(text) / 1e6}, scrapeTarget)}, err
	})
}

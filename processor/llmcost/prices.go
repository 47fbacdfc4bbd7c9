package llmcost

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/pricefile"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

var (
	reloadOK    = metric.WithAttributeSet(attribute.NewSet(attribute.String("result", "ok")))
	reloadError = metric.WithAttributeSet(attribute.NewSet(attribute.String("result", "error")))
)

// priceFilePoll is how often the price file is looked at. Polling, unlike a file watch, works for a mounted ConfigMap, whose
// file is a link that moves, and on network file systems.
const priceFilePoll = time.Second

// rows reads your own price rows: the inline ones, then those of the file.
func (c *PricesConfig) rows() ([]pricing.Row, error) {
	var inline, file []pricing.Row
	var inlineErr, fileErr error
	if len(c.Models) > 0 {
		inline, inlineErr = pricefile.FromConfig(c.Models, "prices::models")
	}
	if c.File != "" {
		if file, fileErr = pricefile.ParseFile(c.File); fileErr != nil {
			fileErr = fmt.Errorf("prices::file: %w", fileErr)
		}
	}
	return append(inline, file...), errors.Join(inlineErr, fileErr)
}

// model is the fallback row for unknown models: nil unless the action is estimate. Rates that are not used must make
// sense too, or switching the action would be the moment to find out.
func (c *UnknownModelConfig) model() (*pricing.Model, error) {
	if len(c.Prices) == 0 {
		if c.Action == unknownEstimate {
			return nil, errors.New("unknown_model::prices: must name the rates to estimate with, got none")
		}
		return nil, nil
	}
	row, err := pricefile.Inline(c.Prices, "unknown_model::prices")
	if err != nil {
		return nil, err
	}
	model, err := pricing.Default().NewModel(row)
	if c.Action != unknownEstimate {
		model = nil
	}
	return model, err
}

// factors are the contracts by the table's id of the provider.
func (c *Config) factors(rows []pricing.Row) (map[string]pricing.Factor, error) {
	table := pricing.Default()
	factors := make(map[string]pricing.Factor, len(c.PriceFactor))
	named := make(map[string]string, len(c.PriceFactor))
	var errs []error
	for _, provider := range slices.Sorted(maps.Keys(c.PriceFactor)) {
		factor, err := pricing.ParseFactor(fmt.Sprint(c.PriceFactor[provider]))
		id := table.Provider(provider)
		other, twice := named[id]
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("price_factor::%s: %w", provider, err))
		case twice:
			errs = append(errs, fmt.Errorf("price_factor::%s: is the same provider as price_factor::%s (%s), give it one factor", provider, other, id))
		case !table.Sells(provider) && !slices.ContainsFunc(rows, func(r pricing.Row) bool { return table.Provider(r.Provider) == id }):
			errs = append(errs, fmt.Errorf("price_factor::%s: must be a provider of the price table or of your own rows (llmprice models lists them)", provider))
		}
		factors[id], named[id] = factor, provider
	}
	return factors, errors.Join(errs...)
}

// usePrices makes rows and the built-in table the prices from now on.
func (s *state) usePrices(rows []pricing.Row) error {
	factors, err := s.cfg.factors(rows)
	if err != nil {
		return err
	}
	fallback, err := s.cfg.UnknownModel.model()
	if err != nil {
		return err
	}
	table, err := pricing.Default().With(rows)
	if err != nil {
		return err
	}
	s.prices.Store(&policy{
		reported: s.cfg.ReportedCost,
		fallback: pricedModel{model: fallback, speaks: speaks(fallback)},
		matches:  newMatches(table, factors, s.cfg.LocalServers),
	})
	return nil
}

// watchPrices reads the price file again whenever it has changed, until ctx ends.
func (s *state) watchPrices(ctx context.Context) {
	defer close(s.done)
	if s.cfg.Prices.File == "" {
		return
	}
	last := s.fileSeen
	for range ticks.Until(ctx.Done(), priceFilePoll) {
		if now := stateOf(s.cfg.Prices.File); now != last {
			last = now
			s.reloadPrices(ctx)
		}
	}
}

func (s *state) reloadPrices(ctx context.Context) {
	rows, err := s.cfg.Prices.rows()
	if err == nil {
		err = s.usePrices(rows)
	}
	if err != nil {
		s.telemetry.LlmcostPriceFileReloads.Add(ctx, 1, reloadError)
		s.logger.Error("The price file is not usable, the prices from before hold", zap.Error(err))
		componentstatus.ReportStatus(s.host, componentstatus.NewRecoverableErrorEvent(err))
		return
	}
	componentstatus.ReportStatus(s.host, componentstatus.NewEvent(componentstatus.StatusOK))
	s.telemetry.LlmcostPriceFileReloads.Add(ctx, 1, reloadOK)
	s.logger.Info("Read the changed price file", zap.String("file", s.cfg.Prices.File), zap.Int("rows", len(rows)))
}

// fileState changes when a file does: when it is written, replaced or removed.
type fileState struct {
	modified time.Time
	size     int64
}

// stateOf is the zero state for no file and for one that cannot be looked at.
func stateOf(name string) fileState {
	info, err := os.Stat(name)
	if err != nil {
		return fileState{}
	}
	return fileState{info.ModTime(), info.Size()}
}

package scrape

import (
	"io"
	"net/http"
	"time"

	"github.com/prometheus/common/expfmt"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/exporter/scrape/internal/series"
)

type handler struct {
	store       *series.Store
	openMetrics bool
	log         *zap.Logger
}

// ServeHTTP answers in the format and the compression that the request asks for.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	negotiate := expfmt.Negotiate
	if h.openMetrics {
		negotiate = expfmt.NegotiateIncludingOpenMetrics
	}
	format := negotiate(r.Header)
	w.Header().Set("Content-Type", string(format))
	encoding := negotiateEncoding(r.Header.Values("Accept-Encoding"))
	if encoding != identity {
		w.Header().Set("Content-Encoding", encoding)
	}
	out := compressors[encoding].writer(w)
	err := h.store.Scrape(out, format, time.Now())
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		h.log.Debug("A scrape was not read to its end", zap.Error(err))
	}
}

// unclosed leaves its writer open.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/storage"
)

// selfJob is the label job of what this gateway says about itself, as of a Prometheus that scrapes it.
const selfJob = "otelcol-llm"

// AppendText adds metrics in Prometheus' text format or OpenMetrics, as scraped at now. What follows a line that cannot be read is lost.
func (h *History) AppendText(ctx context.Context, text []byte, contentType string, now time.Time) error {
	parser, err := textparse.New(text, contentType, labels.NewSymbolTable(), textparse.ParserOptions{
		FallbackContentType: "text/plain", OpenMetricsSkipSTSeries: true,
	})
	if parser == nil {
		return err
	}
	var unread error
	err = h.append(ctx, 1, func(w *appender) error {
		unread = readText(w, parser, at(now))
		return nil
	})
	return errors.Join(err, unread)
}

func readText(w *appender, p textparse.Parser, now int64) error {
	var family string
	var about metadata.Metadata
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot be read: %w", err)
		}
		switch entry {
		case textparse.EntryType:
			name, kind := p.Type()
			about = of(&family, string(name), about)
			about.Type = kind
		case textparse.EntryHelp:
			name, help := p.Help()
			about = of(&family, string(name), about)
			about.Help = string(help)
		case textparse.EntryUnit:
			name, unit := p.Unit()
			about = of(&family, string(name), about)
			about.Unit = string(unit)
		case textparse.EntrySeries:
			_, when, v := p.Series()
			t := now
			if when != nil {
				t = *when
			}
			var ls labels.Labels
			p.Labels(&ls)
			b := labels.NewBuilder(ls)
			if !ls.Has("job") {
				b.Set("job", selfJob)
			}
			_, _ = w.Append(0, b.Labels(), p.StartTimestamp(), t, v, nil, nil, storage.AOptions{MetricFamilyName: family, Metadata: about})
		}
	}
}

// of begins anew what is known about a family with the first line of another one.
func of(family *string, name string, about metadata.Metadata) metadata.Metadata {
	if *family == name {
		return about
	}
	*family = name
	return metadata.Metadata{}
}

// Series is how many series are in memory.
func (h *History) Series() uint64 {
	db, err := h.raw.get()
	if err != nil {
		return 0
	}
	return db.Head().NumSeries()
}

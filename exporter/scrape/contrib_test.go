package scrape

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"
)

// settings is an exporter's configuration but for its address.
type settings = map[string]any

// side is an exporter under test, behind a socket of its own.
type side struct {
	exporter.Metrics
	client *http.Client
}

func startSide(t *testing.T, factory exporter.Factory, cfg settings) *side {
	t.Helper()
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // a socket's path may have 104 bytes: t.TempDir has the test's name in it
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	socket := filepath.Join(dir, "s")
	all := settings{"endpoint": socket, "transport": "unix"}
	maps.Copy(all, cfg)
	c := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(all).Unmarshal(c))
	e, err := factory.CreateMetrics(t.Context(), exportertest.NewNopSettings(factory.Type()), c)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	transport := &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		require.NoError(t, e.Shutdown(context.Background()))
	})
	return &side{e, &http.Client{Transport: transport}}
}

// scrape returns the body and the header.
func (s *side) scrape(t *testing.T, accept string) (string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://scrape/metrics", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Accept", accept)
	resp, err := s.client.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body), resp.Header
}

// both are contrib's exporter, which is the oracle, and this one.
type both struct{ theirs, ours *side }

func startBoth(t *testing.T, cfg settings) *both {
	t.Helper()
	b := &both{startSide(t, prometheusexporter.NewFactory(), cfg), startSide(t, NewFactory(), cfg)}
	require.False(t, b.ours.Capabilities().MutatesData)
	return b
}

// push gives each its own copy: contrib's changes what it gets.
func (b *both) push(t *testing.T, md pmetric.Metrics) {
	t.Helper()
	for _, s := range []*side{b.theirs, b.ours} {
		own := pmetric.NewMetrics()
		md.CopyTo(own)
		require.NoError(t, s.ConsumeMetrics(t.Context(), own))
	}
}

const (
	acceptText     = "text/plain;version=0.0.4"
	acceptOpen     = "application/openmetrics-text;version=1.0.0"
	acceptProto    = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
	acceptUTF8     = ";escaping=allow-utf-8"
	acceptDots     = ";escaping=dots"
	acceptValues   = ";escaping=values"
	prometheus242  = "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;version=0.0.1;q=0.65,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
	acceptTextOfPB = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding="
)

// wide is what all that is told can be read from.
var wide = []string{acceptText, acceptProto}

var accepts = []string{
	"", "*/*", acceptText, acceptText + acceptUTF8, acceptText + acceptDots, acceptText + acceptValues,
	acceptOpen, acceptOpen + acceptUTF8, acceptOpen + acceptValues, prometheus242,
	acceptProto, acceptProto + acceptUTF8, acceptProto + acceptDots, acceptTextOfPB + "compact-text",
}

// equal compares the answers to scrapes, and says how many samples there were.
func (b *both) equal(t *testing.T, accepts []string) (samples int) {
	t.Helper()
	for _, accept := range accepts {
		theirs, theirHeader := b.theirs.scrape(t, accept)
		ours, header := b.ours.scrape(t, accept)
		require.Equal(t, theirHeader.Get("Content-Type"), header.Get("Content-Type"), accept)
		if strings.HasSuffix(accept, "compact-text") {
			require.Len(t, strings.Split(ours, "\n"), len(strings.Split(theirs, "\n")))
			continue
		}
		if strings.HasPrefix(accept, acceptProto) {
			sameMessages(t, accept, messages(t, theirs), messages(t, ours))
		} else {
			same(t, accept, lines(theirs), lines(ours))
		}
		parse(t, ours, header.Get("Content-Type"))
		samples = max(samples, strings.Count(ours, "\n"))
	}
	return samples
}

// A family of contrib's has its labels of an exemplar in any order.
var exemplarLabels = regexp.MustCompile(`\{span_id="(\w+)",trace_id="(\w+)"\}`)

// lines are those of a body, where those of a family have an order of their own.
func lines(body string) (all []string) {
	all = strings.Split(body, "\n")
	for n, line := range all {
		if strings.Contains(line, " # {span_id") {
			all[n] = exemplarLabels.ReplaceAllString(line, `{trace_id="$2",span_id="$1"}`)
		}
	}
	for begin := 0; begin < len(all); {
		end := begin + 1
		for begin > 0 && end < len(all) && all[end] != "" && !strings.HasPrefix(all[end], "# ") && !strings.HasPrefix(all[begin], "# ") {
			end++
		}
		slices.Sort(all[begin:end])
		begin = end
	}
	return all
}

// same says only where two lists begin to differ.
func same(t *testing.T, what string, theirs, ours []string) {
	t.Helper()
	for n := range max(len(theirs), len(ours)) {
		if n >= len(theirs) || n >= len(ours) || theirs[n] != ours[n] {
			require.Fail(t, "not equal", "%s, line %d\ntheirs %q\nours   %q", what, n, around(theirs, n), around(ours, n))
		}
	}
}

func around(all []string, n int) []string { return all[min(max(0, n-1), len(all)):min(n+2, len(all))] }

// messages are the families of the protobuf format, with all that has no order in one.
func messages(t *testing.T, body string) (all []*dto.MetricFamily) {
	t.Helper()
	r := bytes.NewReader([]byte(body))
	for {
		var f dto.MetricFamily
		err := protodelim.UnmarshalFrom(r, &f)
		if err == io.EOF { //nolint:errorlint // the end of the stream is not wrapped
			return all
		}
		require.NoError(t, err)
		sorted := map[*dto.Metric]string{}
		for _, m := range f.GetMetric() {
			tidy(m)
			for _, l := range m.GetLabel() {
				sorted[m] += l.GetName() + "\x00" + l.GetValue() + "\x00"
			}
		}
		slices.SortFunc(f.Metric, func(a, b *dto.Metric) int { return strings.Compare(sorted[a], sorted[b]) })
		all = append(all, &f)
	}
}

// sameMessages says only where two scrapes begin to differ.
func sameMessages(t *testing.T, what string, theirs, ours []*dto.MetricFamily) {
	t.Helper()
	require.Len(t, ours, len(theirs), what)
	for n, f := range theirs {
		require.Equal(t, f.GetName(), ours[n].GetName(), what)
		require.Len(t, ours[n].GetMetric(), len(f.GetMetric()), "%s of %s", f.GetName(), what)
		for i, m := range f.GetMetric() {
			if got := ours[n].GetMetric()[i]; !proto.Equal(m, got) {
				require.Fail(t, "not equal", "%s of %s\ntheirs %s\nours   %s", f.GetName(), what, m, got)
			}
		}
		f.Metric, ours[n].Metric = nil, nil
		require.True(t, proto.Equal(f, ours[n]), "%s of %s", f, what)
	}
}

// tidy sorts the labels of exemplars, and takes away a start at the year 1, which contrib tells where none is known.
func tidy(m *dto.Metric) {
	exemplars := []*dto.Exemplar{m.GetCounter().GetExemplar()}
	exemplars = append(exemplars, m.GetHistogram().GetExemplars()...)
	for _, b := range m.GetHistogram().GetBucket() {
		exemplars = append(exemplars, b.GetExemplar())
	}
	for _, e := range exemplars {
		slices.SortFunc(e.GetLabel(), func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
	}
	if h := m.GetHistogram(); h.GetCreatedTimestamp().AsTime().Year() == 1 {
		h.CreatedTimestamp = nil
	}
}

// parse reads a body as Prometheus does: one thing that it cannot read and it takes none of it.
func parse(t *testing.T, body, contentType string) {
	t.Helper()
	p, err := textparse.New([]byte(body), contentType, labels.NewSymbolTable(), textparse.ParserOptions{KeepClassicOnClassicAndNativeHistograms: true})
	require.NoError(t, err)
	for {
		entry, err := p.Next()
		if err == io.EOF { //nolint:errorlint // the end of the text is not wrapped
			return
		}
		require.NoError(t, err, body)
		if entry == textparse.EntrySeries || entry == textparse.EntryHistogram {
			var l labels.Labels
			p.Labels(&l)
			_, twice := l.HasDuplicateLabelNames()
			require.False(t, twice, l.String())
		}
	}
}

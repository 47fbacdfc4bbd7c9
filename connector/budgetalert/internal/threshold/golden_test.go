package threshold

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

var update = flag.Bool("update", false, "write want.txt anew")

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// A directory under testdata with a want.txt is a case: thresholds (config.yaml), what happens (steps.txt) and what is told. A line of
// steps.txt is one of
//
//	10s                        time passes, with a tick each second
//	10s x 30 LINE              30 times: LINE, then 10 s pass
//	gauge NAME UNIT VALUE ATTRIBUTES    one point; @k=v is the resource's; also sum, counter, delta, and end (no value any more)
//	batch … end                lines between arrive as one batch
//	capture FILE               a batch as a gateway sent it, from testdata/captures
//	span SCOPE SERVICE NAME DURATION
//	restart 5m [FILE]          a kill, and a new process after a while, with another config
//	clock -1h                  the wall clock is set
//	fail / works               the ledger
func TestGolden(t *testing.T) {
	wants, err := filepath.Glob("testdata/*/steps.txt")
	require.NoError(t, err)
	require.NotEmpty(t, wants)
	for _, steps := range wants {
		dir := filepath.Dir(steps)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			s := newStory(t, dir)
			raw, err := os.ReadFile(steps)
			require.NoError(t, err)
			s.play(string(raw))
			got := s.out.String()
			want := filepath.Join(dir, "want.txt")
			if *update {
				require.NoError(t, os.WriteFile(want, []byte(got), 0o600))
			}
			have, err := os.ReadFile(want)
			require.NoError(t, err)
			require.Equal(t, string(have), got)
		})
	}
}

// story plays a case.
type story struct {
	t      *testing.T
	dir    string
	now    time.Time
	ledger *failing
	e      *Evaluator
	out    strings.Builder
	ids    map[string]bool
	open   map[string]bool
	batch  *pmetric.Metrics
}

func newStory(t *testing.T, dir string) *story {
	s := &story{t: t, dir: dir, now: noon, ids: map[string]bool{}, open: map[string]bool{}}
	s.ledger = &failing{Ledger: ledger.NewMemory(ledger.Options{Now: func() time.Time { return s.now }})}
	s.start("config.yaml")
	return s
}

func (s *story) start(file string) {
	var err error
	s.e, err = New(loadConfig(s.t, filepath.Join(s.dir, file)), s.ledger, Options{Say: func(text string) { s.say("said: %s", text) }})
	require.NoError(s.t, err)
	require.NoError(s.t, s.e.Restore(s.t.Context(), s.now))
	s.tell()
}

func loadConfig(t *testing.T, file string) []Config {
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	return parseConfig(t, string(raw))
}

func parseConfig(t *testing.T, text string) []Config {
	ret, err := confmap.NewRetrievedFromYAML([]byte(text))
	require.NoError(t, err)
	conf, err := ret.AsConf()
	require.NoError(t, err)
	var cfg struct {
		Thresholds []Config `mapstructure:"thresholds"`
	}
	require.NoError(t, conf.Unmarshal(&cfg))
	return cfg.Thresholds
}

func (s *story) say(format string, args ...any) {
	fmt.Fprintf(&s.out, "%s  %s\n", s.now.Format("15:04:05"), fmt.Sprintf(format, args...))
}

func (s *story) play(script string) {
	lines := bufio.NewScanner(strings.NewReader(script))
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && !strings.HasPrefix(line, "#") {
			s.line(line)
		}
	}
	st := s.e.Stats()
	fmt.Fprintf(&s.out, "%+v\n", st)
	require.Len(s.t, s.open, st.Open+s.crowds(), "what was told open is open")
}

// crowds is how many alerts about too many alerts are open: they do not count as alerts.
func (s *story) crowds() int {
	n := 0
	for _, one := range s.e.busy {
		if one.kind == crowdSeries && one.state.Phase == Firing {
			n++
		}
	}
	return n
}

func (s *story) line(line string) {
	word, rest, _ := strings.Cut(line, " ")
	if d, err := time.ParseDuration(word); err == nil {
		if repeated, ok := strings.CutPrefix(rest, "x "); ok {
			n, what, _ := strings.Cut(repeated, " ")
			count, err := strconv.Atoi(n)
			require.NoError(s.t, err, line)
			for range count {
				s.line(what)
				s.pass(d)
			}
			return
		}
		s.pass(d)
		return
	}
	switch word {
	case "capture":
		raw, err := os.ReadFile(filepath.Join("testdata", "captures", rest))
		require.NoError(s.t, err)
		md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(raw)
		require.NoError(s.t, err)
		s.metrics(md)
	case "batch":
		md := pmetric.NewMetrics()
		s.batch = &md
	case "end":
		if rest == "" {
			md := *s.batch
			s.batch = nil
			s.metrics(md)
			return
		}
		s.point(word, strings.Fields(rest))
	case "gauge", "sum", "counter", "delta":
		s.point(word, strings.Fields(rest))
	case "span":
		s.span(strings.Fields(rest))
	case "restart":
		d, file, _ := strings.Cut(rest, " ")
		gone, err := time.ParseDuration(d)
		require.NoError(s.t, err)
		s.now = s.now.Add(gone)
		if file == "" {
			file = "config.yaml"
		}
		s.start(file)
	case "clock":
		d, err := time.ParseDuration(rest)
		require.NoError(s.t, err)
		s.now = s.now.Add(d)
	case "fail", "works":
		s.ledger.broken = word == "fail"
	default:
		require.Fail(s.t, "what is this?", line)
	}
}

func (s *story) pass(d time.Duration) {
	for ; d > 0; d -= time.Second {
		s.now = s.now.Add(min(d, time.Second))
		s.check(s.e.Tick(s.t.Context(), s.now))
		s.tell()
	}
}

func (s *story) check(err error) {
	require.Equal(s.t, s.ledger.broken && err != nil, err != nil, "%v", err)
}

func (s *story) metrics(md pmetric.Metrics) {
	s.check(s.e.Metrics(s.t.Context(), md, s.now))
	s.tell()
}

func (s *story) point(kind string, words []string) {
	md := pmetric.NewMetrics()
	if s.batch != nil {
		md = *s.batch
	}
	rm := md.ResourceMetrics().AppendEmpty()
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	name, unit, attributes := words[0], words[1], words[2:]
	m.SetName(name)
	if unit != "-" {
		m.SetUnit(unit)
	}
	var p pmetric.NumberDataPoint
	switch kind {
	case "gauge", "end":
		p = m.SetEmptyGauge().DataPoints().AppendEmpty()
	default:
		m.SetEmptySum().SetIsMonotonic(kind != "sum")
		m.Sum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		p = m.Sum().DataPoints().AppendEmpty()
		p.SetStartTimestamp(pcommon.NewTimestampFromTime(noon.Add(-time.Hour)))
		if kind == "delta" {
			m.Sum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
			p.SetStartTimestamp(pcommon.NewTimestampFromTime(s.now.Add(-s10)))
		}
	}
	p.SetTimestamp(pcommon.NewTimestampFromTime(s.now))
	if kind == "end" {
		p.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	} else {
		v, err := strconv.ParseFloat(words[2], 64)
		require.NoError(s.t, err)
		p.SetDoubleValue(v)
		attributes = words[3:]
	}
	for _, a := range attributes {
		k, v, _ := strings.Cut(a, "=")
		if of, ok := strings.CutPrefix(k, "@"); ok {
			rm.Resource().Attributes().PutStr(of, v)
		} else {
			p.Attributes().PutStr(k, v)
		}
	}
	if s.batch == nil {
		s.metrics(md)
	}
}

func (s *story) span(words []string) {
	scope, ok := scopeOf(words[0])
	require.True(s.t, ok)
	took, err := time.ParseDuration(words[3])
	require.NoError(s.t, err)
	s.e.Span(&SpanCall{
		Scope: scope, Service: words[1], Name: words[2], Duration: took, End: s.now.Add(-time.Millisecond),
		Trace: [16]byte{0xab, 15: byte(took / time.Second)}, Span: [8]byte{7: byte(took / time.Second)},
	}, s.now)
	s.check(s.e.Flush(s.t.Context(), s.now))
	s.tell()
}

// tell drains the outbox. Each id comes once, and an alert ends only when it is open.
func (s *story) tell() {
	out, err := s.ledger.Outbox(s.t.Context(), 10_000)
	require.NoError(s.t, err)
	var ids []string
	for _, one := range out {
		a, err := alert.Decode(one.Body)
		require.NoError(s.t, err)
		require.Equal(s.t, one.ID, a.ID)
		require.False(s.t, s.ids[a.ID], "%s came twice", a.ID)
		s.ids[a.ID] = true
		ids = append(ids, a.ID)
		require.Equal(s.t, s.open[a.Fingerprint], !a.Firing() || a.Reason == Repeated, "%s %s: fires or ends twice", a.ID, a.State)
		if a.Firing() {
			s.open[a.Fingerprint] = true
		} else {
			delete(s.open, a.Fingerprint)
		}
		s.say("%s %s (%s): %s", a.State, a.Name, a.Reason, a.Body)
		s.details(&a)
	}
	require.NoError(s.t, s.ledger.Delivered(s.t.Context(), ids))
}

func (s *story) details(a *alert.Alert) {
	var group []string
	for k, v := range a.Group {
		group = append(group, k+"="+v)
	}
	slices.Sort(group)
	fmt.Fprintf(&s.out, "          %s metric=%s value=%v threshold=%v unit=%s severity=%s starts=%s", a.ID, a.Metric, a.Value, a.Threshold, a.Unit, a.Severity, a.StartsAt.Format("15:04:05"))
	if !a.EndsAt.IsZero() {
		fmt.Fprintf(&s.out, " ends=%s", a.EndsAt.Format("15:04:05"))
	}
	if !bytes.Equal(a.Trace[:], make([]byte, 16)) {
		fmt.Fprintf(&s.out, " trace=%x span=%x", a.Trace, a.Span)
	}
	fmt.Fprintf(&s.out, " {%s}\n", strings.Join(group, " "))
}

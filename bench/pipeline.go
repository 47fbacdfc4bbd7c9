package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Pipeline is what one configuration of the gateway does for its CPU time.
type Pipeline struct {
	SpansPerS  float64       // on the wall, load and backend on the same cores
	CPUPerSpan time.Duration // of the gateway alone: what it can do on one core is its inverse
	P50, P99   time.Duration // until a request was acknowledged
	Memory     int64         // the most that the gateway had, in bytes
	// Requests and Commits of the ledger since the start.
	Requests, Commits float64
}

// The files of configurations that are compared.
const (
	defaultConfig  = "../collector-config.yaml"
	otlpOnlyConfig = "testdata/otlp-only.yaml"
	contribConfig  = "testdata/contrib.yaml"
)

// PipelineEffort says how much load is sent.
type PipelineEffort struct {
	Rounds   int // each gateway in turn
	Requests int // of each of the senders in a round
	Senders  int
	State    string // where the gateways keep their state; "" is the directory for temporary files
}

// ComparePipelines sends the same load to several gateways, in turns, while all run.
func ComparePipelines(b *Batch, e PipelineEffort, setups ...Setup) ([]Pipeline, error) {
	loads := make([]Loaded, len(setups))
	for i, setup := range setups {
		loads[i] = Loaded{setup, b, e.Senders, e.Requests}
	}
	return CompareLoads(e, loads...)
}

// Loaded is a gateway and its load: of the effort, only the rounds and the place of the state matter beside it.
type Loaded struct {
	Setup
	Batch    *Batch
	Senders  int
	Requests int
}

// CompareLoads sends each gateway its load, in turns, while all run.
func CompareLoads(e PipelineEffort, loads ...Loaded) (result []Pipeline, err error) {
	backend, err := StartBackend()
	if err != nil {
		return nil, err
	}
	defer backend.Stop()
	var lanes []*lane
	for i, one := range loads {
		l, err := openLane(one.Setup, backend.Address, e.State, one.Batch, one.Senders, uint8(i*one.Senders%256)) //nolint:gosec // it fits
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, l.close()) }()
		lanes = append(lanes, l)
	}
	for round := range e.Rounds + 1 {
		for k := range lanes {
			i := (k + round) % len(lanes)
			if err := lanes[i].run(loads[i].Requests, round == 0); err != nil {
				return nil, err
			}
		}
	}
	for _, l := range lanes {
		result = append(result, l.result())
	}
	if backend.Bytes() == 0 {
		return nil, errors.New("the backend got nothing")
	}
	return result, nil
}

// lane is one gateway under load.
type lane struct {
	gateway *Gateway
	load    *Load
	rate    []float64
	cpu     []float64
	answers []time.Duration
	memory  int64

	requests, commits float64
}

func openLane(s Setup, backend, state string, b *Batch, senders int, first uint8) (*lane, error) {
	g, err := StartGateway(s, backend, state)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Config, err)
	}
	load, err := NewLoad(g.OTLP, b, senders, first)
	if err != nil {
		return nil, errors.Join(err, g.Stop())
	}
	return &lane{gateway: g, load: load}, nil
}

// settle is how long after a round the exporter's queue needs to be empty: its flush timeout and a little.
const settle = 1500 * time.Millisecond

func (l *lane) run(requests int, warmUp bool) error {
	before, err := l.gateway.CPU()
	if err != nil {
		return err
	}
	spans, took, err := l.load.Send(requests)
	if err != nil {
		return err
	}
	time.Sleep(settle)
	after, err := l.gateway.CPU()
	if err != nil {
		return err
	}
	if !warmUp {
		l.rate = append(l.rate, float64(spans)/took.Seconds())
		l.cpu = append(l.cpu, float64(after-before)/float64(spans))
		l.answers = append(l.answers, l.load.Answers()...)
	}
	if l.memory, err = l.gateway.PeakMemory(); err != nil {
		return err
	}
	l.requests, l.commits, err = l.gateway.Commits()
	return err
}

func (l *lane) result() Pipeline {
	slices.Sort(l.answers)
	return Pipeline{
		SpansPerS: median(l.rate), CPUPerSpan: time.Duration(median(l.cpu)),
		P50: l.answers[len(l.answers)/2], P99: l.answers[len(l.answers)*99/100], Memory: l.memory,
		Requests: l.requests, Commits: l.commits,
	}
}

func (l *lane) close() error { return errors.Join(l.load.Close(), l.gateway.Stop()) }

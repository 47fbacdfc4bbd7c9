package bench

import (
	"errors"
	"fmt"
	"time"
)

// Pipeline is what one configuration of the gateway does for its CPU time.
type Pipeline struct {
	Name       string
	SpansPerS  float64       // on the wall, load and backend on the same cores
	CPUPerSpan time.Duration // of the gateway alone: what it can do on one core is its inverse
}

// The configurations that are compared.
const (
	defaultConfig  = "../collector-config.yaml"
	otlpOnlyConfig = "testdata/otlp-only.yaml"
)

// PipelineEffort says how much load is sent.
type PipelineEffort struct {
	Rounds   int // each gateway in turn
	Requests int // of each of the senders in a round
	Senders  int
}

// ComparePipelines sends the same load to the default configuration and to one that only receives and passes on, in turns,
// while both run.
func ComparePipelines(binary string, b *Batch, e PipelineEffort) (result []Pipeline, err error) {
	backend, err := StartBackend()
	if err != nil {
		return nil, err
	}
	defer backend.Stop()
	var lanes []*lane
	for i, config := range []string{defaultConfig, otlpOnlyConfig} {
		l, err := openLane(binary, config, backend.Address, b, e.Senders, uint8(i*e.Senders)) //nolint:gosec // few
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, l.close()) }()
		lanes = append(lanes, l)
	}
	for round := range e.Rounds + 1 {
		for i := range lanes {
			if err := lanes[(i+round)%len(lanes)].run(e.Requests, round == 0); err != nil {
				return nil, err
			}
		}
	}
	for i, name := range []string{"default configuration", "otlp → otlp only"} {
		result = append(result, lanes[i].result(name))
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
}

func openLane(binary, config, backend string, b *Batch, senders int, first uint8) (*lane, error) {
	g, err := StartGateway(binary, config, backend)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", config, err)
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
	}
	return nil
}

func (l *lane) result(name string) Pipeline {
	return Pipeline{Name: name, SpansPerS: median(l.rate), CPUPerSpan: time.Duration(median(l.cpu))}
}

func (l *lane) close() error { return errors.Join(l.load.Close(), l.gateway.Stop()) }

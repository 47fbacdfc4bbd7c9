package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
)

// Profile is where the default configuration spends its CPU under the load that bench makes, over so many seconds, in pprof's format: the
// compiler reads it (cmd/otelcol-llm/release.pgo).
func Profile(seconds int) (profile []byte, err error) {
	_, err = withBinary(func(dir, binary string) ([]Row, error) {
		profile, err = profileOf(binary, filepath.Join(dir, "profile.yaml"), seconds)
		return nil, err
	})
	return profile, err
}

func profileOf(binary, config string, seconds int) (profile []byte, err error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	address := "127.0.0.1:" + port
	if err := writeChanged(config, listenForProfiles(address)); err != nil {
		return nil, err
	}
	backend, err := StartBackend()
	if err != nil {
		return nil, err
	}
	defer backend.Stop()
	g, err := StartGateway(Setup{Binary: binary, Config: config}, backend.Address, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Stop()) }()

	ctx, done := context.WithCancel(background)
	loaded := make(chan error, 1)
	go func() { loaded <- everyKind(ctx, g) }()
	profile, err = get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", address, seconds))
	done()
	return profile, errors.Join(err, <-loaded)
}

// listenForProfiles adds the extension that answers with a profile.
func listenForProfiles(address string) func(conf map[string]any) error {
	return func(conf map[string]any) error {
		conf["extensions"].(map[string]any)["pprof"] = map[string]any{"endpoint": address}
		service := conf["service"].(map[string]any)
		service["extensions"] = append(service["extensions"].([]any), "pprof")
		return nil
	}
}

// agentShare is how much of the load is agent traces, beside one of each other kind.
const agentShare = 3

// everyKind sends spans of all kinds in turns, and scrapes, until the end.
func everyKind(ctx context.Context, g *Gateway) (err error) {
	all, err := batches()
	if err != nil {
		return err
	}
	mix, err := AgentMix()
	if err != nil {
		return err
	}
	for range agentShare - 1 {
		all = append(all, mix)
	}
	const senders, requests = 4, 10
	var loads []*Load
	for i, b := range all {
		l, err := NewLoad(g.OTLP, b, senders, uint8(i*senders)) //nolint:gosec // few
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		loads = append(loads, l)
	}
	for ctx.Err() == nil {
		for _, l := range loads {
			if _, _, err := l.Send(requests); err != nil {
				return err
			}
		}
		if _, err := g.scrape(protobuf); err != nil {
			return err
		}
	}
	return nil
}

func get(url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(background, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

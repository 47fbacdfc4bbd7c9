// Command demo starts the gateway and plays to it what real agents sent, again and again, as if it happened now: `make demo`.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// faultEvery is how many runs come to one with the calls that its fake provider was told to fail.
const faultEvery = 20

type options struct {
	gateway, captures, also, config, endpoint, dir string
	every                                          time.Duration
	stretch                                        float64
}

func main() {
	var o options
	flag.StringVar(&o.gateway, "gateway", "bin/otelcol-llm", "the gateway to start; empty: one runs already")
	flag.StringVar(&o.captures, "captures", "internal/dialect/testdata/captures", "what to play")
	flag.StringVar(&o.also, "also", "", "one more run to play, a file of OTLP JSON")
	flag.StringVar(&o.config, "config", "", "one more configuration, on top of the demo's")
	flag.StringVar(&o.endpoint, "endpoint", "http://127.0.0.1:4318", "where OTLP is accepted")
	flag.StringVar(&o.dir, "data", filepath.Join(os.TempDir(), "otelcol-llm-demo"), "where the gateway keeps its state")
	flag.DurationVar(&o.every, "every", 700*time.Millisecond, "pause between two runs of an agent")
	flag.Float64Var(&o.stretch, "stretch", 25, "how much longer a run takes than the recorded one, whose provider was a fake that answered in milliseconds")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil && !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	runs, err := replay.Read(o.captures)
	if err != nil {
		return err
	}
	if o.also != "" {
		one, err := replay.ReadFile(o.also)
		if err != nil {
			return err
		}
		runs = append(runs, one)
	}
	if o.gateway != "" {
		end, err := start(ctx, o)
		if err != nil {
			return err
		}
		defer end()
	}
	fmt.Println("The page is at http://127.0.0.1:8890/ (Ctrl-C ends the demo)")
	calm := make([]replay.Run, len(runs))
	for i := range runs {
		if calm[i], err = runs[i].Calm(); err != nil {
			return err
		}
	}
	for turn := 0; ; turn++ {
		playing := calm
		if turn%faultEvery == 0 {
			playing = runs
		}
		if err := post(ctx, o.endpoint, playing[turn%len(runs)].Play(turn, o.stretch, time.Now())); err != nil && ctx.Err() == nil {
			log.Print(err) // a gateway that refuses for a moment is no reason to end
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(o.every):
		}
	}
}

// start runs the gateway with its log in the directory of its state, and waits until it accepts spans.
func start(ctx context.Context, o options) (func(), error) {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return nil, err
	}
	logFile, err := os.Create(filepath.Join(o.dir, "gateway.log"))
	if err != nil {
		return nil, err
	}
	args := []string{"--config", "collector-config.yaml", "--config", "test/demo/demo.yaml"}
	if o.config != "" {
		args = append(args, "--config", o.config)
	}
	//nolint:gosec // the command is the user's own argument
	cmd := exec.Command(o.gateway, args...)
	cmd.Env = append(os.Environ(), "DATA_DIR="+o.dir)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	end := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			log.Printf("the gateway: %v", err)
		}
		_ = logFile.Close()
	}
	for {
		if err := post(ctx, o.endpoint, []byte("{}")); err == nil {
			return end, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("the gateway ended (%w): see %s", err, logFile.Name())
		case <-ctx.Done():
			end()
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func post(ctx context.Context, endpoint string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("POST %s/v1/traces: %s", endpoint, resp.Status)
	}
	return nil
}

package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// pageAsks is what the page asks for again every pageEvery while there is something new.
var pageAsks = []string{
	"costs", "summary?range=1h", "series?panel=cost&range=1h", "series?panel=latency&range=1h", "series?panel=ttft&range=1h",
	"series?panel=errors&range=1h", "series?panel=tokens&range=1h", "models?range=1h", "costs/days",
}

const pageEvery = 15 * time.Second

// openPage does what a page does that somebody looks at; what it gives closes it.
func openPage(address string) (close func() error) {
	ctx, cancel := context.WithCancel(background)
	var group errgroup.Group
	group.Go(func() error { return listen(ctx, address) })
	group.Go(func() error {
		for {
			for _, path := range pageAsks {
				if _, err := get("http://" + address + "/api/llm/v1/" + path); err != nil {
					return err
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pageEvery):
			}
		}
	})
	return func() error {
		cancel()
		return group.Wait()
	}
}

// listen reads the stream of events, and fails when there is none.
func listen(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/api/llm/v1/events", http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	events := 0
	for lines := bufio.NewReader(resp.Body); ; {
		line, err := lines.ReadString('\n')
		if ctx.Err() != nil && events > 1 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%d events: %w", events, errors.Join(err, io.ErrUnexpectedEOF))
		}
		if len(line) > 5 && line[:5] == "event" {
			events++
		}
	}
}

package alertnotify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/configretry"
)

// verdict is what a destination made of a request.
type verdict uint8

const (
	taken   verdict = iota
	again           // it may be taken later
	refused         // it will never be
)

// answer is a destination's.
type answer struct {
	verdict verdict
	after   time.Duration // it asked for this much time; 0: it said nothing
	detail  string        // what went wrong, without the URL: that of a webhook is a secret
}

const (
	maxRetryAfter = time.Hour
	maxAnswer     = 4096
	maxDetail     = 200
)

// withoutRedirects makes a client that never follows one: a POST would become a GET that tells nobody.
func withoutRedirects(c *http.Client) *http.Client {
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// send makes one request.
func send(ctx context.Context, client *http.Client, to string, body []byte, header http.Header, now time.Time) answer {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return answer{verdict: again, detail: secretless(err)}
	}
	req.Header = header.Clone()
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return answer{verdict: again, detail: secretless(err)}
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // what it says is for the log only
	_ = resp.Body.Close()
	a := judge(resp.StatusCode, resp.Header.Get("Retry-After"), now)
	if a.verdict != taken {
		a.detail = strings.TrimSpace(fmt.Sprintf("status %d %s", resp.StatusCode, cut(strings.Join(strings.Fields(string(text)), " "), maxDetail)))
	}
	return a
}

func secretless(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// judge reads a status: what can be better later is sent again.
func judge(status int, retryAfter string, now time.Time) answer {
	switch {
	case status >= 200 && status < 300:
		return answer{verdict: taken}
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status >= 500:
		return answer{verdict: again, after: waitFor(retryAfter, now)}
	}
	return answer{verdict: refused}
}

// waitFor reads Retry-After, seconds or a date.
func waitFor(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter) //nolint:gosec // 32 bits
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, at.Sub(now)), maxRetryAfter)
	}
	return 0
}

// pace is when a destination may be tried again.
type pace struct {
	failures int
	until    time.Time
}

// shortest keeps a configuration from trying without a pause.
const shortest = 100 * time.Millisecond

// fail waits longer each time, or as long as the destination asked for. random is from 0 to 1.
func (p *pace) fail(now time.Time, after time.Duration, c *configretry.BackOffConfig, random float64) {
	wait := float64(max(c.InitialInterval, shortest))
	most := float64(max(c.MaxInterval, shortest))
	for range p.failures {
		if wait >= most {
			break
		}
		wait *= max(c.Multiplier, 1)
	}
	wait = min(wait, most) * (1 + c.RandomizationFactor*(2*random-1))
	p.failures++
	p.until = now.Add(max(after, time.Duration(wait), shortest))
}

func (p *pace) reset() { *p = pace{} }

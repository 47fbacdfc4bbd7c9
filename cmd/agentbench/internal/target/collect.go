package target

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/stream"
)

// maxAnswer is the largest answer that is read.
const maxAnswer = 64 << 20

// collector makes one answer of what comes in.
type collector struct {
	t       *Target
	start   time.Time
	answer  load.Answer
	text    strings.Builder
	last    time.Time // of the last event with text
	done    bool
	failure string // what an event says has failed
}

var errTooLarge = errors.New("the answer is larger than 64 MiB")

// read reads a body to its end.
func (c *collector) read(body io.Reader) error {
	switch c.t.stream {
	case scenario.SSE:
		return stream.SSE(body, c.event)
	case scenario.NDJSON:
		return stream.NDJSON(body, c.event)
	}
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err == nil && len(data) > maxAnswer {
		err = errTooLarge
	}
	if err != nil {
		return err
	}
	p, err := c.t.reader.whole(data)
	if err != nil {
		return &unread{err}
	}
	c.add(data, p)
	c.done = true
	return nil
}

// unread is an answer that the reader does not understand.
type unread struct{ err error }

func (u *unread) Error() string { return fmt.Sprintf("the answer cannot be read: %v", u.err) }

func (c *collector) event(data []byte) error {
	p, err := c.t.reader.event(data)
	if err != nil {
		return &unread{err}
	}
	if p.text != "" {
		now := time.Now()
		if c.last.IsZero() {
			c.answer.FirstText = now.Sub(c.start)
		} else {
			c.answer.Gaps = append(c.answer.Gaps, now.Sub(c.last))
		}
		c.last = now
	}
	c.add(data, p)
	return nil
}

func (c *collector) add(data []byte, p piece) {
	if c.text.Len()+len(p.text) <= maxAnswer {
		c.text.WriteString(p.text)
	}
	if p.in > 0 {
		c.answer.In = p.in
	}
	if p.out > 0 {
		c.answer.Out = p.out
	}
	c.done = c.done || p.done
	if c.failure == "" {
		c.failure = p.failure
	}
	for _, rule := range c.t.failPaths {
		if c.failure == "" && rule.true(data) {
			c.failure = rule.text(data)
		}
	}
}

// end is the answer, given how reading it ended.
func (c *collector) end(err error) load.Answer {
	a := &c.answer
	a.Text = c.text.String()
	var bad *unread
	streamed := c.t.stream != scenario.NoStream
	switch {
	case c.failure != "":
		fail(a, load.FailWhen, c.failure)
	case errors.As(err, &bad):
		fail(a, load.Unread, err.Error())
	case err != nil && streamed && !c.last.IsZero():
		fail(a, load.Broken, err.Error())
	case err != nil:
		fail(a, load.Transport, err.Error())
	case streamed && c.t.reader.marked() && !c.done:
		fail(a, load.Broken, "the stream ended without its end mark")
	}
	return *a
}

// fail keeps the first reason.
func fail(a *load.Answer, class, detail string) {
	if a.Failure != "" {
		return
	}
	if len(detail) > 200 {
		detail = detail[:200] + "…"
	}
	a.Failure, a.Detail = class, detail
}

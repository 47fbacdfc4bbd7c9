package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
)

// run starts the command once for a request: the body is its standard input, the answer its standard output, the trace in its
// environment. An exit status other than 0 is a failure.
func (t *Target) run(ctx context.Context, r *load.Request, c *collector) load.Answer {
	values := t.values(r)
	args := make([]string, len(t.command))
	for i, parsed := range t.command {
		arg, err := execute(parsed, values)
		if err != nil {
			fail(&c.answer, load.Unread, err.Error())
			return c.answer
		}
		args[i] = arg
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the command is the user's own
	cmd.WaitDelay = time.Second                           // its children may hold the pipe
	cmd.Env = append(os.Environ(), "TRACEPARENT="+traceparent(r), "BAGGAGE="+baggage(r))
	if t.body != nil {
		body, err := execute(t.body, values)
		if err != nil {
			fail(&c.answer, load.Unread, err.Error())
			return c.answer
		}
		cmd.Stdin = strings.NewReader(body)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &limited{b: &stderr}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fail(&c.answer, load.Transport, err.Error())
		return c.answer
	}
	read := c.read(out)
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		c.answer.Status = exit.ExitCode()
		fail(&c.answer, load.Status, fmt.Sprintf("%v: %s", exit, strings.TrimSpace(stderr.String())))
	} else if err != nil && read == nil {
		read = err
	}
	return c.end(read)
}

// limited keeps the beginning of what is written.
type limited struct{ b *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	l.b.Write(p[:min(len(p), max(0, 4096-l.b.Len()))])
	return len(p), nil
}

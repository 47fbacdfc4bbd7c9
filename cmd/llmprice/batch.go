package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/otelcol-llm/otelcol-llm/internal/cli"
)

// maxLine bounds one line of a batch; a longer one is answered with an error and skipped.
const maxLine = 1 << 20

// answer is one line of output. Amounts are decimals in USD with nothing lost; null where there is no price.
type answer struct {
	ID       json.RawMessage `json:"id"`
	Status   string          `json:"status"` // priced, free, estimated, reported, unpriced, error
	USD      *string         `json:"usd"`
	InputUSD *string         `json:"input_usd"`
	Output   *string         `json:"output_usd"`
	Provider string          `json:"provider"`
	Model    string          `json:"model"`
	Reason   string          `json:"reason"`
}

func (c *command) batch(ctx context.Context, args []string) error {
	fs := c.flags("batch", "[FLAGS] < calls.jsonl")
	var tf tableFlags
	tf.register(fs)
	if _, err := cli.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	table, err := tf.load()
	if err != nil {
		return err
	}
	p := &pricer{table: table, now: c.now}
	out := bufio.NewWriter(c.out)
	return errors.Join(eachLine(ctx, c.in, out.Flush, func(number int, line []byte, tooLong bool) error {
		return write(out, p.line(number, line, tooLong))
	}), out.Flush())
}

func write(w *bufio.Writer, a *answer) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// eachLine calls do for every line that is not blank. It holds one line at a time; of a line that is too long it holds none. It calls
// idle before it may have to wait for input, so that who asks line by line is answered line by line.
func eachLine(ctx context.Context, in io.Reader, idle func() error, do func(number int, line []byte, tooLong bool) error) error {
	in, stop := interruptible(ctx, in)
	defer stop()
	r := bufio.NewReaderSize(in, 64<<10)
	var line []byte
	for number := 1; ; number++ {
		if err := whenIdle(r, idle); err != nil {
			return err
		}
		var tooLong bool
		var err error
		line, tooLong, err = readLine(r, line[:0])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading line %d: %w", number, err)
		}
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // a byte order mark, as PowerShell writes it
		}
		if text := bytes.TrimSpace(line); len(text) > 0 || tooLong {
			if err := do(number, text, tooLong); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

// readLine appends the next line to line; of one that is too long nothing is left. The last line comes with io.EOF.
func readLine(r *bufio.Reader, line []byte) (_ []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			tooLong, line = true, line[:0]
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

// whenIdle calls idle unless a whole line has been read already.
func whenIdle(r *bufio.Reader, idle func() error) error {
	if read, _ := r.Peek(r.Buffered()); bytes.IndexByte(read, '\n') < 0 {
		return idle()
	}
	return nil
}

// interruptible is in until ctx ends: a read that waits for a terminal or a pipe does not end by itself. The goroutine that waits
// in its place ends with its read, or with the program.
func interruptible(ctx context.Context, in io.Reader) (r io.Reader, stop func()) {
	out, feed := io.Pipe()
	go func() {
		_, err := io.Copy(feed, in)
		_ = feed.CloseWithError(err)
	}()
	unwatch := context.AfterFunc(ctx, func() { _ = out.CloseWithError(ctx.Err()) })
	return out, func() {
		unwatch()
		_ = out.Close()
	}
}

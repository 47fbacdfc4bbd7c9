package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	table, err := tf.load()
	if err != nil {
		return err
	}
	p := &pricer{table: table, now: c.now}
	out := bufio.NewWriter(c.out)
	return errors.Join(eachLine(ctx, c.in, func(number int, line []byte, tooLong bool) error {
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

// eachLine calls do for every line that is not blank. It holds one line at a time; of a line that is too long it holds none.
func eachLine(ctx context.Context, in io.Reader, do func(number int, line []byte, tooLong bool) error) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var line []byte
	tooLong := false
	for number := 1; ctx.Err() == nil; {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			tooLong, line = true, line[:0]
		} else {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading line %d: %w", number, err)
		}
		if text := bytes.TrimSpace(line); len(text) > 0 || tooLong {
			if err := do(number, text, tooLong); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		line, tooLong = line[:0], false
		number++
	}
	return ctx.Err()
}

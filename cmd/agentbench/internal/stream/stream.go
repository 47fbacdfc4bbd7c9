// Package stream takes streamed answers apart as they come in: server-sent events (as the HTML standard has them) and JSON lines. An
// event is told as soon as the byte that ends it has been read, so that its time is that byte's.
package stream

import (
	"bytes"
	"errors"
	"io"
)

// MaxEvent is the largest event that is read.
const MaxEvent = 16 << 20

// ErrTooLong is told for a larger one.
var ErrTooLong = errors.New("an event is larger than 16 MiB")

// lines tells each line of a stream, without its end: LF, CRLF or CR. A CR ends its line at once; an LF after it is skipped when it
// comes, for it may come in the next segment.
type lines struct {
	buf     []byte
	afterCR bool
	anyCR   bool // CR ends a line; in JSON lines it does not
}

func (l *lines) feed(b []byte, line func([]byte) error) error {
	for len(b) > 0 {
		if l.afterCR {
			l.afterCR = false
			if b[0] == '\n' {
				b = b[1:]
				continue
			}
		}
		end := l.end(b)
		if end < 0 {
			l.buf = append(l.buf, b...)
			if len(l.buf) > MaxEvent {
				return ErrTooLong
			}
			return nil
		}
		whole := b[:end]
		if len(l.buf) > 0 {
			whole = append(l.buf, whole...)
			l.buf = whole[:0]
		}
		l.afterCR = b[end] == '\r'
		b = b[end+1:]
		if err := line(whole); err != nil {
			return err
		}
	}
	return nil
}

// end is where the first line ends, -1 if it does not.
func (l *lines) end(b []byte) int {
	lf := bytes.IndexByte(b, '\n')
	if !l.anyCR {
		return lf
	}
	before := b
	if lf >= 0 {
		before = b[:lf]
	}
	if cr := bytes.IndexByte(before, '\r'); cr >= 0 {
		return cr
	}
	return lf
}

// read feeds all of r.
func (l *lines) read(r io.Reader, line func([]byte) error) error {
	var buf [4096]byte
	for {
		n, err := r.Read(buf[:])
		if fed := l.feed(buf[:n], line); fed != nil {
			return fed
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// SSE reads server-sent events to the end of r and calls event with the data of each; the data is valid during the call only. Comments
// and events without data are passed over. What the stream ended in without an empty line is an event when its last line was whole.
// An error of r, of event, or io.ErrUnexpectedEOF for half a line at the end, is returned.
func SSE(r io.Reader, event func(data []byte) error) error {
	l := lines{anyCR: true}
	var data []byte
	has, first := false, true
	dispatch := func() error {
		if !has {
			return nil
		}
		err := event(data)
		data, has = data[:0], false
		return err
	}
	err := l.read(r, func(line []byte) error {
		if first {
			line, first = bytes.TrimPrefix(line, []byte("\ufeff")), false
		}
		if len(line) == 0 {
			return dispatch()
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if string(name) != "data" {
			return nil // a comment (an empty name), event, id, retry
		}
		if has {
			data = append(data, '\n')
		}
		data = append(data, bytes.TrimPrefix(value, []byte(" "))...)
		has = true
		if len(data) > MaxEvent {
			return ErrTooLong
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(l.buf) > 0 {
		return io.ErrUnexpectedEOF
	}
	return dispatch()
}

// NDJSON reads JSON lines to the end of r and calls event with each that is not empty. A last line without an end is an event too.
func NDJSON(r io.Reader, event func(data []byte) error) error {
	var l lines
	tell := func(line []byte) error {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			return nil
		}
		return event(line)
	}
	if err := l.read(r, tell); err != nil {
		return err
	}
	return tell(l.buf)
}

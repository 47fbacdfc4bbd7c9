package target

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// segment is what a fake server writes at once, after a pause.
type segment struct {
	after time.Duration
	text  string
}

// server is an in-memory HTTP server that writes segments, one write to the connection each, and then hangs up.
type server struct {
	segments []segment
	request  chan *http.Request // with its body read into Form["body"]
}

func (s *server) transport() *http.Transport {
	return &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		client, conn := net.Pipe()
		go s.serve(conn)
		return client, nil
	}}
}

func (s *server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	body, _ := io.ReadAll(req.Body)
	if s.request != nil {
		req.Form = map[string][]string{"body": {string(body)}}
		s.request <- req
	}
	for _, one := range s.segments {
		time.Sleep(one.after)
		if _, err := conn.Write([]byte(one.text)); err != nil {
			return
		}
	}
}

const (
	streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	lastChunk  = "0\r\n\r\n"
)

// chunk is a part of a chunked body.
func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

// whole is an answer that is not streamed.
func whole(status, body string) []segment {
	return []segment{{0, fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)}}
}

// do sends one request to a server that writes these segments. It is called in a synctest bubble.
func do(t *testing.T, conf scenario.Target, s *server) load.Answer {
	t.Helper()
	if conf.URL == "" {
		conf.URL = "http://agent/chat"
	}
	if conf.Stream == "" {
		conf.Stream = scenario.NoStream
	}
	to, err := New(&conf, s.transport())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return to.Do(ctx, &load.Request{
		Input: `say "hi"`, Conversation: "c-1", User: 7, Turn: 1, History: []load.Exchange{{Input: "before", Answer: "yes"}},
		Trace: [16]byte{1, 2, 3}, Span: [8]byte{4, 5}, Run: "r-1",
	})
}

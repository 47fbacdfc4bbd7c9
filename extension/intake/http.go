package intake

import (
	"errors"
	"io"
	"net/http"
)

// handler counts the requests that it hands on by their answer.
type handler struct {
	intake *intake
	next   http.Handler
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := &answer{ResponseWriter: w, code: http.StatusOK}
	body := &body{ReadCloser: r.Body}
	r.Body = body
	h.next.ServeHTTP(answer, r)
	o := ofHTTP(answer.code)
	switch {
	case body.tooLarge: // the receiver answers 400
		o = tooLarge
	case o != accepted && r.Context().Err() != nil:
		o = canceled
	}
	h.intake.count(r.Context(), overHTTP, o)
}

// answer remembers the status.
type answer struct {
	http.ResponseWriter
	code int
}

func (a *answer) WriteHeader(code int) {
	a.code = code
	a.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach what is beneath.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// body notices that the server's limit ended it, that of the body as it came or of the decompressed one.
type body struct {
	io.ReadCloser
	tooLarge bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // readers give io.EOF itself
		var limit *http.MaxBytesError
		b.tooLarge = b.tooLarge || errors.As(err, &limit)
	}
	return n, err
}

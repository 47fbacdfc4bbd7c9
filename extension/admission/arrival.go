package admission

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// arriveWithin is how long a request may take to come once it has its place; SDKs give up after 10 seconds. Without it one connection that names a
// length and sends nothing would keep that place, and all others out.
const arriveWithin = time.Minute

// arriving is a body that ends with an error when it is not there in time.
type arriving struct {
	io.ReadCloser
	control *http.ResponseController
	refused *refusals
	late    bool
}

func newArriving(w http.ResponseWriter, body io.ReadCloser, within time.Duration, refused *refusals) io.ReadCloser {
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(within)) != nil { // not all writers can
		return body
	}
	return &arriving{ReadCloser: body, control: control, refused: refused}
}

// Read lets what comes after the whole body take its time: the server sees by reading on whether the client is still there. What is late stays
// late, or the server would wait for the rest of it before it closes.
func (a *arriving) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = a.control.SetReadDeadline(time.Time{})
	}
	if !a.late && errors.Is(err, os.ErrDeadlineExceeded) {
		a.late = true
		a.refused.add(late)
	}
	return n, err
}

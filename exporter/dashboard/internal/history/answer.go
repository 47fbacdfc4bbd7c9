package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/util/annotations"
)

// answer is what a request gets: data, or an error of a kind.
type answer struct {
	data     any
	err      error
	kind     kind // of the error; from the error itself where it is ""
	warnings annotations.Annotations
	query    string // to say where in it a warning is
}

// kind is Prometheus' errorType.
type kind string

const (
	kindBadData     kind = "bad_data"
	kindCanceled    kind = "canceled"
	kindExecution   kind = "execution"
	kindInternal    kind = "internal"
	kindTimeout     kind = "timeout"
	kindUnavailable kind = "unavailable"
)

const statusClientClosed = 499

var statuses = map[kind]int{
	kindBadData: http.StatusBadRequest, kindCanceled: statusClientClosed, kindExecution: http.StatusUnprocessableEntity,
	kindInternal: http.StatusInternalServerError, kindTimeout: http.StatusServiceUnavailable, kindUnavailable: http.StatusServiceUnavailable,
}

// prometheusVersion is the release whose answers these are.
const prometheusVersion = "3.12.0"

// maxNotes is how many warnings, and notes, an answer has.
const maxNotes = 10

func bad(err error) answer { return answer{err: err, kind: kindBadData} }

func badParameter(name string, err error) answer {
	return bad(fmt.Errorf("invalid parameter %q: %w", name, err))
}

func kindOf(err error) kind {
	var canceled promql.ErrQueryCanceled
	var timeout promql.ErrQueryTimeout
	var store promql.ErrStorage
	var limit *limitError
	var unread *badQuery
	switch {
	case errors.As(err, &unread):
		return kindBadData
	case errors.Is(err, ErrUnavailable):
		return kindUnavailable
	case errors.As(err, &canceled):
		return kindCanceled
	case errors.As(err, &timeout), errors.As(err, &limit) && limit.limit == LimitConcurrency:
		return kindTimeout
	case errors.As(err, &store), errors.Is(err, errPanicked):
		return kindInternal
	case errors.Is(err, context.Canceled):
		return kindCanceled
	}
	return kindExecution
}

type envelope struct {
	Status    string   `json:"status"`
	Data      any      `json:"data,omitempty"`
	ErrorType kind     `json:"errorType,omitempty"`
	Error     string   `json:"error,omitempty"`
	Warnings  []string `json:"warnings,omitempty"`
	Infos     []string `json:"infos,omitempty"`
}

// encoded is data that has been written as JSON already.
type encoded = json.RawMessage

func serve(do func(*http.Request) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Parameters of a request that cannot be read are as good as missing.
		_ = r.ParseForm()
		a := do(r)
		if a.err == nil && a.data == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		body := envelope{Status: "success", Data: a.data}
		status := http.StatusOK
		if a.err != nil {
			if a.kind == "" {
				a.kind = kindOf(a.err)
			}
			body, status = envelope{Status: "error", ErrorType: a.kind, Error: a.err.Error()}, statuses[a.kind]
		} else {
			body.Warnings, body.Infos = a.warnings.AsStrings(a.query, maxNotes, maxNotes)
		}
		text, err := json.Marshal(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(text)
	})
}

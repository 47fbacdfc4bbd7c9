package report

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// prepared is an answer that may be given several times: ten open pages ask no more than one.
type prepared struct {
	done   chan struct{}
	at     time.Time
	keep   time.Duration
	status int
	body   []byte
}

func (p *prepared) fresh(now time.Time) bool {
	select {
	case <-p.done:
		return p.status == http.StatusOK && now.Sub(p.at) < p.keep && !now.Before(p.at)
	default:
		return true // it is being made
	}
}

// prepare gives an answer: one that is being made, one that is fresh, or a new one. A request that goes away does not take it from others.
func (r *Report) prepare(ctx context.Context, key string, e endpoint, q *query) *prepared {
	r.mu.Lock()
	p, ok := r.answers.Get(key, q.now)
	if !ok || !p.fresh(q.now) {
		p = &prepared{done: make(chan struct{}), at: q.now, keep: keep(q)}
		r.answers.Put(key, p, q.now)
		go p.make(context.WithoutCancel(ctx), e, q)
	}
	r.mu.Unlock()
	select {
	case <-p.done:
		return p
	case <-ctx.Done():
		status, body := errorOf(ctx.Err())
		return &prepared{status: status, body: body}
	}
}

func keep(q *query) time.Duration {
	if strings.HasSuffix(q.values["range"], "d") || q.values["from"] != "" {
		return freshLong
	}
	return fresh
}

func (p *prepared) make(ctx context.Context, e endpoint, q *query) {
	defer close(p.done)
	defer func() { // nobody above would catch it, and a page is no reason to end the gateway
		if fault := recover(); fault != nil {
			p.status, p.body = errorOf(fmt.Errorf("fault: %v", fault))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	answer, err := e.answer(ctx, q)
	if err == nil {
		p.body, err = json.Marshal(answer)
	}
	p.status = http.StatusOK
	if err != nil {
		p.status, p.body = errorOf(err)
	}
}

package httpserver

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	checkTimeout = 2 * time.Second
	// readyFor is how long an answer holds: asking often must not cost much.
	readyFor = time.Second
)

// readiness answers /readyz.
type readiness struct {
	options Options
	busy    []atomic.Bool // by check: it was given up and still runs
	mu      sync.Mutex    // one look at a time
	last    readyAnswer
	at      time.Time
}

type readyAnswer struct {
	Status string        `json:"status"` // ready or unready
	Checks []checkAnswer `json:"checks"`
}

type checkAnswer struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Error    string `json:"error,omitempty"`
	Duration int64  `json:"duration_ms"`
}

func newReadiness(o Options) *readiness {
	return &readiness{options: o, busy: make([]atomic.Bool, len(o.Checks))}
}

// ServeHTTP implements http.Handler: 200 when every check passes, else 503.
func (h *readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := h.look(r.Context())
	status := http.StatusOK
	if answer.Status != "ready" {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}

func (h *readiness) look(ctx context.Context) readyAnswer {
	h.mu.Lock()
	defer h.mu.Unlock()
	if age := h.options.Clock().Sub(h.at); !h.at.IsZero() && age >= 0 && age < readyFor {
		return h.last
	}
	answer := readyAnswer{"ready", make([]checkAnswer, len(h.options.Checks))}
	var all sync.WaitGroup
	// A client that hangs up must not make the others' answer "unready".
	ctx = context.WithoutCancel(ctx)
	for i, c := range h.options.Checks {
		all.Go(func() { answer.Checks[i] = h.check(ctx, c, &h.busy[i]) })
	}
	all.Wait()
	for _, c := range answer.Checks {
		if !c.OK {
			answer.Status = "unready"
		}
	}
	h.last, h.at = answer, h.options.Clock()
	return answer
}

// check runs one check. One that does not obey its context is given up, not
// waited for, and not started again before it ended.
func (h *readiness) check(ctx context.Context, c Check, busy *atomic.Bool) checkAnswer {
	if !busy.CompareAndSwap(false, true) {
		return checkAnswer{Name: c.Name, Error: "no answer to an earlier question yet"}
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = checkTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := h.options.Clock()
	done := make(chan error, 1)
	go func() {
		err := guarded(ctx, c.Run)
		busy.Store(false)
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = fmt.Errorf("no answer within %s", timeout)
	}
	answer := checkAnswer{Name: c.Name, OK: err == nil, Duration: h.options.Clock().Sub(start).Milliseconds()}
	if err != nil {
		answer.Error = h.options.Redact(err.Error())
	}
	return answer
}

func guarded(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the check itself failed: %v", p)
		}
	}()
	return run(ctx)
}

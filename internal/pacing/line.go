package pacing

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
)

// Line lets messages go one at a time: those of a more urgent class first, and those
// of one class in the order in which they came. Whoever waits for a limit at the front
// is overtaken by what is more urgent. The zero Line is empty.
type Line struct {
	mu      sync.Mutex
	busy    bool // one is under way
	waiting []*place
}

// place is one message's in the line.
type place struct {
	class budget.Class
	moved chan struct{} // holds one token when the front changed
}

// LateError says that a limit asks for a longer wait than there is time for.
type LateError struct {
	After time.Duration // from when on it may be asked again, or 0 when that is not known
	Err   error         // why the wait ended
}

// Error implements error.
func (e *LateError) Error() string {
	return fmt.Sprintf("there is no room in time, again in %s: %s", e.After, e.Err)
}

// Unwrap returns the cause.
func (e *LateError) Unwrap() error { return e.Err }

// Await waits until it is the turn of a message of the context's class and ask grants
// it. ask is called at the front of the line only; it returns 0, or how long the
// message has to wait before it may ask again. Until leave is called, nobody else's
// turn begins. An error is that of ask or a *LateError; then there is no leave.
func (l *Line) Await(ctx context.Context, ask func() (pause time.Duration, err error)) (leave func(), err error) {
	p := l.enter(budget.ClassOf(ctx))
	var pause time.Duration
	for {
		if err := l.front(ctx, p); err != nil {
			l.withdraw(p)
			return nil, &LateError{After: pause, Err: err}
		}
		pause, err = ask()
		if err == nil && pause <= 0 {
			l.withdraw(p)
			return sync.OnceFunc(l.free), nil
		}
		l.free()
		if deadline, ok := ctx.Deadline(); err == nil && ok && time.Until(deadline) < pause {
			err = &LateError{After: pause, Err: context.DeadlineExceeded}
		}
		if err == nil {
			err = p.rest(ctx, pause)
		}
		if err != nil {
			l.withdraw(p)
			return nil, err
		}
	}
}

// enter puts a message behind those that are as urgent.
func (l *Line) enter(class budget.Class) *place {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := &place{class: class, moved: make(chan struct{}, 1)}
	at := slices.IndexFunc(l.waiting, func(o *place) bool { return o.class < class })
	if at < 0 {
		at = len(l.waiting)
	}
	l.waiting = slices.Insert(l.waiting, at, p)
	return p
}

// front waits until a message is the first and nothing is under way; from then on it
// is under way itself.
func (l *Line) front(ctx context.Context, p *place) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if l.seize(p) {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-p.moved:
		}
	}
}

func (l *Line) seize(p *place) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy || l.waiting[0] != p {
		return false
	}
	l.busy = true
	return true
}

// free ends what is under way.
func (l *Line) free() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = false
	l.tell()
}

// withdraw takes a message out of the line.
func (l *Line) withdraw(p *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = slices.DeleteFunc(l.waiting, func(o *place) bool { return o == p })
	l.tell()
}

// tell wakes the first of the line. l.mu is held.
func (l *Line) tell() {
	if l.busy || len(l.waiting) == 0 {
		return
	}
	select {
	case l.waiting[0].moved <- struct{}{}:
	default:
	}
}

// rest waits before a message asks again. One that is overtaken meanwhile loses no
// time by it: its turn comes when it is the first again.
func (p *place) rest(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return &LateError{After: pause, Err: ctx.Err()}
	case <-timer.C:
		return nil
	}
}

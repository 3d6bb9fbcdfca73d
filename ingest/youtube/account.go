package youtube

import (
	"context"
	"sync"
	"time"
)

// account is what stops everything at once: a used-up quota, a refused token.
type account struct {
	mu      sync.Mutex
	quota   time.Time // nothing is asked before
	spent   bool      // also what is held back for messages is used up
	login   string    // why a login is needed, or empty
	logins  int       // how often somebody gave it another one
	changed chan struct{}
}

func newAccount() *account { return &account{changed: make(chan struct{})} }

// exhausted notes until when nothing may be asked at all.
func (a *account) exhausted(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spent = true
	a.until(until)
}

// starved notes until when nothing may be read: the rest is held back.
func (a *account) starved(until time.Time, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spent = a.spent && now.Before(a.quota)
	a.until(until)
}

func (a *account) until(until time.Time) {
	if until.After(a.quota) {
		a.quota = until
		a.tell()
	}
}

// used reports whether nothing may be sent either.
func (a *account) used() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.spent
}

// present counts the logins so far, for park.
func (a *account) present() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.logins
}

// park notes that a login is needed, unless somebody gave another one since so many
// were counted.
func (a *account) park(logins int, why string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.login == "" && a.logins == logins {
		a.login = why
		a.tell()
	}
}

func (a *account) resume() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.login = ""
	a.logins++
	a.tell()
}

func (a *account) tell() {
	close(a.changed)
	a.changed = make(chan struct{})
}

// closed is the state that keeps everything from being asked; empty for none.
func (a *account) closed(now time.Time) State {
	state, _, _, _ := a.look(now)
	return state
}

func (a *account) look(now time.Time) (state State, detail string, more time.Duration, changed <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.login != "":
		return StateNeedsLogin, a.login, 0, a.changed
	case now.Before(a.quota):
		return StateQuota, "until " + a.quota.UTC().Format(time.RFC3339), a.quota.Sub(now), a.changed
	}
	return "", "", 0, a.changed
}

// open waits until something may be asked, and tells about the wait.
func (a *account) open(ctx context.Context, clock func() time.Time, closed func(State, string)) error {
	for {
		state, detail, more, changed := a.look(clock())
		if state == "" {
			return ctx.Err()
		}
		closed(state, detail)
		if err := waitOr(ctx, more, changed); err != nil {
			return err
		}
	}
}

// waitOr waits for d, unless that is 0, or until something changes.
func waitOr(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	var fired <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		fired = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-fired:
	}
	return ctx.Err()
}

package twitch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/streamsuites/streamsuites/internal/retry"
)

// account is the login that all connections of a client share. A refused token
// is refreshed once; if that does not help, the account is parked until a
// person does something.
type account struct {
	cfg  *Config
	name atomic.Pointer[string] // in lower case; empty means anonymous

	mu       sync.Mutex
	tried    bool   // a refresh was tried since the last login that worked
	replaced string // the token that the last refresh replaced
	fresh    string // the token that it brought
	parked   error
	resumed  chan struct{} // closed by resume
}

func newAccount(cfg *Config) *account {
	a := &account{cfg: cfg, resumed: make(chan struct{})}
	a.name.Store(&cfg.Login)
	return a
}

// login is the account's name, or empty for an anonymous reader.
func (a *account) login() string { return *a.name.Load() }

// rename makes it another account; resume has to follow, as what is known is of the
// one before.
func (a *account) rename(login string) { a.name.Store(&login) }

// token returns the current token as PASS wants it.
func (a *account) token(ctx context.Context) (string, error) {
	asked, _ := a.waiting()
	token, err := a.cfg.Token(ctx)
	if err != nil {
		err = fmt.Errorf("token of twitch account %q: %w", a.login(), err)
		if accessEnded(err) {
			a.park(asked, err)
		}
		return "", err
	}
	token = strings.TrimPrefix(strings.TrimSpace(token), "oauth:")
	if !usable(token) {
		refused := &LoginError{Login: a.login(), Notice: "no usable token is configured"}
		a.park(asked, refused)
		return "", refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if token == a.replaced {
		return a.fresh, nil // the configuration has not learnt of it yet
	}
	return token, nil
}

// accepted notes that the server took a token.
func (a *account) accepted() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tried = false
}

// refused handles a token that the server did not take. It returns nil when a
// new one is there to be tried, and otherwise why not; then the account is
// parked or the error is retryable.
func (a *account) refused(ctx context.Context, token string, cause *LoginError) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case cause.Login != a.login():
		return nil // it is another account by now
	case a.parked != nil:
		return a.parked
	case a.fresh != "" && token == a.replaced:
		return nil // another connection has refreshed it meanwhile
	case a.cfg.Refresh == nil || a.tried:
		return a.parkLocked(cause)
	}
	fresh, err := a.cfg.Refresh(ctx, token)
	switch {
	case err != nil && (retry.Worth(err) || ctx.Err() != nil):
		return fmt.Errorf("refresh token of twitch account %q: %w", a.login(), err)
	case err != nil:
		return a.parkLocked(fmt.Errorf("%w; refreshing the token failed: %w", cause, err))
	}
	fresh = strings.TrimPrefix(strings.TrimSpace(fresh), "oauth:")
	if fresh == token || !usable(fresh) {
		return a.parkLocked(cause)
	}
	a.tried, a.replaced, a.fresh = true, token, fresh
	return nil
}

// park leaves the account alone until somebody does something, unless that happened
// since asked was what would end the wait.
func (a *account) park(asked <-chan struct{}, cause error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if asked == a.resumed {
		_ = a.parkLocked(cause)
	}
}

func (a *account) parkLocked(cause error) error {
	if a.parked == nil {
		a.parked = cause
	}
	return a.parked
}

// resume lets a parked account try again, and ends the wait of one that tries
// already.
func (a *account) resume() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.parked, a.tried, a.replaced, a.fresh = nil, false, "", ""
	close(a.resumed)
	a.resumed = make(chan struct{})
}

// waiting returns what ends the account's waits, and why it is parked; the
// latter is nil when it is not.
func (a *account) waiting() (<-chan struct{}, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.resumed, a.parked
}

// usable tells whether a token can stand in a line of the protocol.
func usable(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// accessEnded reports whether an error says of itself that only a person can help.
func accessEnded(err error) bool {
	var n interface{ NeedsLogin() bool }
	return errors.As(err, &n) && n.NeedsLogin()
}

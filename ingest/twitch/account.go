package twitch

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/streamsuites/streamsuites/internal/retry"
)

// account is the login that all connections of a client share. A refused token
// is refreshed once; if that does not help, the account is parked until a
// person does something.
type account struct {
	cfg *Config

	mu       sync.Mutex
	tried    bool   // a refresh was tried since the last login that worked
	replaced string // the token that the last refresh replaced
	fresh    string // the token that it brought
	parked   error
	resumed  chan struct{} // closed by resume
}

func newAccount(cfg *Config) *account {
	return &account{cfg: cfg, resumed: make(chan struct{})}
}

// token returns the current token as PASS wants it.
func (a *account) token(ctx context.Context) (string, error) {
	token, err := a.cfg.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("token of twitch account %q: %w", a.cfg.Login, err)
	}
	token = strings.TrimPrefix(strings.TrimSpace(token), "oauth:")
	if !usable(token) {
		return "", a.park(&LoginError{Login: a.cfg.Login, Notice: "no usable token is configured"})
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
		return fmt.Errorf("refresh token of twitch account %q: %w", a.cfg.Login, err)
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

func (a *account) park(cause error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.parkLocked(cause)
}

func (a *account) parkLocked(cause error) error {
	if a.parked == nil {
		a.parked = cause
	}
	return a.parked
}

// resume lets a parked account try again.
func (a *account) resume() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.parked == nil {
		return
	}
	a.parked, a.tried, a.replaced, a.fresh = nil, false, "", ""
	close(a.resumed)
	a.resumed = make(chan struct{})
}

// waiting returns what ends the account's parking, and why it is parked; the
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

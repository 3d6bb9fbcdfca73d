package tokens

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// Exchanger trades refresh tokens on a platform.
type Exchanger interface {
	// Exchange trades a refresh token. It gives up within half a minute. A refused
	// one gives an error that Refused recognises.
	Exchange(ctx context.Context, refresh string) (Grant, error)
	// Refused reports whether an error of Exchange means that only a new login
	// helps.
	Refused(err error) bool
	// Doubtful reports whether an exchange that failed so may have been carried out.
	Doubtful(err error) bool
	// NeedsLogin is the platform's own error for that, for its clients; may be nil.
	NeedsLogin() error
}

const (
	// early is how long before its end a token is replaced at the latest, and spread
	// how much earlier at most, so that hosts do not all come at once.
	early  = 5 * time.Minute
	spread = 5 * time.Minute
	// recheck is how long a token counts before the vault is asked whether it was
	// replaced, as by a login.
	recheck = 15 * time.Second
)

// Source hands out one account's access token.
type Source struct {
	vault    *Vault
	account  Account
	exchange Exchanger
	seed     Seed
	turn     chan struct{} // holds one item, for whoever looks after the token
	stale    atomic.Bool   // the vault is to be asked before the token is used again
	jitter   time.Duration

	// These belong to whoever has the turn.
	now     opened
	known   bool
	checked time.Time
	unsaved *unsaved
}

// Source returns the source of an account's token. Configured tokens, if any, are
// taken in first.
func (v *Vault) Source(account Account, exchange Exchanger, seed Seed) *Source {
	s := &Source{vault: v, account: account, exchange: exchange, seed: seed, turn: make(chan struct{}, 1)}
	s.jitter = time.Duration(v.o.Jitter() * float64(spread))
	s.turn <- struct{}{}
	return s
}

// Token returns the current access token. One whose end is near is replaced
// first; if that fails, the old one is returned as long as it is good.
func (s *Source) Token(ctx context.Context) (string, error) {
	if err := s.take(ctx); err != nil {
		return "", err
	}
	defer s.give()
	now := s.vault.o.Clock()
	if s.known && !s.stale.Load() && s.unsaved == nil && now.Sub(s.checked) < recheck && !s.ending(now) && !s.now.NeedsLogin {
		return s.now.access, nil
	}
	if err := s.look(ctx); err != nil {
		if s.known && !s.now.NeedsLogin && s.good(now) && !errors.Is(err, store.ErrNoTokens) {
			return s.now.access, nil // the database is away, and the token is not
		}
		return "", s.failed(err)
	}
	if s.now.NeedsLogin {
		return "", s.needsLogin(s.now.Reason)
	}
	if err := s.renew(ctx, now); err != nil {
		return "", err
	}
	return s.usable()
}

// Recheck has the vault asked before the token is used again: somebody logged in, or
// out.
func (s *Source) Recheck() { s.stale.Store(true) }

// renew replaces a token whose end is near. While the old one is good, it does
// not wait for somebody else who is at it, and a failure is only told.
func (s *Source) renew(ctx context.Context, now time.Time) error {
	if !s.ending(now) || s.now.refresh == "" {
		return nil
	}
	if !s.good(now) {
		return s.replace(ctx)
	}
	_, err := s.attempt(ctx, s.now.Generation)
	if err == nil || s.now.NeedsLogin {
		return err
	}
	s.vault.o.Log.Warn().Err(err).Str("account", s.account.Label).Str("platform", s.account.Platform).
		Msg("The token could not be refreshed before its end")
	return nil
}

// Refresh replaces an access token that the platform refused, and returns its
// successor. If it was replaced meanwhile, by whatever host, that one is returned.
func (s *Source) Refresh(ctx context.Context, refused string) (string, error) {
	if err := s.take(ctx); err != nil {
		return "", err
	}
	defer s.give()
	if err := s.look(ctx); err != nil {
		return "", s.failed(err)
	}
	switch {
	case s.now.NeedsLogin:
		return "", s.needsLogin(s.now.Reason)
	case s.now.access != refused && s.now.access != "":
		return s.usable()
	}
	if err := s.replace(ctx); err != nil {
		return "", err
	}
	return s.usable()
}

func (s *Source) take(ctx context.Context) error {
	select {
	case <-s.turn:
		return nil
	case <-ctx.Done():
		return &Error{Account: s.account, Err: context.Cause(ctx)}
	}
}

func (s *Source) give() { s.turn <- struct{}{} }

// look reads the row, and takes in configured tokens that are new.
func (s *Source) look(ctx context.Context) error {
	if s.unsaved != nil {
		return s.save(ctx)
	}
	s.stale.Store(false) // before the row is read, so that no later change is missed
	row, err := s.vault.load(ctx, s.account)
	if err != nil {
		s.stale.Store(true)
	}
	missing := errors.Is(err, store.ErrNoTokens)
	if s.seed.IsSet() && (missing || err == nil && !s.known && row.Seed != s.seed.Fingerprint()) {
		if _, err := s.vault.Import(ctx, s.account, s.seed); err != nil {
			return err
		}
		row, err = s.vault.load(ctx, s.account)
	}
	if missing && err != nil {
		s.known = false
	}
	if err != nil {
		return err
	}
	s.now, s.known, s.checked = row, true, s.vault.o.Clock()
	return nil
}

// ending reports whether it is time to replace the token. Short-lived ones are
// replaced when a quarter of their time is left.
func (s *Source) ending(now time.Time) bool {
	if s.now.access == "" {
		return true
	}
	if s.now.Expires.IsZero() {
		return false
	}
	before := early + s.jitter
	since := s.now.GrantedAt
	if !s.now.RefreshedAt.IsZero() {
		since = s.now.RefreshedAt
	}
	if life := s.now.Expires.Sub(since); life > 0 {
		before = min(before, life/4)
	}
	return !now.Before(s.now.Expires.Add(-before))
}

// good reports whether the token has not ended, as far as is known.
func (s *Source) good(now time.Time) bool {
	return s.now.access != "" && (s.now.Expires.IsZero() || now.Before(s.now.Expires))
}

func (s *Source) usable() (string, error) {
	if s.now.access == "" {
		return "", s.needsLogin("there is no access token")
	}
	return s.now.access, nil
}

// needsLogin is the error that a person has to mend.
func (s *Source) needsLogin(reason string) error {
	err := ErrNeedsLogin
	if own := s.exchange.NeedsLogin(); own != nil {
		err = &both{ErrNeedsLogin, own}
	}
	return &Error{Account: s.account, Reason: reason, Err: err}
}

// both is one error under two names: ours and the platform client's.
type both struct{ ours, theirs error }

// Error implements error.
func (b *both) Error() string { return b.ours.Error() }

// Unwrap returns the names.
func (b *both) Unwrap() []error { return []error{b.ours, b.theirs} }

func (s *Source) failed(err error) error {
	if errors.Is(err, store.ErrNoTokens) {
		return s.needsLogin("nobody has logged in")
	}
	return &Error{Account: s.account, Err: fmt.Errorf("ask the vault: %w", err)}
}

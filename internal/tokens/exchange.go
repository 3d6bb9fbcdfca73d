package tokens

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// firstPause and longestPause are between exchanges that get no answer.
	firstPause   = 5 * time.Second
	longestPause = 10 * time.Minute
)

// unsaved are tokens that an exchange gave and the database has not taken.
type unsaved struct {
	generation int64 // that they replace
	grant      Grant
}

// replace has the token replaced: by an exchange of our own, or by waiting for
// somebody else's.
func (s *Source) replace(ctx context.Context) error {
	generation := s.now.Generation
	for {
		if settled, err := s.attempt(ctx, generation); settled || err != nil {
			return err
		}
		if err := backoff.Wait(ctx, s.vault.o.Look); err != nil {
			return &Error{Account: s.account, Err: err}
		}
	}
}

// attempt tries once to have the tokens of a generation replaced. It is not
// settled while somebody else is at it.
func (s *Source) attempt(ctx context.Context, generation int64) (settled bool, err error) {
	if s.now.refresh == "" {
		return false, s.cannot(ctx)
	}
	row, took, err := s.vault.o.Store.BeginRefresh(ctx, s.account, generation, s.vault.o.Holder, s.vault.o.Lease)
	if err != nil {
		return false, s.failed(err)
	}
	if took {
		return true, s.trade(ctx, row)
	}
	if err := s.look(ctx); err != nil {
		return false, s.failed(err)
	}
	switch {
	case s.now.NeedsLogin:
		return false, s.needsLogin(s.now.Reason)
	case s.now.Generation != generation:
		return true, nil // the winner's
	case s.now.RetryAt.After(s.now.Now):
		return false, &Error{Account: s.account, Reason: "the platform did not answer the last refresh", RetryAfter: s.now.RetryAt.Sub(s.now.Now)}
	}
	return false, nil
}

// cannot marks an account whose token was refused and cannot be replaced.
func (s *Source) cannot(ctx context.Context) error {
	reason := "the platform refuses the access token, and there is no refresh token"
	if err := s.vault.o.Store.RequireLogin(ctx, s.account, s.now.Generation, reason); err != nil {
		return s.failed(err)
	}
	s.now.NeedsLogin, s.now.Reason = true, reason
	return s.needsLogin(reason)
}

// trade makes the exchange, and stores what it gives before anybody uses it. It
// does not stop half-way because whoever asked has lost interest: what the
// platform gave is good for one use.
func (s *Source) trade(asked context.Context, row store.AccountTokens) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(asked), s.vault.o.Lease/2)
	defer cancel()
	grant, err := s.exchange.Exchange(ctx, s.now.refresh)
	if err != nil {
		return s.refused(asked, row, err)
	}
	if grant.Refresh == "" {
		grant.Refresh = s.now.refresh
	}
	s.unsaved = &unsaved{row.Generation, grant}
	return s.save(context.WithoutCancel(asked))
}

// save stores what an exchange gave. Until that has succeeded, nobody gets it.
func (s *Source) save(ctx context.Context) error {
	u := s.unsaved
	sealed, err := s.vault.seal(s.account, u.grant)
	if err != nil {
		return &Error{Account: s.account, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.vault.o.Lease/2)
	defer cancel()
	row, err := s.vault.o.Store.KeepRefreshed(ctx, s.account, u.generation, sealed, s.vault.o.Clock())
	switch {
	case errors.Is(err, store.ErrTokensReplaced):
		s.unsaved = nil // a login counts more
		return s.look(ctx)
	case err != nil:
		return &Error{Account: s.account, RetryAfter: s.vault.o.Look, Err: fmt.Errorf("store the refreshed token: %w", err)}
	}
	s.unsaved = nil
	s.now = opened{row, u.grant.Access, u.grant.Refresh}
	s.known, s.checked = true, s.vault.o.Clock()
	return nil
}

// refused keeps why an exchange failed.
func (s *Source) refused(ctx context.Context, row store.AccountTokens, cause error) error {
	f := store.RefreshFailure{Refused: s.exchange.Refused(cause), Doubtful: s.exchange.Doubtful(cause), Pause: s.backoff(row.Failures)}
	if f.Refused {
		f.Reason = "the platform refuses the refresh token"
		if since := row.DoubtfulSince; !since.IsZero() {
			f.Reason = fmt.Sprintf("a refresh that began at %s was interrupted before its outcome was stored, and the platform refuses the refresh token now",
				since.UTC().Format(time.RFC3339))
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.vault.o.Lease/2)
	defer cancel()
	if err := s.vault.o.Store.FailRefresh(ctx, s.account, row.Generation, s.vault.o.Holder, f); err != nil {
		return s.failed(errors.Join(cause, err))
	}
	if err := s.look(ctx); err != nil {
		return s.failed(err)
	}
	switch {
	case s.now.Generation != row.Generation:
		return nil // somebody's tokens were good after all
	case s.now.NeedsLogin:
		return s.needsLogin(s.now.Reason)
	}
	return &Error{Account: s.account, RetryAfter: f.Pause, Err: fmt.Errorf("refresh the token: %w", cause)}
}

// backoff is the pause after a failure.
func (s *Source) backoff(failures int) time.Duration {
	d := min(firstPause<<min(failures, 10), longestPause)
	return d/2 + time.Duration(s.vault.o.Jitter()*float64(d/2))
}

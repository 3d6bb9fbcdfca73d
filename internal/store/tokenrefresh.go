package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BeginRefresh lets holder exchange the refresh token of a generation until lease
// is over, unless somebody else does, a pause is not over, or a new login is
// needed: then, or when the tokens were replaced, took is false. That an exchange
// began is kept before it is made, so that one whose outcome was lost is known.
func (s *Store) BeginRefresh(ctx context.Context, key TokenKey, generation int64, holder string, lease time.Duration) (row AccountTokens, took bool, err error) {
	row, err = s.tokenRow(ctx, "begin to refresh", key, `
		update account_tokens set refresh_by = $4, refresh_until = clock_timestamp() + $5::float8 * interval '1 second',
			doubtful_since = coalesce(doubtful_since, refresh_started_at), refresh_started_at = clock_timestamp(), updated_at = now()
		where platform = $1 and label = $2 and generation = $3 and not needs_login
			and (refresh_until is null or refresh_until <= clock_timestamp()) and (retry_at is null or retry_at <= clock_timestamp())
		returning `+tokenColumns, key.Platform, key.Label, generation, holder, lease.Seconds())
	if errors.Is(err, ErrNoTokens) {
		return AccountTokens{}, false, nil
	}
	return row, err == nil, err
}

// ErrTokensReplaced says that an account's tokens are of another generation
// already: somebody logged in, or an exchange that had been given up was not lost.
var ErrTokensReplaced = errors.New("the tokens were replaced meanwhile")

// KeepRefreshed replaces the tokens of a generation by those that an exchange
// gave. Whoever made it may keep them, even after the lease: nobody else's can be
// good. Of another generation it is ErrTokensReplaced.
func (s *Store) KeepRefreshed(ctx context.Context, key TokenKey, generation int64, g Grant, now time.Time) (AccountTokens, error) {
	row, err := s.tokenRow(ctx, "keep the refreshed tokens of", key, `
		update account_tokens set key_id = $4, access_token = $5, refresh_token = $6, expires_at = $7,
			consent_ends_at = coalesce($8, consent_ends_at), scopes = case when $9 then $10 else scopes end,
			refreshed_at = $11, updated_at = $11, generation = generation + 1, needs_login = false, reason = '',
			refresh_by = '', refresh_until = null, refresh_started_at = null, doubtful_since = null, failures = 0, retry_at = null,
			announced = case when $8 is null then announced else 0 end
		where platform = $1 and label = $2 and generation = $3
		returning `+tokenColumns,
		key.Platform, key.Label, generation, g.Tokens.KeyID, octets(g.Tokens.Access), octets(g.Tokens.Refresh), nullable(g.Expires),
		nullable(g.ConsentEnds), g.ScopesKnown, listed(g.Scopes), storable(now))
	if errors.Is(err, ErrNoTokens) {
		return AccountTokens{}, fmt.Errorf("keep the refreshed tokens of %s account %q: %w", key.Platform, key.Label, ErrTokensReplaced)
	}
	return row, err
}

// RefreshFailure is how an exchange failed.
type RefreshFailure struct {
	// Refused: only a new login helps, for Reason.
	Refused bool
	Reason  string // without secrets
	// Doubtful: the platform may have carried it out.
	Doubtful bool
	// Pause is how long nobody tries again.
	Pause time.Duration
}

// FailRefresh ends an exchange without new tokens. Whoever holds the lease no more
// changes nothing.
func (s *Store) FailRefresh(ctx context.Context, key TokenKey, generation int64, holder string, f RefreshFailure) error {
	_, err := s.pool.Exec(ctx, `
		update account_tokens set needs_login = $5, reason = $6, failures = failures + 1,
			retry_at = clock_timestamp() + $7::float8 * interval '1 second',
			doubtful_since = case when $8 then coalesce(doubtful_since, refresh_started_at) else doubtful_since end,
			refresh_by = '', refresh_until = null, refresh_started_at = null, updated_at = now()
		where platform = $1 and label = $2 and generation = $3 and refresh_by = $4`,
		key.Platform, key.Label, generation, holder, f.Refused, f.Reason, f.Pause.Seconds(), f.Doubtful)
	if err != nil {
		return fmt.Errorf("keep why %s account %q was not refreshed: %w", key.Platform, key.Label, err)
	}
	return nil
}

// RequireLogin marks the tokens of a generation as of no more use.
func (s *Store) RequireLogin(ctx context.Context, key TokenKey, generation int64, reason string) error {
	_, err := s.pool.Exec(ctx, `
		update account_tokens set needs_login = true, reason = $4, updated_at = now()
		where platform = $1 and label = $2 and generation = $3 and not needs_login`, key.Platform, key.Label, generation, reason)
	if err != nil {
		return fmt.Errorf("mark that %s account %q needs a login: %w", key.Platform, key.Label, err)
	}
	return nil
}

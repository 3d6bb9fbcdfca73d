package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// TokenKey names an account of a platform.
type TokenKey struct {
	Platform string
	Label    string // of configuration; "" is the account without one
}

// SealedTokens are tokens as they lie in the database: under a key that it does
// not have. Empty is none.
type SealedTokens struct {
	KeyID   string // of the key
	Access  []byte
	Refresh []byte
}

// Grant is what a platform granted to an account, at a login or an exchange.
type Grant struct {
	Tokens SealedTokens
	// ScopesKnown is false where an exchange does not tell: the old ones stay.
	Scopes      []string
	ScopesKnown bool
	Expires     time.Time // of the access token; zero when unknown
	ConsentEnds time.Time // of the refresh token; zero when unknown or never
}

// TokenOwner is whose tokens they are.
type TokenOwner struct{ AccountID, Login, DisplayName string }

// The origins of tokens.
const (
	OriginLogin       = "login"       // a person logged in
	OriginEnvironment = "environment" // configured tokens
	OriginFile        = "file"        // what older versions kept in the state directory
)

// AccountTokens is an account's row.
type AccountTokens struct {
	TokenKey
	TokenOwner
	Grant
	Origin      string
	Seed        string // hash of the configured tokens that were imported last
	GrantedAt   time.Time
	RefreshedAt time.Time // zero for never
	// Generation grows with whatever replaces the tokens.
	Generation int64
	NeedsLogin bool
	Reason     string
	// RefreshBy exchanges until RefreshUntil, both empty when nobody does.
	RefreshBy    string
	RefreshUntil time.Time
	// StartedAt is when an exchange began that has not ended, DoubtfulSince when
	// the first one of this generation began whose outcome nobody knows; zero for
	// none.
	StartedAt     time.Time
	DoubtfulSince time.Time
	Failures      int
	RetryAt       time.Time
	// Announced is how long before the end was warned last; zero for not yet.
	Announced time.Duration
	// Now is the database's clock, by which leases are measured.
	Now time.Time
}

// ErrNoTokens says that the database has nothing of an account.
var ErrNoTokens = errors.New("no tokens are kept of this account")

const tokenColumns = `platform, label, account_id, login, display_name, scopes, key_id, access_token, refresh_token,
	expires_at, consent_ends_at, origin, seed, granted_at, refreshed_at, generation, needs_login, reason,
	refresh_by, refresh_until, refresh_started_at, doubtful_since, failures, retry_at, announced, clock_timestamp()`

func scanTokens(row pgx.CollectableRow) (AccountTokens, error) {
	t := AccountTokens{}
	t.ScopesKnown = true
	var announced int64
	err := row.Scan(&t.Platform, &t.Label, &t.AccountID, &t.Login, &t.DisplayName, &t.Scopes, &t.Tokens.KeyID, &t.Tokens.Access, &t.Tokens.Refresh,
		orZero(&t.Expires), orZero(&t.ConsentEnds), &t.Origin, &t.Seed, &t.GrantedAt, orZero(&t.RefreshedAt), &t.Generation, &t.NeedsLogin, &t.Reason,
		&t.RefreshBy, orZero(&t.RefreshUntil), orZero(&t.StartedAt), orZero(&t.DoubtfulSince), &t.Failures, orZero(&t.RetryAt), &announced, &t.Now)
	t.Announced = time.Duration(announced) * time.Second
	return t, err
}

// AccountTokens returns an account's row, or ErrNoTokens.
func (s *Store) AccountTokens(ctx context.Context, key TokenKey) (AccountTokens, error) {
	return s.tokenRow(ctx, "read the tokens of", key, `select `+tokenColumns+` from account_tokens where platform = $1 and label = $2`, key.Platform, key.Label)
}

// AllAccountTokens returns every account's row, by platform and label.
func (s *Store) AllAccountTokens(ctx context.Context) ([]AccountTokens, error) {
	rows, err := s.pool.Query(ctx, `select `+tokenColumns+` from account_tokens order by platform, label`)
	if err != nil {
		return nil, fmt.Errorf("read the tokens of all accounts: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanTokens)
	if err != nil {
		return nil, fmt.Errorf("read the tokens of all accounts: %w", err)
	}
	return all, nil
}

// TokensMark changes whenever somebody logged in or out, and when a login ended or
// it became known whose it is; not when a token is refreshed. It is empty when
// nothing is kept.
func (s *Store) TokensMark(ctx context.Context) (string, error) {
	var mark string
	err := s.pool.QueryRow(ctx, `
		select coalesce(md5(string_agg(row(platform, label, account_id, login, granted_at, needs_login, scopes, key_id)::text, ';' order by platform, label)), '')
		from account_tokens`).Scan(&mark)
	if err != nil {
		return "", fmt.Errorf("look whether accounts have logged in: %w", err)
	}
	return mark, nil
}

// tokenRow makes a statement that gives the account's row, or ErrNoTokens where it
// touches none.
func (s *Store) tokenRow(ctx context.Context, what string, key TokenKey, sql string, args ...any) (AccountTokens, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err == nil {
		var row AccountTokens
		if row, err = pgx.CollectExactlyOneRow(rows, scanTokens); err == nil {
			return row, nil
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNoTokens
	}
	return AccountTokens{}, fmt.Errorf("%s %s account %q: %w", what, key.Platform, key.Label, err)
}

// TokenImport is what begins an account's tokens anew.
type TokenImport struct {
	Key    TokenKey
	Owner  TokenOwner
	Grant  Grant
	Origin string
	Seed   string
	Now    time.Time
}

// KeepLogin replaces an account's tokens by those of a login. The seed stays: the
// configured tokens that were imported before do not come back.
func (s *Store) KeepLogin(ctx context.Context, i TokenImport) error {
	i.Origin = OriginLogin
	_, err := s.importTokens(ctx, i, `true`, `seed = case when $16 = '' then t.seed else $16 end`)
	return err
}

// ImportTokens replaces an account's tokens by configured ones, unless these are
// the ones that were imported last. It reports whether it did.
func (s *Store) ImportTokens(ctx context.Context, i TokenImport) (imported bool, err error) {
	return s.importTokens(ctx, i, `t.seed <> $16`, `seed = $16`)
}

func (s *Store) importTokens(ctx context.Context, i TokenImport, condition, seed string) (bool, error) {
	tag, err := s.pool.Exec(ctx, `
		insert into account_tokens as t (platform, label, account_id, login, display_name, scopes, key_id, access_token, refresh_token,
			expires_at, consent_ends_at, origin, granted_at, updated_at, generation, seed)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		on conflict (platform, label) do update set
			account_id = excluded.account_id, login = excluded.login, display_name = excluded.display_name, scopes = excluded.scopes,
			key_id = excluded.key_id, access_token = excluded.access_token, refresh_token = excluded.refresh_token,
			expires_at = excluded.expires_at, consent_ends_at = excluded.consent_ends_at, origin = excluded.origin, `+seed+`,
			granted_at = excluded.granted_at, refreshed_at = null, updated_at = excluded.updated_at, generation = t.generation + 1,
			needs_login = false, reason = '', refresh_by = '', refresh_until = null, refresh_started_at = null, doubtful_since = null,
			failures = 0, retry_at = null, announced = 0
		where `+condition,
		i.Key.Platform, i.Key.Label, i.Owner.AccountID, i.Owner.Login, i.Owner.DisplayName, listed(i.Grant.Scopes),
		i.Grant.Tokens.KeyID, octets(i.Grant.Tokens.Access), octets(i.Grant.Tokens.Refresh),
		nullable(i.Grant.Expires), nullable(i.Grant.ConsentEnds), i.Origin, storable(i.Now), storable(i.Now), 1, i.Seed)
	if err != nil {
		return false, fmt.Errorf("keep the tokens of %s account %q: %w", i.Key.Platform, i.Key.Label, err)
	}
	return tag.RowsAffected() > 0, nil
}

// DeleteTokens forgets an account. What was imported comes back when it is still
// configured. It reports whether there was anything.
func (s *Store) DeleteTokens(ctx context.Context, key TokenKey) (bool, error) {
	tag, err := s.pool.Exec(ctx, `delete from account_tokens where platform = $1 and label = $2`, key.Platform, key.Label)
	if err != nil {
		return false, fmt.Errorf("delete the tokens of %s account %q: %w", key.Platform, key.Label, err)
	}
	return tag.RowsAffected() > 0, nil
}

// IdentifyTokens keeps what a platform said about the tokens of a generation.
func (s *Store) IdentifyTokens(ctx context.Context, key TokenKey, generation int64, owner TokenOwner, scopes []string, expires time.Time) error {
	_, err := s.pool.Exec(ctx, `
		update account_tokens set account_id = $4, login = $5, display_name = $6, scopes = $7, expires_at = coalesce($8, expires_at), updated_at = now()
		where platform = $1 and label = $2 and generation = $3`,
		key.Platform, key.Label, generation, owner.AccountID, owner.Login, owner.DisplayName, listed(scopes), nullable(expires))
	if err != nil {
		return fmt.Errorf("keep whose tokens those of %s account %q are: %w", key.Platform, key.Label, err)
	}
	return nil
}

// ResealTokens replaces tokens by the same ones under another key, unless they
// were replaced meanwhile.
func (s *Store) ResealTokens(ctx context.Context, key TokenKey, generation int64, from string, t SealedTokens) error {
	_, err := s.pool.Exec(ctx, `
		update account_tokens set key_id = $5, access_token = $6, refresh_token = $7, updated_at = now()
		where platform = $1 and label = $2 and generation = $3 and key_id = $4`,
		key.Platform, key.Label, generation, from, t.KeyID, octets(t.Access), octets(t.Refresh))
	if err != nil {
		return fmt.Errorf("encrypt the tokens of %s account %q anew: %w", key.Platform, key.Label, err)
	}
	return nil
}

// AnnounceTokenEnd claims the warning that is due so long before an account's
// access ends: one host gets it, once. It comes with a runtime event.
func (s *Store) AnnounceTokenEnd(ctx context.Context, key TokenKey, generation int64, before time.Duration, e RuntimeEvent) (claimed bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update account_tokens set announced = $4, updated_at = now()
			where platform = $1 and label = $2 and generation = $3 and (announced = 0 or announced > $4)`,
			key.Platform, key.Label, generation, int64(before/time.Second))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		claimed = true
		var batch pgx.Batch
		queueRuntimeEvent(&batch, e)
		return tx.SendBatch(ctx, &batch).Close()
	})
	if err != nil {
		return false, fmt.Errorf("announce the end of %s account %q: %w", key.Platform, key.Label, err)
	}
	return claimed, nil
}

func listed(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

func octets(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

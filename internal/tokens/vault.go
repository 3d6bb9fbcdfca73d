package tokens

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/store"
)

// Options of a vault.
type Options struct {
	Store *store.Store
	Keys  Keys
	// Holder names this process among all that refresh; it has to be its own.
	Holder string
	// OnToken is told each token before it is used or stored, so that logs can be
	// kept free of it; may be nil.
	OnToken func(secret string)
	Log     zerolog.Logger
	// Clock is compared with the end of tokens; nil means time.Now.
	Clock func() time.Time
	// Random gives nonces; nil means the system's.
	Random io.Reader
	// Jitter returns numbers in [0, 1); nil means math/rand.
	Jitter func() float64
	// Lease is how long an exchange may take before others give it up; default one
	// minute. An Exchanger has to give up itself, well before.
	Lease time.Duration
	// Look is how often those wait who want the outcome of somebody else's
	// exchange; default a fifth of a second.
	Look time.Duration
}

// Vault is where the tokens of all accounts are. It may be used by many goroutines.
type Vault struct{ o Options }

// New returns a vault.
func New(o Options) *Vault {
	if o.OnToken == nil {
		o.OnToken = func(string) {}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Jitter == nil {
		o.Jitter = mathrand.Float64
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Look <= 0 {
		o.Look = 200 * time.Millisecond
	}
	return &Vault{o}
}

// Grant is what a platform granted: at a login, or in exchange for a refresh token.
type Grant struct {
	Access  string
	Refresh string    // empty where there is none
	Expires time.Time // of Access; zero when unknown
	// ConsentEnds is when Refresh ends whatever is done with it; zero when unknown
	// or never.
	ConsentEnds time.Time
	// Scopes that were granted; nil when the platform did not say.
	Scopes []string
}

// String hides the tokens, so that printing a grant by accident shows none.
func (g Grant) String() string { return "grant [redacted]" }

// GoString hides them from %#v.
func (g Grant) GoString() string { return g.String() }

// Owner is the account that granted.
type Owner = store.TokenOwner

// Account names an account of the configuration.
type Account = store.TokenKey

// Seed are configured tokens, from which an account's begin.
type Seed struct {
	Access, Refresh string
	// Login of the account, where the configuration knows it.
	Login string
}

// IsSet reports whether there is anything.
func (s Seed) IsSet() bool { return s.Access != "" || s.Refresh != "" }

// Fingerprint tells configured tokens apart without holding them.
func (s Seed) Fingerprint() string {
	if !s.IsSet() {
		return ""
	}
	h := sha256.New()
	for _, v := range []string{s.Access, s.Refresh} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(v), v)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Import takes in configured tokens, unless they are the ones that were taken in
// last: whatever they became since then counts, or the login that replaced them.
func (v *Vault) Import(ctx context.Context, account Account, seed Seed) (imported bool, err error) {
	if !seed.IsSet() {
		return false, nil
	}
	return v.importAs(ctx, account, seed, Grant{Access: seed.Access, Refresh: seed.Refresh}, store.OriginEnvironment)
}

// ImportKept takes in what an older version had renewed and kept in a file. seed
// are the configured tokens that they descend from.
func (v *Vault) ImportKept(ctx context.Context, account Account, seed Seed, kept Grant) (imported bool, err error) {
	return v.importAs(ctx, account, seed, kept, store.OriginFile)
}

func (v *Vault) importAs(ctx context.Context, account Account, seed Seed, g Grant, origin string) (bool, error) {
	sealed, err := v.seal(account, g)
	if err != nil {
		return false, err
	}
	return v.o.Store.ImportTokens(ctx, store.TokenImport{
		Key: account, Owner: Owner{Login: seed.Login}, Grant: sealed, Origin: origin, Seed: seed.Fingerprint(), Now: v.o.Clock(),
	})
}

// Keep stores what a login granted. The configured tokens at this moment do not
// come back; others, configured later, do.
func (v *Vault) Keep(ctx context.Context, account Account, owner Owner, g Grant, configured Seed) error {
	sealed, err := v.seal(account, g)
	if err != nil {
		return err
	}
	return v.o.Store.KeepLogin(ctx, store.TokenImport{
		Key: account, Owner: owner, Grant: sealed, Seed: configured.Fingerprint(), Now: v.o.Clock(),
	})
}

// seal encrypts a grant.
func (v *Vault) seal(account Account, g Grant) (store.Grant, error) {
	for _, secret := range []string{g.Access, g.Refresh} {
		if secret != "" {
			v.o.OnToken(secret)
		}
	}
	sealed, err := v.o.Keys.seal(v.o.Random, account, g.Access, g.Refresh)
	return store.Grant{Tokens: sealed, Scopes: g.Scopes, ScopesKnown: g.Scopes != nil, Expires: g.Expires, ConsentEnds: g.ConsentEnds}, err
}

// opened is a row with its tokens.
type opened struct {
	store.AccountTokens
	access, refresh string
}

func (v *Vault) load(ctx context.Context, account Account) (opened, error) {
	row, err := v.o.Store.AccountTokens(ctx, account)
	if err != nil {
		return opened{}, err
	}
	return v.open(row)
}

func (v *Vault) open(row store.AccountTokens) (opened, error) {
	access, refresh, err := v.o.Keys.open(row.TokenKey, row.Tokens)
	if err != nil {
		return opened{}, err
	}
	for _, secret := range []string{access, refresh} {
		if secret != "" {
			v.o.OnToken(secret)
		}
	}
	return opened{row, access, refresh}, nil
}

// Rotate encrypts what lies under an older key under the present one, and returns
// how many accounts that were. Accounts whose key is missing are left as they are,
// and told in the error.
func (v *Vault) Rotate(ctx context.Context) (rotated int, err error) {
	rows, err := v.o.Store.AllAccountTokens(ctx)
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, row := range rows {
		if row.Tokens.KeyID == v.o.Keys.ID() {
			continue
		}
		o, err := v.open(row)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		sealed, err := v.o.Keys.seal(v.o.Random, row.TokenKey, o.access, o.refresh)
		if err == nil {
			err = v.o.Store.ResealTokens(ctx, row.TokenKey, row.Generation, row.Tokens.KeyID, sealed)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		rotated++
	}
	return rotated, errors.Join(problems...)
}

// Tokens returns an account's tokens as they are, for revoking them. An account
// that is not kept gives an error that wraps store.ErrNoTokens.
func (v *Vault) Tokens(ctx context.Context, account Account) (Grant, error) {
	o, err := v.load(ctx, account)
	return Grant{Access: o.access, Refresh: o.refresh, Expires: o.Expires, ConsentEnds: o.ConsentEnds, Scopes: o.Scopes}, err
}

// Forget deletes an account and reports whether it was kept.
func (v *Vault) Forget(ctx context.Context, account Account) (bool, error) {
	return v.o.Store.DeleteTokens(ctx, account)
}

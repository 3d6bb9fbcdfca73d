package tokens_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

var (
	errSpent     = errors.New("invalid_grant")
	errAway      = errors.New("no answer")
	errPlatforms = errors.New("the platform's own name for needing a login")
)

// provider is a platform that rotates both tokens: a refresh token that comes
// twice is taken for a stolen one, and ends everything that descends from it.
type provider struct {
	mu      sync.Mutex
	next    int
	family  map[string]int // of refresh tokens
	live    map[int]string // the one refresh token of a family that is good
	access  map[string]int // families of access tokens that are good
	traded  map[string]int // attempts by refresh token
	granted map[string]int // successes by refresh token
	life    time.Duration
	clock   func() time.Time
	fail    error // instead of an answer
}

func newProvider() *provider {
	return &provider{family: map[string]int{}, live: map[int]string{}, access: map[string]int{}, traded: map[string]int{}, granted: map[string]int{},
		life: 4 * time.Hour, clock: time.Now}
}

// login grants a new family.
func (p *provider) login() tokens.Grant {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next++
	return p.grant(p.next)
}

func (p *provider) grant(family int) tokens.Grant {
	p.next++
	g := tokens.Grant{Access: fmt.Sprintf("access-%d", p.next), Refresh: fmt.Sprintf("refresh-%d", p.next), Expires: p.clock().Add(p.life)}
	for access, of := range p.access {
		if of == family {
			delete(p.access, access)
		}
	}
	p.family[g.Refresh], p.live[family], p.access[g.Access] = family, g.Refresh, family
	return g
}

func (p *provider) accepts(access string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.access[access]
	return ok
}

// expire ends an access token.
func (p *provider) expire(access string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.access, access)
}

func (p *provider) attempts() (all int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.traded {
		all += n
	}
	return all
}

// Exchange implements tokens.Exchanger.
func (p *provider) Exchange(_ context.Context, refresh string) (tokens.Grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.traded[refresh]++
	if p.fail != nil {
		return tokens.Grant{}, p.fail
	}
	family, known := p.family[refresh]
	if !known || p.live[family] != refresh {
		delete(p.live, family)
		return tokens.Grant{}, errSpent
	}
	p.granted[refresh]++
	return p.grant(family), nil
}

func (p *provider) Refused(err error) bool  { return errors.Is(err, errSpent) }
func (p *provider) Doubtful(err error) bool { return errors.Is(err, errAway) }
func (p *provider) NeedsLogin() error       { return errPlatforms }

var account = tokens.Account{Platform: "kick", Label: "MAIN"}

const testKey = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="

func keys(t testing.TB, list string) tokens.Keys {
	t.Helper()
	k, err := tokens.ParseKeys(list, "the test")
	require.NoError(t, err)
	return k
}

// world is a database with a platform.
type world struct {
	t        testing.TB
	url      string
	store    *store.Store
	platform *provider
	hosts    int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	url, s := storetest.New(t)
	return &world{t: t, url: url, store: s, platform: newProvider()}
}

// host is a vault of a process of its own.
func (w *world) host(change func(*tokens.Options)) *tokens.Vault {
	w.hosts++
	o := tokens.Options{Store: w.store, Keys: keys(w.t, testKey), Holder: fmt.Sprintf("host-%d", w.hosts), Log: zerolog.Nop(),
		Lease: time.Hour, Look: time.Millisecond}
	if change != nil {
		change(&o)
	}
	return tokens.New(o)
}

// loggedIn has a person log in.
func (w *world) loggedIn(v *tokens.Vault) tokens.Grant {
	w.t.Helper()
	g := w.platform.login()
	require.NoError(w.t, v.Keep(w.t.Context(), account, tokens.Owner{AccountID: "7", Login: "lanternbot"}, g, tokens.Seed{}))
	return g
}

func (w *world) row() store.AccountTokens {
	w.t.Helper()
	row, err := w.store.AccountTokens(w.t.Context(), account)
	require.NoError(w.t, err)
	return row
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.url)
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, conn.Close(context.WithoutCancel(w.t.Context()))) }()
	_, err = conn.Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
}

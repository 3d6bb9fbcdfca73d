package tokens_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/tokens"
)

// deadly is an Exchanger in whose calls its process may die: before the platform
// heard of it, or after it had answered.
type deadly struct {
	*provider
	before, after func(refresh string) bool // die here
	died          func()
}

// Exchange implements tokens.Exchanger. Goexit ends the caller as a kill does:
// nothing that comes after happens.
func (d *deadly) Exchange(ctx context.Context, refresh string) (tokens.Grant, error) {
	if d.before(refresh) {
		d.died()
		runtime.Goexit()
	}
	g, err := d.provider.Exchange(ctx, refresh)
	if err == nil && d.after(refresh) {
		d.died()
		runtime.Goexit()
	}
	return g, err
}

// Three processes use one account whose tokens rotate, and die at any step of a
// refresh. The platform sees each refresh token once, but for those whose process
// died in the middle.
func TestProcessesThatDieWhileTheyRefreshSpendEachTokenOnce(t *testing.T) {
	t.Parallel()
	const (
		wanted  = 60 // exchanges
		workers = 4  // of each process
	)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 1))
	chance := func(n int) bool { mu.Lock(); defer mu.Unlock(); return random.IntN(n) == 0 }
	w := newWorld(t)
	w.loggedIn(w.host(nil))
	interrupted, lost := map[string]int{}, map[string]int{}
	note := func(m map[string]int, n int) func(string) bool {
		return func(refresh string) bool {
			if !chance(n) {
				return false
			}
			mu.Lock()
			defer mu.Unlock()
			m[refresh]++
			return true
		}
	}
	logins := 0
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	done := func() bool {
		w.platform.mu.Lock()
		defer w.platform.mu.Unlock()
		return len(w.platform.granted) >= wanted
	}
	// life is one life of a process: until one of its goroutines dies in a refresh.
	life := func() {
		mu.Lock()
		v := w.host(nil)
		mu.Unlock()
		alive, die := context.WithCancel(ctx)
		defer die()
		// A dead process holds its lease until it ends: an hour, which the test does
		// not wait for.
		released := func() {
			w.exec(`update streamsuites.account_tokens set refresh_until = now() where refresh_until is not null`)
			die()
		}
		platform := &deadly{w.platform, note(interrupted, 12), note(lost, 12), released}
		s := v.Source(account, platform, tokens.Seed{})
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for alive.Err() == nil && !done() {
					access, err := s.Token(alive)
					if err == nil && (!w.platform.accepts(access) || chance(3)) {
						w.platform.expire(access)
						_, err = s.Refresh(alive, access)
					}
					if errors.Is(err, tokens.ErrNeedsLogin) {
						mu.Lock()
						if w.row().NeedsLogin {
							logins++
							w.loggedIn(v)
						}
						mu.Unlock()
					}
				}
			})
		}
		group.Wait()
	}
	var processes sync.WaitGroup
	for range 3 {
		processes.Go(func() {
			for ctx.Err() == nil && !done() {
				life()
			}
		})
	}
	processes.Wait()
	require.NoError(t, ctx.Err(), "the exchanges did not come to an end")

	for refresh, n := range w.platform.traded {
		require.LessOrEqual(t, w.platform.granted[refresh], 1)
		require.LessOrEqual(t, n, 1+lost[refresh], "a refresh token was spent twice although nobody died over it")
	}
	require.LessOrEqual(t, logins, len(lost), "only a death after the answer costs a login")
	t.Logf("%d exchanges, %d deaths before and %d after the answer, %d logins", w.platform.attempts(), len(interrupted), len(lost), logins)
}

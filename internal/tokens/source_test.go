package tokens_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

func TestATokenIsReplacedBeforeItsEndAndStoredBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	v := w.host(func(o *tokens.Options) { o.Clock = func() time.Time { return now } })
	first := w.loggedIn(v)
	s := v.Source(account, w.platform, tokens.Seed{})
	got, err := s.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, first.Access, got)

	now = now.Add(4*time.Hour - time.Minute)
	got, err = s.Token(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first.Access, got)
	require.True(t, w.platform.accepts(got))
	kept, err := w.host(nil).Tokens(t.Context(), account)
	require.NoError(t, err)
	require.Equal(t, got, kept.Access, "another host finds it")
	require.EqualValues(t, 2, w.row().Generation)
}

func TestARefusedTokenIsExchangedOnceForAllWhoAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	first := w.loggedIn(v)
	w.platform.expire(first.Access)
	answers := make(chan string, 30)
	for range 3 {
		other := w.host(nil)
		s := other.Source(account, w.platform, tokens.Seed{})
		for range 10 {
			go func() {
				got, err := s.Refresh(context.WithoutCancel(t.Context()), first.Access)
				if err != nil {
					got = err.Error()
				}
				answers <- got
			}()
		}
	}
	got := <-answers
	for range 29 {
		require.Equal(t, got, <-answers)
	}
	require.True(t, w.platform.accepts(got))
	require.Equal(t, 1, w.platform.attempts())
}

func TestARefusedRefreshTokenIsNeverTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	spent := w.loggedIn(v)
	_, err := w.platform.Exchange(t.Context(), spent.Refresh) // by a thief
	require.NoError(t, err)
	s := v.Source(account, w.platform, tokens.Seed{})
	for range 5 {
		_, err = s.Refresh(t.Context(), spent.Access)
		require.ErrorIs(t, err, tokens.ErrNeedsLogin)
		require.ErrorIs(t, err, errPlatforms)
		require.ErrorContains(t, err, "streamsuites auth login kick --account MAIN")
		_, err = w.host(nil).Source(account, w.platform, tokens.Seed{}).Token(t.Context())
		require.ErrorIs(t, err, tokens.ErrNeedsLogin)
	}
	require.Equal(t, 2, w.platform.attempts())
	require.True(t, w.row().NeedsLogin)
	require.NotContains(t, w.row().Reason, spent.Refresh)

	fresh := w.loggedIn(v)
	got, err := s.Token(t.Context())
	require.NoError(t, err, "a login mends it, without a restart")
	require.Equal(t, fresh.Access, got)
}

func TestAPlatformThatDoesNotAnswerIsLeftAloneForAWhileByAllHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	g := w.loggedIn(v)
	w.platform.fail = errAway
	var failed *tokens.Error
	for range 4 {
		_, err := w.host(nil).Source(account, w.platform, tokens.Seed{}).Refresh(t.Context(), g.Access)
		require.ErrorAs(t, err, &failed)
		require.NotErrorIs(t, err, tokens.ErrNeedsLogin)
		require.Positive(t, failed.RetryAfter)
	}
	require.Equal(t, 1, w.platform.attempts())
	require.False(t, w.row().DoubtfulSince.IsZero())

	w.platform.fail = nil
	w.exec(`update streamsuites.account_tokens set retry_at = null`)
	_, err := v.Source(account, w.platform, tokens.Seed{}).Refresh(t.Context(), g.Access)
	require.NoError(t, err)
	require.True(t, w.row().DoubtfulSince.IsZero())
}

func TestTheOldTokenIsUsedWhileTheNewOneCannotBeHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	v := w.host(func(o *tokens.Options) { o.Clock = func() time.Time { return now } })
	g := w.loggedIn(v)
	now = now.Add(4*time.Hour - time.Minute)
	w.platform.fail = errAway
	s := v.Source(account, w.platform, tokens.Seed{})
	got, err := s.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, g.Access, got)
	now = now.Add(2 * time.Minute)
	_, err = s.Token(t.Context())
	require.Error(t, err, "it has ended")
}

func TestNobodyWaitsForADeadHostWhileTheTokenIsGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	v := w.host(func(o *tokens.Options) { o.Clock = func() time.Time { return now } })
	g := w.loggedIn(v)
	now = now.Add(4*time.Hour - time.Minute)
	_, took, err := w.store.BeginRefresh(t.Context(), account, 1, "dead", time.Hour)
	require.NoError(t, err)
	require.True(t, took)
	got, err := v.Source(account, w.platform, tokens.Seed{}).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, g.Access, got)
}

func TestWhatALateExchangeGaveCountsUnlessSomebodyLoggedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	g := w.loggedIn(v)
	_, took, err := w.store.BeginRefresh(t.Context(), account, 1, "slow", time.Nanosecond)
	require.NoError(t, err)
	require.True(t, took)
	late, err := w.platform.Exchange(t.Context(), g.Refresh)
	require.NoError(t, err)
	_, err = v.Source(account, w.platform, tokens.Seed{}).Refresh(t.Context(), g.Access)
	require.ErrorIs(t, err, tokens.ErrNeedsLogin)
	require.Contains(t, w.row().Reason, "interrupted before its outcome was stored")

	row, err := w.store.KeepRefreshed(t.Context(), account, 1, store.Grant{Expires: late.Expires}, time.Now())
	require.NoError(t, err)
	require.False(t, row.NeedsLogin)
	w.loggedIn(v)
	_, err = w.store.KeepRefreshed(t.Context(), account, 2, store.Grant{}, time.Now())
	require.ErrorIs(t, err, store.ErrTokensReplaced)
}

func TestConfiguredTokensAreSeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	g := w.platform.login()
	seed := tokens.Seed{Access: g.Access, Refresh: g.Refresh}
	got, err := v.Source(account, w.platform, seed).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, g.Access, got)
	w.platform.expire(g.Access)
	renewed, err := v.Source(account, w.platform, seed).Refresh(t.Context(), g.Access)
	require.NoError(t, err)

	again, err := v.Source(account, w.platform, seed).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, renewed, again, "a restart takes what they became")

	other := w.platform.login()
	got, err = v.Source(account, w.platform, tokens.Seed{Access: other.Access, Refresh: other.Refresh}).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, other.Access, got, "others that are configured count")

	login := w.platform.login()
	require.NoError(t, v.Keep(t.Context(), account, tokens.Owner{}, login, tokens.Seed{Access: other.Access, Refresh: other.Refresh}))
	got, err = v.Source(account, w.platform, tokens.Seed{Access: other.Access, Refresh: other.Refresh}).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, login.Access, got, "a login replaces them")
}

func TestAnAccountNobodyLoggedInNeedsALogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.host(nil).Source(account, w.platform, tokens.Seed{})
	_, err := s.Token(t.Context())
	require.ErrorIs(t, err, tokens.ErrNeedsLogin)
	require.ErrorContains(t, err, "nobody has logged in")
}

func TestATokenWithoutARefreshTokenIsUsedUntilItIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.host(nil).Source(account, w.platform, tokens.Seed{Access: "generated"})
	got, err := s.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "generated", got)
	_, err = s.Refresh(t.Context(), "generated")
	require.ErrorIs(t, err, tokens.ErrNeedsLogin)
	require.Zero(t, w.platform.attempts())
	require.Contains(t, w.row().Reason, "no refresh token")
}

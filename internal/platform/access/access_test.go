package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/access"
	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// service grants tokens of four hours and counts them.
type service struct {
	granted int
	refusal error
}

func (s *service) exchange(_ context.Context, refresh string) (access.Token, error) {
	if s.refusal != nil {
		return access.Token{}, s.refusal
	}
	s.granted++
	return access.Token{Access: refresh + "+", Refresh: refresh + "'", Expires: time.Now().Add(4 * time.Hour)}, nil
}

func (s *service) grant(ctx context.Context) (access.Token, error) { return s.exchange(ctx, "app") }

func (s *service) user(token access.Token, persist func(context.Context, access.Token) error) *access.User {
	return access.NewUser(access.UserConfig{
		Platform: "harbor", Exchange: s.exchange, Persist: persist, Clock: time.Now, Log: zerolog.Nop(),
	}, token)
}

func TestATokenWhoseEndIsNearIsReplacedAndOtherwiseLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		u := s.user(access.Token{Access: "a", Refresh: "r", Expires: time.Now().Add(6 * time.Minute)}, nil)
		token, err := u.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a", token)
		<-time.After(2 * time.Minute)
		token, err = u.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "r+", token)

		s.refusal = errors.New("away")
		<-time.After(239 * time.Minute)
		token, err = u.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "r+", token, "the platform decides")
	})
}

func TestATokenThatCannotBeStoredIsNotHandedOut(t *testing.T) {
	t.Parallel()
	s, full := &service{}, errors.New("disk is full")
	failing := true
	u := s.user(access.Token{Access: "a", Refresh: "r"}, func(context.Context, access.Token) error {
		if failing {
			return full
		}
		return nil
	})
	_, err := u.Refresh(t.Context(), "a")
	require.ErrorIs(t, err, full)
	var failed *call.Error
	require.ErrorAs(t, err, &failed)
	require.True(t, failed.Retryable())
	require.False(t, failed.Unanswered())
	failing = false
	token, err := u.Refresh(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, "r+", token)
	require.Equal(t, 1, s.granted, "the refresh token was good for one exchange")
}

func TestWithoutTokensAPersonHasToLogIn(t *testing.T) {
	t.Parallel()
	s := &service{}
	_, err := s.user(access.Token{}, nil).Token(t.Context())
	require.ErrorIs(t, err, access.ErrNeedsLogin)
	_, err = s.user(access.Token{Access: "a"}, nil).Refresh(t.Context(), "a")
	require.ErrorIs(t, err, access.ErrNeedsLogin)
	s.refusal = access.ErrNeedsLogin
	_, err = s.user(access.Token{Access: "a", Refresh: "r"}, nil).Refresh(t.Context(), "a")
	require.ErrorIs(t, err, access.ErrNeedsLogin)
}

func TestManyWhoFindATokenRefusedMakeOneExchange(t *testing.T) {
	t.Parallel()
	s := &service{}
	u, app := s.user(access.Token{Access: "a", Refresh: "r"}, nil), access.NewApp(s.grant, time.Now)
	_, err := app.Token(t.Context())
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { _, _ = u.Refresh(t.Context(), "a") })
	}
	group.Wait()
	token, err := app.Refresh(t.Context(), "an older one")
	require.NoError(t, err)
	require.Equal(t, "app+", token)
	require.Equal(t, 2, s.granted)
}

func TestTheApplicationsTokenIsReplacedBeforeItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		app := access.NewApp(s.grant, time.Now)
		for range 3 {
			_, err := app.Token(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 1, s.granted)
		<-time.After(236 * time.Minute)
		_, err := app.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, s.granted)
		s.refusal = errors.New("away")
		_, err = app.Refresh(t.Context(), "app+")
		require.ErrorIs(t, err, s.refusal)
	})
}

func TestATokenIsNeverPrinted(t *testing.T) {
	t.Parallel()
	token := access.Token{Access: "tok-1", Refresh: "ref-1"}
	var log strings.Builder
	logger := zerolog.New(&log)
	logger.Info().Interface("token", token).Any("pointer", &token).Msg(fmt.Sprintf("%v %+v %#v %s", token, token, token, token))
	require.NotContains(t, log.String(), "tok-1")
	require.NotContains(t, log.String(), "ref-1")
}

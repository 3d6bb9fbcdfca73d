package twitch

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const granted = `{"access_token":"tok-2","refresh_token":"ref-2","expires_in":14400,"scope":["chat:read"],"token_type":"bearer"}`

func TestARefreshedTokenIsStoredBeforeItIsUsed(t *testing.T) {
	script(t, []answer{ok(granted)}, func(t *testing.T, s *service, c *Client) {
		var stored []Token
		u := NewUserTokens(c, Token{Access: "tok-1", Refresh: "ref-1"}, func(_ context.Context, token Token) error {
			stored = append(stored, token)
			return nil
		})
		token, err := u.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "tok-1", token)
		token, err = u.Refresh(t.Context(), "tok-1")
		require.NoError(t, err)
		require.Equal(t, "tok-2", token)
		require.Equal(t, []Token{{Access: "tok-2", Refresh: "ref-2", Expires: time.Now().Add(4 * time.Hour), Scopes: []string{"chat:read"}}}, stored)
		require.Equal(t, url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {"ref-1"}, "client_id": {"client"}, "client_secret": {"secret-s"},
		}, s.asked[0].form)
		require.Equal(t, "http://id.test/oauth2/token", s.asked[0].url, "nothing secret in an address")
	})
}

func TestATokenThatCannotBeStoredIsNotUsedUntilItCan(t *testing.T) {
	script(t, []answer{ok(granted)}, func(t *testing.T, s *service, c *Client) {
		down := true
		u := NewUserTokens(c, Token{Access: "tok-1", Refresh: "ref-1"}, func(context.Context, Token) error {
			if down {
				return errors.New("database is away")
			}
			return nil
		})
		for range 2 {
			_, err := u.Refresh(t.Context(), "tok-1")
			var failed *Error
			require.ErrorAs(t, err, &failed)
			require.True(t, failed.Retryable())
		}
		down = false
		token, err := u.Refresh(t.Context(), "tok-1")
		require.NoError(t, err)
		require.Equal(t, "tok-2", token)
		require.Len(t, s.asked, 1, "the refresh token was good for one exchange")
	})
}

func TestManyWhoFindATokenRefusedMakeOneExchange(t *testing.T) {
	script(t, []answer{ok(granted)}, func(t *testing.T, s *service, c *Client) {
		u := NewUserTokens(c, Token{Access: "tok-1", Refresh: "ref-1"}, nil)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				token, err := u.Refresh(context.Background(), "tok-1")
				require.NoError(t, err)
				require.Equal(t, "tok-2", token)
			})
		}
		all.Wait()
		require.Len(t, s.asked, 1)
	})
}

func TestARefreshTokenThatStaysTheSameIsKept(t *testing.T) {
	script(t, []answer{ok(`{"access_token":"tok-2"}`)}, func(t *testing.T, s *service, c *Client) {
		u := NewUserTokens(c, Token{Access: "tok-1", Refresh: "ref-1"}, nil)
		_, err := u.Refresh(t.Context(), "tok-1")
		require.NoError(t, err)
		_, err = u.Refresh(t.Context(), "tok-2")
		require.NoError(t, err)
		require.Equal(t, "ref-1", s.asked[1].form.Get("refresh_token"))
	})
}

func TestATokenNearItsEndIsReplacedEarly(t *testing.T) {
	script(t, []answer{ok(granted)}, func(t *testing.T, s *service, c *Client) {
		u := NewUserTokens(c, Token{Access: "tok-1", Refresh: "ref-1", Expires: time.Now().Add(time.Hour)}, nil)
		token, err := u.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "tok-1", token)
		<-time.After(56 * time.Minute)
		token, err = u.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "tok-2", token)
	})
}

func TestATokenThatCannotBeReplacedEarlyIsUsedToItsEnd(t *testing.T) {
	script(t, []answer{{status: 503}}, func(t *testing.T, s *service, c *Client) {
		u := NewUserTokens(c, Token{Access: "tok-1", Refresh: "ref-1", Expires: time.Now().Add(time.Minute)}, nil)
		token, err := u.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "tok-1", token)
	})
}

func TestWhatOnlyAPersonCanMendNeedsALogin(t *testing.T) {
	for name, c := range map[string]struct {
		token   Token
		answers []answer
		calls   int
	}{
		"a refresh token that is refused": {Token{Access: "tok-1", Refresh: "ref-1"},
			[]answer{{status: 400, body: `{"error":"Bad Request","status":400,"message":"Invalid refresh token ref-1"}`}}, 1},
		"no refresh token":  {Token{Access: "tok-1"}, []answer{ok(granted)}, 0},
		"no token at all":   {Token{}, []answer{ok(granted)}, 0},
		"a client disabled": {Token{Access: "tok-1", Refresh: "ref-1"}, []answer{{status: 403}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			script(t, c.answers, func(t *testing.T, s *service, client *Client) {
				u := NewUserTokens(client, c.token, nil)
				_, err := u.Refresh(t.Context(), c.token.Access)
				require.ErrorIs(t, err, ErrNeedsLogin)
				require.NotContains(t, err.Error(), "ref-1")
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.False(t, failed.Retryable())
				require.Len(t, s.asked, c.calls)
			})
		})
	}
}

func TestAnExchangeWhoseAnswerWasLostIsNotRepeatedBlindly(t *testing.T) {
	for name, lost := range map[string]answer{
		"connection broken": {err: errors.New("reset")}, "hang": {hang: true}, "truncated": {status: 200, body: granted, cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			script(t, []answer{lost}, func(t *testing.T, s *service, c *Client) {
				_, err := c.RefreshToken(t.Context(), "ref-1")
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.True(t, failed.Retryable())
				require.Len(t, s.asked, 1)
			})
		})
	}
}

func TestTheApplicationsTokenIsAskedForOnceAndReplacedAtItsEnd(t *testing.T) {
	script(t, []answer{ok(`{"access_token":"app-1","expires_in":3600}`), ok(`{"access_token":"app-2","expires_in":3600}`)},
		func(t *testing.T, s *service, c *Client) {
			a := NewAppTokens(c)
			for range 3 {
				token, err := a.Token(t.Context())
				require.NoError(t, err)
				require.Equal(t, "app-1", token)
			}
			require.Equal(t, "client_credentials", s.asked[0].form.Get("grant_type"))
			<-time.After(56 * time.Minute)
			token, err := a.Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, "app-2", token)
			token, err = a.Refresh(t.Context(), "app-1")
			require.NoError(t, err)
			require.Equal(t, "app-2", token, "it was replaced meanwhile")
			require.Len(t, s.asked, 2)
		})
}

func TestAnAnswerWithoutATokenIsAnError(t *testing.T) {
	script(t, []answer{ok(`{}`)}, func(t *testing.T, _ *service, c *Client) {
		_, err := c.AppToken(t.Context())
		require.ErrorContains(t, err, "holds no token")
	})
}

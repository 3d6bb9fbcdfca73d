package youtube

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/login"
)

// answering is a Consent whose platform gives one answer to everything.
func answering(t testing.TB, status int, body string) *Consent {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return NewConsent(ConsentConfig{API: server.URL, OAuth: server.URL + "/token", Authorize: server.URL + "/auth", Device: server.URL + "/device/code",
		ClientID: "app", ClientSecret: "s3cret", Clock: func() time.Time { return time.Unix(1000, 0) }})
}

func TestAnAnswerToADeviceSaysWhatToDoNext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"wait":          {428, `{"error":"authorization_pending","error_description":"Precondition Required"}`, login.ErrPending},
		"ask less":      {403, `{"error":"slow_down"}`, login.ErrSlowDown},
		"refused":       {403, `{"error":"access_denied"}`, login.ErrDenied},
		"too late":      {400, `{"error":"expired_token"}`, login.ErrExpired},
		"used up":       {400, `{"error":"invalid_grant"}`, login.ErrExpired},
		"another error": {401, `{"error":"invalid_client"}`, ErrNeedsLogin},
		"no token":      {200, `{}`, ErrBroken},
		"no JSON":       {200, `<html>`, ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, c.status, c.body).DeviceToken(t.Context(), login.DeviceCode{Secret: "device"})
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestAConsentForALimitedTimeIsKnown(t *testing.T) {
	t.Parallel()
	c := answering(t, 200, `{"access_token":"a","refresh_token":"r","expires_in":3599,"refresh_token_expires_in":604799,"scope":"`+ScopeManage+`","token_type":"Bearer"}`)
	g, err := c.Code(t.Context(), "code", "http://127.0.0.1:1/callback", login.NewProof())
	require.NoError(t, err)
	require.Equal(t, Granted{Access: "a", Refresh: "r", Expires: time.Unix(1000+3599, 0), ConsentEnds: time.Unix(1000+604799, 0), Scopes: []string{ScopeManage}}, g)
	require.NotContains(t, g.String(), "r ")
}

func TestTheConsentPageIsAskedForALastingConsent(t *testing.T) {
	t.Parallel()
	proof := login.NewProof()
	u, err := url.Parse(answering(t, 200, "").AuthorizeURL("http://127.0.0.1:1/callback", proof, []string{ScopeManage}))
	require.NoError(t, err)
	q := u.Query()
	for key, want := range map[string]string{"response_type": "code", "access_type": "offline", "prompt": "consent", "code_challenge_method": "S256",
		"code_challenge": proof.Challenge(), "state": proof.State, "scope": ScopeManage, "client_id": "app"} {
		require.Equal(t, want, q.Get(key), key)
	}
	require.NotContains(t, u.String(), proof.Verifier)
	require.NotContains(t, u.String(), "s3cret")
}

func TestRevokingWhatIsGoneIsNoErrorAndAnAccountNeedsAChannel(t *testing.T) {
	t.Parallel()
	require.NoError(t, answering(t, 400, `{"error":"invalid_token"}`).Revoke(t.Context(), "gone"))
	require.Error(t, answering(t, 503, ``).Revoke(t.Context(), "gone"))
	_, err := answering(t, 200, `{"items":[]}`).Owner(t.Context(), "access")
	require.ErrorContains(t, err, "no channel")
	o, err := answering(t, 200, `{"items":[{"id":"UC1","snippet":{"title":"Harbor","customUrl":"@harbor"}}]}`).Owner(t.Context(), "access")
	require.NoError(t, err)
	require.Equal(t, ChannelOwner{"UC1", "Harbor", "@harbor"}, o)
}

func TestNoSecretOfALoginIsInAnError(t *testing.T) {
	t.Parallel()
	c := answering(t, 400, `{"error":"invalid_grant","error_description":"token refresh-me of s3cret is bad"}`)
	_, err := c.Refresh(t.Context(), "refresh-me")
	require.ErrorIs(t, err, ErrNeedsLogin)
	require.NotContains(t, err.Error(), "refresh-me")
	require.NotContains(t, err.Error(), "s3cret")
}

func FuzzAnswersOfTheTokenServiceAreReadOrRefused(f *testing.F) {
	for _, seed := range []string{`{"access_token":"a","expires_in":1}`, `{"error":"slow_down"}`, `{"access_token":"a\r\nX: y"}`, `{"expires_in":1e99}`, `[]`, ``} {
		f.Add(200, seed)
		f.Add(403, seed)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == 204 || status == 304 || status/100 == 3 {
			return
		}
		g, err := answering(t, status, body).DeviceToken(t.Context(), login.DeviceCode{Secret: "device"})
		if err == nil {
			require.NotEmpty(t, g.Access)
			require.NotContains(t, g.Access, "\n")
			return
		}
		var failed *Error
		known := errors.As(err, &failed)
		for _, e := range []error{login.ErrPending, login.ErrSlowDown, login.ErrDenied, login.ErrExpired} {
			known = known || errors.Is(err, e)
		}
		require.True(t, known, "%v", err)
	})
}

package twitch

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (a *api) form(path string, values url.Values) answer {
	a.t.Helper()
	got, err := a.do(http.MethodPost, path, strings.NewReader(values.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	require.NoError(a.t, err)
	return got
}

func (a *api) refresh(token string) answer {
	a.t.Helper()
	return a.form("/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token},
		"client_id": {"simulated-client"}, "client_secret": {"simulated-client-secret"}})
}

func (a *api) validate(token string) answer {
	a.t.Helper()
	got, err := a.do(http.MethodGet, "/oauth2/validate", nil, map[string]string{"Authorization": "OAuth " + token})
	require.NoError(a.t, err)
	return got
}

func TestAnApplicationSpeaksForAccountsThatAllowIt(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	a := serveAPI(t, s)
	granted := a.form("/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {"simulated-client"}, "client_secret": {"simulated-client-secret"}})
	require.Equal(t, "bearer", granted.body["token_type"])
	require.Nil(t, granted.body["refresh_token"])
	a.token = granted.body["access_token"].(string)
	body := map[string]string{"broadcaster_id": "500000002", "sender_id": "500000001", "message": "beep"}
	require.Equal(t, http.StatusOK, a.helix("POST", "/chat/messages", body).status)
	body["sender_id"] = "500000003"
	require.Equal(t, http.StatusUnauthorized, a.helix("POST", "/chat/messages", body).status)
	require.Equal(t, http.StatusBadRequest, a.helix("GET", "/users", nil).status)
	require.Nil(t, a.validate(a.token).body["login"])
}

func TestRefreshingRotatesBothTokensAndIsRemembered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Now()
	clock := func(o *Options) { o.Clock = func() time.Time { return now } }
	s := open(t, dir, clock)
	a := serveAPI(t, s)
	valid := a.validate(botToken)
	require.Equal(t, "lanternbot", valid.body["login"])
	require.Equal(t, "500000001", valid.body["user_id"])
	require.Equal(t, "simulated-client", valid.body["client_id"])
	require.EqualValues(t, 60*24*3600, valid.body["expires_in"])

	require.NoError(t, s.ExpireTokens("LanternBot"))
	expired := a.validate(botToken)
	require.Equal(t, http.StatusUnauthorized, expired.status)
	require.JSONEq(t, `{"status":401,"message":"invalid access token"}`, expired.raw)

	fresh := a.refresh("simulated-refresh-token")
	require.Equal(t, http.StatusOK, fresh.status, fresh.raw)
	require.EqualValues(t, 4*3600, fresh.body["expires_in"])
	spent := a.refresh("simulated-refresh-token")
	require.Equal(t, http.StatusBadRequest, spent.status)
	require.JSONEq(t, `{"error":"Bad Request","status":400,"message":"Invalid refresh token"}`, spent.raw)

	a = serveAPI(t, open(t, dir, clock))
	require.Equal(t, http.StatusOK, a.validate(fresh.body["access_token"].(string)).status)
	require.Equal(t, http.StatusUnauthorized, a.validate(botToken).status)
	now = now.Add(4 * time.Hour)
	require.Equal(t, http.StatusUnauthorized, a.validate(fresh.body["access_token"].(string)).status)
	require.Equal(t, http.StatusOK, a.refresh(fresh.body["refresh_token"].(string)).status)
	require.Error(t, s.ExpireTokens("nobody"))
}

func TestGrantsAreRefusedToWhoIsNotTheClient(t *testing.T) {
	t.Parallel()
	a := serveAPI(t, open(t, t.TempDir(), nil))
	good := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"pebble-refresh"}, "client_id": {"simulated-client"}, "client_secret": {"simulated-client-secret"}}
	for name, c := range map[string]struct {
		key, value string
		status     int
	}{
		"no client":            {"client_id", "", 400},
		"another client":       {"client_id", "x", 400},
		"the wrong secret":     {"client_secret", "x", 403},
		"no grant type":        {"grant_type", "", 400},
		"an unknown grant":     {"grant_type", "password", 400},
		"an empty token":       {"refresh_token", "", 400},
		"somebody's old token": {"refresh_token", "x", 400},
	} {
		values := url.Values{}
		for key := range good {
			values.Set(key, good.Get(key))
		}
		values.Set(c.key, c.value)
		require.Equal(t, c.status, a.form("/oauth2/token", values).status, name)
	}
	require.Equal(t, http.StatusOK, a.form("/oauth2/token", good).status)
}

func TestARevokedTokenIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := serveAPI(t, open(t, dir, nil))
	require.Equal(t, 200, a.form("/oauth2/revoke", url.Values{"client_id": {"simulated-client"}, "token": {botToken}}).status)
	require.Equal(t, 400, a.form("/oauth2/revoke", url.Values{"client_id": {"simulated-client"}, "token": {botToken}}).status)
	require.Equal(t, 400, a.form("/oauth2/revoke", url.Values{"token": {botToken}}).status)
	require.Equal(t, 401, serveAPI(t, open(t, dir, nil)).validate(botToken).status)
	got, err := a.do(http.MethodGet, "/oauth2/validate", nil, nil)
	require.NoError(t, err)
	require.Equal(t, 401, got.status)
}

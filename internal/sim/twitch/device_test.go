package twitch

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestADeviceGetsTokensOnceItsCodeWasEntered(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	clock := func(o *Options) { o.Clock = func() time.Time { return now } }
	a := serveAPI(t, open(t, dir, clock))
	begin := func() answer {
		return a.form("/oauth2/device", url.Values{"client_id": {"simulated-client"}, "scopes": {"chat:read chat:edit"}})
	}
	ask := func(code string) answer {
		return a.form("/oauth2/token", url.Values{"client_id": {"simulated-client"}, "device_code": {code}, "grant_type": {deviceGrant}, "scopes": {"chat:read"}})
	}
	code := begin()
	require.Equal(t, http.StatusOK, code.status, code.raw)
	secret, shown := code.body["device_code"].(string), code.body["user_code"].(string)
	require.Contains(t, code.body["verification_uri"], activatePath)
	require.JSONEq(t, `{"status":400,"message":"authorization_pending"}`, ask(secret).raw)

	a = serveAPI(t, open(t, dir, clock)) // it remembers
	require.Equal(t, http.StatusBadRequest, a.form(activatePath, url.Values{"user_code": {"WRONG"}, "login": {"lanternbot"}}).status)
	require.Equal(t, http.StatusNoContent, a.form(activatePath, url.Values{"user_code": {shown}, "login": {"LanternBot"}}).status)
	granted := ask(secret)
	require.Equal(t, http.StatusOK, granted.status, granted.raw)
	valid := a.validate(granted.body["access_token"].(string))
	require.Equal(t, "lanternbot", valid.body["login"])
	require.Equal(t, []any{"chat:read", "chat:edit"}, valid.body["scopes"])
	require.Equal(t, http.StatusOK, a.refresh(granted.body["refresh_token"].(string)).status)
	require.JSONEq(t, `{"status":400,"message":"invalid device code"}`, ask(secret).raw)

	refused := begin()
	require.Equal(t, http.StatusNoContent, a.form(activatePath, url.Values{"user_code": {refused.body["user_code"].(string)}, "answer": {"deny"}}).status)
	require.Contains(t, ask(refused.body["device_code"].(string)).raw, "access_denied")
	late := begin()
	now = now.Add(deviceLife)
	require.Contains(t, ask(late.body["device_code"].(string)).raw, "invalid device code")
	require.Equal(t, http.StatusBadRequest, a.form("/oauth2/device", url.Values{"client_id": {"x"}}).status)
}

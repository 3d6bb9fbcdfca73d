package twitch

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/login"
)

func replying(t *testing.T, status int, body string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	c, err := New(Config{Endpoints: Endpoints{Helix: server.URL, OAuth: server.URL}, ClientID: "app", Clock: func() time.Time { return time.Unix(1000, 0) }})
	require.NoError(t, err)
	return c
}

func TestAnAnswerToADeviceSaysWhatToDoNext(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]error{
		"authorization_pending": login.ErrPending, "slow_down": login.ErrSlowDown, "access_denied": login.ErrDenied,
		"invalid device code": login.ErrExpired, "expired_token": login.ErrExpired, "invalid client": ErrNeedsLogin,
	} {
		_, err := replying(t, 400, `{"status":400,"message":"`+message+`"}`).DeviceToken(t.Context(), login.DeviceCode{Secret: "d3v1ce"}, []string{ScopeRead})
		require.ErrorIs(t, err, want, message)
	}
	token, err := replying(t, 200, `{"access_token":"a","refresh_token":"r","expires_in":60,"scope":["chat:read"],"token_type":"bearer"}`).
		DeviceToken(t.Context(), login.DeviceCode{Secret: "d3v1ce"}, []string{ScopeRead})
	require.NoError(t, err)
	require.Equal(t, Token{Access: "a", Refresh: "r", Expires: time.Unix(1060, 0), Scopes: []string{"chat:read"}}, token)
}

func TestACodeForADeviceHasItsPageAndItsEnd(t *testing.T) {
	t.Parallel()
	code, err := replying(t, 200, `{"device_code":"d","user_code":"ABCD","verification_uri":"https://www.twitch.tv/activate?device-code=ABCD","expires_in":1800,"interval":5}`).
		BeginDevice(t.Context(), []string{ScopeRead})
	require.NoError(t, err)
	require.Equal(t, login.DeviceCode{Secret: "d", Shown: "ABCD", Page: "https://www.twitch.tv/activate?device-code=ABCD",
		Interval: 5 * time.Second, Expires: time.Unix(2800, 0)}, code)
}

func TestRevokingWhatIsGoneIsNoError(t *testing.T) {
	t.Parallel()
	require.NoError(t, replying(t, 400, `{"status":400,"message":"Invalid token"}`).Revoke(t.Context(), "gone"))
	require.Error(t, replying(t, 403, `{}`).Revoke(t.Context(), "gone"))
}

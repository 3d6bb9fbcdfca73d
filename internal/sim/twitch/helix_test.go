package twitch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// api is a client of Helix and OAuth.
type api struct {
	t     *testing.T
	url   string
	token string
}

func serveAPI(t *testing.T, s *Server) *api {
	t.Helper()
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return &api{t: t, url: server.URL, token: botToken}
}

type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

func (a *api) do(method, path string, body io.Reader, header map[string]string) (answer, error) {
	ctx, cancel := context.WithTimeout(a.t.Context(), 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, body)
	require.NoError(a.t, err)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	got := answer{status: response.StatusCode, header: response.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &got.body)
	return got, err
}

func (a *api) helix(method, path string, body any) answer {
	a.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(a.t, err)
	got, err := a.do(method, "/helix"+path, bytes.NewReader(encoded), map[string]string{"Authorization": "Bearer " + a.token, "Client-Id": "simulated-client"})
	require.NoError(a.t, err)
	return got
}

func (g answer) data() []any { return g.body["data"].([]any) }

func TestStreamsTellWhoIsLive(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	a := serveAPI(t, s)
	got := a.helix("GET", "/streams?user_login=HarborLights&user_login=tidepool&user_id=1", nil)
	require.Equal(t, http.StatusOK, got.status)
	require.Len(t, got.data(), 1)
	stream := got.data()[0].(map[string]any)
	require.Equal(t, "harborlights", stream["user_login"])
	require.Equal(t, "live", stream["type"])
	started, err := time.Parse(time.RFC3339, stream["started_at"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), started, time.Minute)

	require.NoError(t, s.SetLive("", false))
	got = a.helix("GET", "/streams?user_login=harborlights", nil)
	require.Empty(t, got.data())
	require.NotNil(t, got.body["data"])
	require.False(t, s.Live(""))

	require.NoError(t, s.SetLive("", true))
	require.NoError(t, s.SetLive("", true))
	again := a.helix("GET", "/streams?user_login=harborlights", nil).data()[0].(map[string]any)
	require.NotEqual(t, stream["id"], again["id"], "a new broadcast has a new id")
	require.Error(t, s.SetLive("nowhere", true))
}

func TestHelixLearnsOfChangesLate(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := open(t, t.TempDir(), func(o *Options) {
		o.HelixLag = time.Minute
		o.Clock = func() time.Time { return now }
	})
	a := serveAPI(t, s)
	require.NoError(t, s.SetLive("", false))
	require.Len(t, a.helix("GET", "/streams?user_login=harborlights", nil).data(), 1)
	now = now.Add(time.Minute)
	require.Empty(t, a.helix("GET", "/streams?user_login=harborlights", nil).data())
}

func TestStreamsComeInPages(t *testing.T) {
	t.Parallel()
	a := serveAPI(t, open(t, t.TempDir(), func(o *Options) {
		for i := range 30 {
			o.Seed.Channels = append(o.Seed.Channels, Channel{Login: fmt.Sprintf("room%02d", i)})
		}
	}))
	seen := map[string]bool{}
	cursor := ""
	for range 4 {
		got := a.helix("GET", "/streams?first=10&after="+cursor, nil)
		for _, stream := range got.data() {
			seen[stream.(map[string]any)["user_login"].(string)] = true
		}
		cursor, _ = got.body["pagination"].(map[string]any)["cursor"].(string)
	}
	require.Len(t, seen, 31)
	require.Empty(t, cursor)
	for _, bad := range []string{"first=0", "first=101", "first=x", "after=%21", "after=eA"} {
		require.Equal(t, http.StatusBadRequest, a.helix("GET", "/streams?"+bad, nil).status, bad)
	}
	require.Equal(t, http.StatusBadRequest, a.helix("GET", "/streams?"+strings.Repeat("user_login=a&", 101), nil).status)
}

func TestUsersAreFoundByLoginIDAndToken(t *testing.T) {
	t.Parallel()
	a := serveAPI(t, open(t, t.TempDir(), nil))
	require.Equal(t, "lanternbot", a.helix("GET", "/users", nil).data()[0].(map[string]any)["login"])
	got := a.helix("GET", "/users?login=PEBBLE&id=500000002&login=nobody_at_all", nil).data()
	require.Len(t, got, 2)
	require.Equal(t, http.StatusBadRequest, a.helix("GET", "/users?"+strings.Repeat("id=1&", 101), nil).status)
}

func TestRequestsWithoutTheRightCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	a := serveAPI(t, open(t, t.TempDir(), nil))
	for name, header := range map[string]map[string]string{
		"no token":        {"Client-Id": "simulated-client"},
		"no client":       {"Authorization": "Bearer " + botToken},
		"another client":  {"Authorization": "Bearer " + botToken, "Client-Id": "other"},
		"an unknown one":  {"Authorization": "Bearer x", "Client-Id": "simulated-client"},
		"the wrong words": {"Authorization": "OAuth " + botToken, "Client-Id": "simulated-client"},
	} {
		got, err := a.do(http.MethodGet, "/helix/streams", nil, header)
		require.NoError(t, err)
		require.Equal(t, http.StatusUnauthorized, got.status, name)
		require.Equal(t, "Unauthorized", got.body["error"], name)
		require.EqualValues(t, 401, got.body["status"], name)
		require.NotEmpty(t, got.body["message"], name)
	}
}

func TestTheEightHundredthAndFirstRequestInAMinuteIsTooMuch(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := serveAPI(t, open(t, t.TempDir(), func(o *Options) {
		o.Limits.Helix = 60
		o.Clock = func() time.Time { return now }
	}))
	for i := range 60 {
		got := a.helix("GET", "/users", nil)
		require.Equal(t, http.StatusOK, got.status)
		require.Equal(t, strconv.Itoa(59-i), got.header.Get("Ratelimit-Remaining"))
	}
	got := a.helix("GET", "/users", nil)
	require.Equal(t, http.StatusTooManyRequests, got.status)
	require.Equal(t, "60", got.header.Get("Ratelimit-Limit"))
	require.Equal(t, strconv.FormatInt(now.Add(time.Minute).Unix(), 10), got.header.Get("Ratelimit-Reset"))
	now = now.Add(time.Second)
	require.Equal(t, http.StatusOK, a.helix("GET", "/users", nil).status)
}

func TestAMessageThroughHelixIsSentOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := open(t, t.TempDir(), func(o *Options) { o.Clock = func() time.Time { return now } })
	a := serveAPI(t, s)
	a.token = "pebble-token"
	send := func(text string) answer {
		return a.helix("POST", "/chat/messages", map[string]string{"broadcaster_id": "500000002", "sender_id": "500000003", "message": text})
	}
	result := func(g answer) map[string]any {
		t.Helper()
		require.Equal(t, http.StatusOK, g.status, g.raw)
		return g.data()[0].(map[string]any)
	}
	sent := result(send("hello"))
	require.Equal(t, true, sent["is_sent"])
	require.Equal(t, s.Messages("", "", 1)[0].ID, sent["message_id"])
	now = now.Add(5 * time.Second)
	again := result(send("hello"))
	require.Equal(t, false, again["is_sent"])
	require.Equal(t, "msg_duplicate", again["drop_reason"].(map[string]any)["code"])

	s.fault(t, TargetHelix, "not_sent", 1)
	require.Equal(t, http.StatusOK, a.helix("GET", "/users", nil).status, "the fault waits for a message")
	require.Equal(t, false, result(send("other"))["is_sent"])

	require.Equal(t, http.StatusUnprocessableEntity, send(strings.Repeat("x", 501)).status)
	require.Equal(t, http.StatusBadRequest, send("").status)
	require.Equal(t, http.StatusBadRequest, a.helix("POST", "/chat/messages", "no object").status)
	require.Equal(t, http.StatusBadRequest, a.helix("POST", "/chat/messages", map[string]string{"message": "x"}).status)
	require.Equal(t, http.StatusBadRequest, a.helix("POST", "/chat/messages", map[string]string{"broadcaster_id": "1", "sender_id": "2", "message": "x"}).status)
	a.token = botToken
	require.Equal(t, http.StatusUnauthorized, send("as somebody else").status)
	a.token = "mute-token"
	require.Equal(t, http.StatusUnauthorized, a.helix("POST", "/chat/messages",
		map[string]string{"broadcaster_id": "500000002", "sender_id": "500000004", "message": "x"}).status)
	require.Len(t, s.Messages("", "", 10), 1)
}

func TestFaultsOfRequests(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	a := serveAPI(t, s)
	for target, path := range map[string]string{TargetHelix: "/helix/users", TargetOAuth: "/oauth2/validate"} {
		get := func() (answer, error) {
			return a.do(http.MethodGet, path, nil, map[string]string{"Authorization": "Bearer " + botToken, "Client-Id": "simulated-client"})
		}
		for _, status := range []int{401, 403, 404, 429, 500, 503} {
			s.fault(t, target, strconv.Itoa(status), 1)
			got, err := get()
			require.NoError(t, err)
			require.Equal(t, status, got.status)
			require.EqualValues(t, status, got.body["status"])
			require.Equal(t, status == 429, got.header.Get("Ratelimit-Reset") != "")
			got, err = get()
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, got.status)
		}
		s.fault(t, target, "truncate", 1)
		got, err := get()
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.NotEmpty(t, got.raw)
		s.fault(t, target, "malformed", 1)
		got, err = get()
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, got.status)
		require.False(t, json.Valid([]byte(got.raw)))
		s.fault(t, target, "hang", 1)
		_, err = get()
		require.True(t, errors.Is(err, context.DeadlineExceeded), "%v", err)
	}
}

func TestATruncatedAnswerHidesWhatWasDone(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	a := serveAPI(t, s)
	s.fault(t, TargetHelix, "truncate", 1)
	body := `{"broadcaster_id":"500000002","sender_id":"500000001","message":"said all the same"}`
	_, err := a.do(http.MethodPost, "/helix/chat/messages", strings.NewReader(body), map[string]string{"Authorization": "Bearer " + botToken, "Client-Id": "simulated-client"})
	require.Error(t, err)
	require.Len(t, s.Messages("", "", 10), 1)
}

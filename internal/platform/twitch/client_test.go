package twitch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// service is the platform in memory: it answers each request with the next of
// its answers, the last for ever, and remembers the requests.
type service struct {
	mu      sync.Mutex
	answers []answer
	asked   []asked
}

type answer struct {
	status int
	body   string
	header map[string]string
	err    error
	hang   bool
	cut    bool // the body ends in the middle
}

type asked struct {
	method, url, auth, clientID string
	form                        url.Values
	body                        string
	at                          time.Time
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	form, _ := url.ParseQuery(string(body))
	s.mu.Lock()
	a := s.answers[min(len(s.asked), len(s.answers)-1)]
	s.asked = append(s.asked, asked{r.Method, r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Client-Id"), form, string(body), time.Now()})
	s.mu.Unlock()
	if a.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{}
	for k, v := range a.header {
		header.Set(k, v)
	}
	var reader io.Reader = strings.NewReader(a.body)
	if a.cut {
		reader = io.MultiReader(strings.NewReader(a.body[:len(a.body)/2]), broken{})
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(reader), Request: r}, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

const (
	liveNova = `{"data":[{"id":"s1","user_id":"1","user_login":"nova","user_name":"Nova","type":"live","title":"Hi","viewer_count":7,"started_at":"2026-01-01T00:00:00Z"}],"pagination":{}}`
	offline  = `{"data":[],"pagination":{}}`
	refused  = `{"error":"Unauthorized","status":401,"message":"Invalid OAuth token: tok-1 secret-s"}`
)

func ok(body string) answer { return answer{status: 200, body: body} }

// script runs a test in a bubble with a clock of its own.
func script(t *testing.T, answers []answer, act func(t *testing.T, s *service, c *Client)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: answers}
		c, err := New(Config{
			Endpoints: Endpoints{Helix: "http://helix.test/helix/", OAuth: "http://id.test/oauth2"},
			ClientID:  "client", ClientSecret: "secret-s",
			HTTPClient: &http.Client{Transport: s}, Rand: func() float64 { return 0 }, Log: zerolog.Nop(),
		})
		require.NoError(t, err)
		act(t, s, c)
	})
}

// fixed are tokens that count their refreshes.
type fixed struct{ refreshes int }

func (f *fixed) Token(context.Context) (string, error) {
	return fmt.Sprintf("tok-%d", f.refreshes+1), nil
}

func (f *fixed) Refresh(_ context.Context, refused string) (string, error) {
	f.refreshes++
	return fmt.Sprintf("tok-%d", f.refreshes+1), nil
}

func TestAStreamIsLiveWhenItIsInTheAnswer(t *testing.T) {
	script(t, []answer{ok(liveNova)}, func(t *testing.T, s *service, c *Client) {
		streams, err := c.Helix("bot", &fixed{}).Streams(t.Context(), []string{"#Nova ", "vega", "nova", ""})
		require.NoError(t, err)
		require.Len(t, streams, 1)
		require.Equal(t, "s1", streams[0].ID)
		require.Equal(t, 7, streams[0].Viewers)
		require.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), streams[0].StartedAt)
		require.Equal(t, "http://helix.test/helix/streams?first=100&user_login=nova&user_login=vega", s.asked[0].url)
		require.Equal(t, "Bearer tok-1", s.asked[0].auth)
		require.Equal(t, "client", s.asked[0].clientID)
	})
}

func TestAHundredLoginsGoIntoOneCall(t *testing.T) {
	script(t, []answer{ok(liveNova), ok(offline), ok(liveNova)}, func(t *testing.T, s *service, c *Client) {
		logins := make([]string, 250)
		for i := range logins {
			logins[i] = fmt.Sprintf("c%03d", i)
		}
		streams, err := c.Helix("bot", &fixed{}).Streams(t.Context(), logins)
		require.NoError(t, err)
		require.Len(t, streams, 2)
		require.Len(t, s.asked, 3)
		for i, n := range []int{100, 100, 50} {
			require.Equal(t, n, strings.Count(s.asked[i].url, "user_login="))
		}
	})
}

func TestNobodyAskedForIsNoCall(t *testing.T) {
	script(t, []answer{ok(offline)}, func(t *testing.T, s *service, c *Client) {
		streams, err := c.Helix("bot", &fixed{}).Streams(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, streams)
		require.Empty(t, s.asked)
	})
}

func TestOneFailedCallMeansNothingIsKnown(t *testing.T) {
	script(t, []answer{ok(liveNova), {status: 500}}, func(t *testing.T, _ *service, c *Client) {
		logins := make([]string, 150)
		for i := range logins {
			logins[i] = fmt.Sprint("c", i)
		}
		streams, err := c.Helix("bot", &fixed{}).Streams(t.Context(), logins)
		require.Error(t, err)
		require.Nil(t, streams)
	})
}

func TestUsersAreFoundByLogin(t *testing.T) {
	script(t, []answer{ok(`{"data":[{"id":"1","login":"nova","display_name":"Nova"}]}`)}, func(t *testing.T, s *service, c *Client) {
		users, err := c.Helix("bot", &fixed{}).Users(t.Context(), []string{"nova"})
		require.NoError(t, err)
		require.Equal(t, "1", users[0].ID)
		require.Equal(t, "http://helix.test/helix/users?login=nova", s.asked[0].url)
	})
}

func TestEveryFailureOfHelixHasItsAction(t *testing.T) {
	reset := func(seconds int) map[string]string {
		return map[string]string{"Ratelimit-Remaining": "0", "Ratelimit-Reset": strconv.FormatInt(time.Date(2000, 1, 1, 0, 0, seconds, 0, time.UTC).Unix(), 10)}
	}
	type want struct {
		calls, refreshes, status int
		retry                    bool
		retryAfter, took         time.Duration
		needsLogin               bool
	}
	for name, c := range map[string]struct {
		answers []answer
		want    want
	}{
		"401 is refreshed and asked again": {[]answer{{status: 401, body: refused}, ok(offline)}, want{calls: 2, refreshes: 1}},
		"401 for ever needs a person": {[]answer{{status: 401, body: refused}},
			want{calls: 2, refreshes: 1, status: 401, needsLogin: true}},
		"429 waits for the reset and is asked again": {[]answer{{status: 429, header: reset(40)}, ok(offline)},
			want{calls: 2, took: 40 * time.Second}},
		"429 that is reset in the same second waits a second": {[]answer{{status: 429, header: reset(0)}, ok(offline)},
			want{calls: 2, took: time.Second}},
		"429 with Retry-After waits that long": {[]answer{{status: 429, header: map[string]string{"Retry-After": "7"}}, ok(offline)},
			want{calls: 2, took: 7 * time.Second}},
		"429 without any time waits a little": {[]answer{{status: 429}, ok(offline)}, want{calls: 2, took: 5 * time.Second}},
		"429 twice is reported":               {[]answer{{status: 429, header: reset(30)}}, want{calls: 2, status: 429, retry: true, took: 30 * time.Second}},
		"429 with a far reset is reported": {[]answer{{status: 429, header: reset(600)}},
			want{calls: 1, status: 429, retry: true, retryAfter: 600 * time.Second}},
		"500 is asked once more":                 {[]answer{{status: 500}, ok(offline)}, want{calls: 2, took: 250 * time.Millisecond}},
		"503 twice is reported":                  {[]answer{{status: 503}}, want{calls: 2, status: 503, retry: true, took: 250 * time.Millisecond}},
		"a broken connection is asked once more": {[]answer{{err: errors.New("reset")}, ok(offline)}, want{calls: 2, took: 250 * time.Millisecond}},
		"a broken connection twice is reported":  {[]answer{{err: errors.New("reset")}}, want{calls: 2, retry: true, took: 250 * time.Millisecond}},
		"a server that hangs is left":            {[]answer{{hang: true}}, want{calls: 2, retry: true, took: 20*time.Second + 250*time.Millisecond}},
		"a truncated answer is asked once more":  {[]answer{{status: 200, body: liveNova, cut: true}, ok(offline)}, want{calls: 2, took: 250 * time.Millisecond}},
		"an answer that is no JSON is reported":  {[]answer{ok("<html>")}, want{calls: 2, status: 200, retry: true, took: 250 * time.Millisecond}},
		"an answer of 5 MB is not read":          {[]answer{ok(strings.Repeat(" ", 5<<20))}, want{calls: 1, status: 200}},
		"400 is final":                           {[]answer{{status: 400, body: `{"message":"Malformed query params."}`}}, want{calls: 1, status: 400}},
		"404 is final":                           {[]answer{{status: 404}}, want{calls: 1, status: 404}},
		"a redirect is not followed":             {[]answer{{status: 302, header: map[string]string{"Location": "http://evil.test/"}}}, want{calls: 1, status: 302}},
	} {
		t.Run(name, func(t *testing.T) {
			script(t, c.answers, func(t *testing.T, s *service, client *Client) {
				tokens := &fixed{}
				begun := time.Now()
				_, err := client.Helix("bot", tokens).Streams(t.Context(), []string{"nova"})
				require.Len(t, s.asked, c.want.calls)
				require.Equal(t, c.want.refreshes, tokens.refreshes)
				require.Equal(t, c.want.took, time.Since(begun))
				if c.want.refreshes > 0 {
					require.Equal(t, "Bearer tok-2", s.asked[1].auth)
				}
				if c.want.status == 0 && !c.want.retry {
					require.NoError(t, err)
					return
				}
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.Equal(t, "twitch", failed.Platform)
				require.Equal(t, "helix streams", failed.Operation)
				require.Equal(t, c.want.status, failed.Status)
				require.Equal(t, c.want.retry, failed.Retryable())
				require.InDelta(t, c.want.retryAfter.Seconds(), failed.RetryAfter.Seconds(), 1)
				require.Equal(t, c.want.needsLogin, errors.Is(err, ErrNeedsLogin))
				require.NotContains(t, err.Error(), "tok-")
			})
		})
	}
}

func TestABudgetThatIsUsedUpIsWaitedForBeforeTheNextCall(t *testing.T) {
	used := ok(offline)
	used.header = map[string]string{"Ratelimit-Remaining": "0", "Ratelimit-Reset": strconv.FormatInt(time.Date(2000, 1, 1, 0, 0, 20, 0, time.UTC).Unix(), 10)}
	script(t, []answer{used, ok(offline)}, func(t *testing.T, s *service, c *Client) {
		h := c.Helix("bot", &fixed{})
		_, err := h.Streams(t.Context(), []string{"nova"})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = h.Streams(ctx, []string{"nova"})
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, 20*time.Second, failed.RetryAfter)
		require.Len(t, s.asked, 1, "not asked while there is no room")
		_, err = h.Streams(t.Context(), []string{"nova"})
		require.NoError(t, err)
		require.Equal(t, 20*time.Second, s.asked[1].at.Sub(s.asked[0].at))
		_, err = c.Helix("other", &fixed{}).Streams(t.Context(), []string{"nova"})
		require.NoError(t, err)
	})
}

func TestValidateTellsWhoATokenBelongsTo(t *testing.T) {
	script(t, []answer{ok(`{"client_id":"c","login":"bot","scopes":["chat:read"],"user_id":"9","expires_in":5520838}`)},
		func(t *testing.T, s *service, c *Client) {
			v, err := c.Validate(t.Context(), "tok-1")
			require.NoError(t, err)
			require.Equal(t, Validation{ClientID: "c", Login: "bot", UserID: "9", Scopes: []string{"chat:read"}, ExpiresIn: 5520838}, v)
			require.Equal(t, "http://id.test/oauth2/validate", s.asked[0].url)
			require.Equal(t, "OAuth tok-1", s.asked[0].auth)
		})
}

func TestARefusedTokenNeedsALoginAndIsNotPrinted(t *testing.T) {
	script(t, []answer{{status: 401, body: `{"status":401,"message":"invalid access token tok-1"}`}},
		func(t *testing.T, s *service, c *Client) {
			_, err := c.Validate(t.Context(), "tok-1")
			require.ErrorIs(t, err, ErrNeedsLogin)
			require.ErrorContains(t, err, "invalid access token [redacted]")
			require.Len(t, s.asked, 1)
		})
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Endpoints: Endpoints{Helix: "ftp://x", OAuth: ""}})
	require.ErrorContains(t, err, `helix address "ftp://x"`)
	require.ErrorContains(t, err, "oauth address")
	require.ErrorContains(t, err, "client id is missing")
	_, err = New(Config{Endpoints: Production, ClientID: "c"})
	require.NoError(t, err)
}

func TestATokenIsNeverPrinted(t *testing.T) {
	t.Parallel()
	token := Token{Access: "tok-1", Refresh: "ref-1"}
	var log strings.Builder
	logger := zerolog.New(&log)
	logger.Info().Interface("token", token).Any("pointer", &token).Msg(fmt.Sprintf("%v %+v %#v %s", token, token, token, token))
	encoded, err := json.Marshal(token)
	require.NoError(t, err)
	for _, text := range []string{log.String(), string(encoded)} {
		require.NotContains(t, text, "tok-1")
		require.NotContains(t, text, "ref-1")
	}
}

func FuzzExplain(f *testing.F) {
	f.Add([]byte(`{"message":"Invalid refresh token"}`))
	f.Add([]byte(`{"message":"` + strings.Repeat("é", 300) + `"}`))
	f.Add([]byte(`{"message":5}`))
	f.Add([]byte("\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		text := call.Short(explain(body), "hush-hush", "")
		require.NotContains(t, text, "hush-hush")
		require.LessOrEqual(t, len([]rune(text)), call.MaxMessage)
		require.NotContains(t, text, "\n")
	})
}

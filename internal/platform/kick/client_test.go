package kick

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
}

type asked struct {
	method, url, auth, body string
	at                      time.Time
}

// RoundTrip implements http.RoundTripper.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	a := s.answers[min(len(s.asked), len(s.answers)-1)]
	s.asked = append(s.asked, asked{r.Method, r.URL.String(), r.Header.Get("Authorization"), string(body), time.Now()})
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
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// fixed are tokens of which one replacement is there.
type fixed struct {
	refreshed int
	refusal   error
}

func (f *fixed) Token(context.Context) (string, error) { return "token-one", nil }

func (f *fixed) Refresh(context.Context, string) (string, error) {
	f.refreshed++
	return "token-two", f.refusal
}

func at(t *testing.T, answers ...answer) (*service, *Client, *API, *fixed) {
	t.Helper()
	s, tokens := &service{answers: answers}, &fixed{}
	c, err := New(Config{
		Endpoints: Endpoints{API: "https://api.test/", OAuth: "https://id.test", Site: "https://site.test"},
		ClientID:  "app", ClientSecret: "app-secret", HTTPClient: &http.Client{Transport: s}, Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	return s, c, c.API("bot", tokens), tokens
}

func TestAMessageIsSentAtMostOnce(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection reset")
	for name, c := range map[string]struct {
		answer            answer
		maybe, retry, not bool
		cause             error
	}{
		"shown":             {answer: answer{status: 200, body: `{"data":{"is_sent":true,"message_id":"m"},"message":"OK"}`}},
		"not shown":         {answer: answer{status: 200, body: `{"data":{"is_sent":false},"message":"slow mode"}`}, cause: ErrNotSent},
		"a server error":    {answer: answer{status: 502}, maybe: true, retry: true},
		"a lost answer":     {answer: answer{err: lost}, maybe: true, retry: true, cause: lost},
		"no answer":         {answer: answer{hang: true}, maybe: true, retry: true, cause: context.DeadlineExceeded},
		"half an answer":    {answer: answer{status: 200, body: `{"data":{"is_se`}, maybe: true, retry: true},
		"nobody listening":  {answer: answer{err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, retry: true},
		"an unknown name":   {answer: answer{err: &net.DNSError{Err: "no such host"}}, retry: true},
		"too many":          {answer: answer{status: 429, header: map[string]string{"Retry-After": "7"}}, retry: true},
		"forbidden":         {answer: answer{status: 403, body: `{"message":"banned"}`}, cause: ErrForbidden},
		"a missing message": {answer: answer{status: 404}, cause: ErrNotFound},
		"a refused content": {answer: answer{status: 400, body: `{"message":"too long"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _, api, _ := at(t, c.answer)
				id, err := api.Send(t.Context(), Message{As: AsUser, BroadcasterID: 7, Text: "hi", ReplyTo: "p"})
				require.Len(t, s.asked, 1)
				require.JSONEq(t, `{"type":"user","content":"hi","broadcaster_user_id":7,"reply_to_message_id":"p"}`, s.asked[0].body)
				if name == "shown" {
					require.NoError(t, err)
					require.Equal(t, "m", id)
					return
				}
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.Equal(t, c.maybe, failed.Unanswered(), err)
				require.Equal(t, c.retry, failed.Retryable())
				if c.cause != nil {
					require.ErrorIs(t, err, c.cause)
				}
				if name == "too many" {
					require.Equal(t, 7*time.Second, failed.RetryIn())
				}
			})
		})
	}
}

func TestReadingIsTriedAgainAfterALostAnswerAndHonoursTheWaitAskedFor(t *testing.T) {
	t.Parallel()
	const found = `{"data":[{"broadcaster_user_id":7,"slug":"harbor","stream":{"is_live":true,"start_time":"2026-01-01T10:00:00Z","viewer_count":3}}]}`
	for name, first := range map[string]answer{
		"a server error": {status: 503}, "a lost answer": {err: errors.New("reset")},
		"too many": {status: 429, header: map[string]string{"Retry-After": "3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _, api, _ := at(t, first, answer{status: 200, body: found})
				channels, err := api.Channels(t.Context(), []string{" Harbor", "harbor"})
				require.NoError(t, err)
				require.Len(t, channels, 1)
				require.Equal(t, time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC), channels[0].Stream.StartTime.Time)
				require.Len(t, s.asked, 2)
				require.Equal(t, "https://api.test/public/v1/channels?slug=harbor", s.asked[1].url)
				if name == "too many" {
					require.Equal(t, 3*time.Second, s.asked[1].at.Sub(s.asked[0].at))
				}
			})
		})
	}
}

func TestAWaitThatIsTooLongIsToldAndNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _, api, _ := at(t, answer{status: 429, header: map[string]string{"Retry-After": "3600"}})
		_, err := api.Users(t.Context())
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, time.Hour, failed.RetryIn())
		_, err = api.Users(t.Context())
		require.ErrorAs(t, err, &failed)
		require.Len(t, s.asked, 1, "nothing is asked before the time has come")
	})
}

func TestManyChannelsAreAskedForInSeveralCalls(t *testing.T) {
	t.Parallel()
	s, _, api, _ := at(t, answer{status: 200, body: `{"data":[]}`})
	names := make([]string, 120)
	for i := range names {
		names[i] = fmt.Sprintf("c%03d", i)
	}
	_, err := api.Channels(t.Context(), names)
	require.NoError(t, err)
	require.Len(t, s.asked, 3)
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	s, _, api, _ := at(t, answer{status: 401}, answer{status: 200, body: `{"data":[{"user_id":9,"name":"Bot"}]}`})
	users, err := api.Users(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 9, users[0].ID)
	require.Equal(t, []string{"Bearer token-one", "Bearer token-two"}, []string{s.asked[0].auth, s.asked[1].auth})

	s, _, api, tokens := at(t, answer{status: 401})
	_, err = api.Users(t.Context())
	require.ErrorIs(t, err, ErrNeedsLogin)
	require.Len(t, s.asked, 2)
	require.Equal(t, 1, tokens.refreshed)
}

func TestNoErrorHoldsASecret(t *testing.T) {
	t.Parallel()
	_, c, api, _ := at(t, answer{status: 400, body: `{"message":"bad app-secret, token-one, refresh-me, the-code and the-verifier","error":"invalid_grant"}`})
	_, err := api.Users(t.Context())
	require.ErrorContains(t, err, "[redacted]")
	errs := []error{err}
	_, err = c.RefreshToken(t.Context(), "refresh-me")
	require.ErrorIs(t, err, ErrNeedsLogin)
	errs = append(errs, err)
	_, err = c.Exchange(t.Context(), "the-code", "the-verifier", "http://127.0.0.1/")
	errs = append(errs, err, c.Revoke(t.Context(), "token-one", ""))
	for i, secret := range []string{"token-one", "refresh-me", "the-code", "token-one"} {
		require.Error(t, errs[i])
		require.NotContains(t, errs[i].Error(), secret)
		require.NotContains(t, errs[i].Error(), "app-secret")
	}
	text, err := json.Marshal(Token{Access: "token-one", Refresh: "refresh-me"})
	require.NoError(t, err)
	require.NotContains(t, string(text)+fmt.Sprintf("%v %+v %#v", Token{Access: "token-one"}, Token{Access: "token-one"}, Token{Access: "token-one"}), "token-one")
}

func TestAGrantUsesTheVerifierAndIsNeverRepeated(t *testing.T) {
	t.Parallel()
	s, c, _, _ := at(t, answer{status: 200, body: `{"access_token":"a","refresh_token":"r","expires_in":7200,"scope":"chat:write user:read"}`}, answer{status: 503})
	token, err := c.Exchange(t.Context(), "code", "verifier", "http://127.0.0.1:1/")
	require.NoError(t, err)
	require.Equal(t, []string{"chat:write", "user:read"}, token.Scopes)
	require.WithinDuration(t, time.Now().Add(2*time.Hour), token.Expires, time.Minute)
	form, err := url.ParseQuery(s.asked[0].body)
	require.NoError(t, err)
	require.Equal(t, url.Values{
		"grant_type": {"authorization_code"}, "code": {"code"}, "code_verifier": {"verifier"}, "redirect_uri": {"http://127.0.0.1:1/"},
		"client_id": {"app"}, "client_secret": {"app-secret"},
	}, form)
	_, err = c.RefreshToken(t.Context(), "r")
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrNeedsLogin, "the service was down, which a login does not mend")
	require.Len(t, s.asked, 2)

	page, err := url.Parse(c.AuthorizeURL("http://127.0.0.1:1/", "st", "ch", []string{ScopeUserRead, ScopeChatWrite}))
	require.NoError(t, err)
	require.Equal(t, "S256", page.Query().Get("code_challenge_method"))
	require.Equal(t, "user:read chat:write", page.Query().Get("scope"))
}

func TestTokensChangeTogetherAndAreStoredBeforeTheyAreUsed(t *testing.T) {
	t.Parallel()
	s, c, _, _ := at(t, answer{status: 200, body: `{"access_token":"a2","refresh_token":"r2","expires_in":7200}`})
	full := errors.New("disk is full")
	var stored []Token
	failing := true
	tokens := NewUserTokens(c, Token{Access: "a1", Refresh: "r1", Expires: time.Now().Add(time.Minute)}, func(_ context.Context, token Token) error {
		if failing {
			return full
		}
		stored = append(stored, token)
		return nil
	})
	_, err := tokens.Token(t.Context())
	require.ErrorIs(t, err, full)
	failing = false
	access, err := tokens.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a2", access)
	require.Equal(t, "r2", stored[0].Refresh)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { _, _ = tokens.Refresh(t.Context(), "a1") })
	}
	group.Wait()
	require.Len(t, s.asked, 1, "who comes late gets the token that is there")
}

func TestTheSiteThatRefusesProgramsIsToldApartFromAMissingChannel(t *testing.T) {
	t.Parallel()
	for status, cause := range map[int]error{403: ErrBlocked, 404: ErrNotFound} {
		_, c, _, _ := at(t, answer{status: status})
		_, err := c.Room(t.Context(), "harbor")
		require.ErrorIs(t, err, cause)
	}
	_, c, _, _ := at(t, answer{status: 200, body: `{"id":2,"user_id":3,"slug":"harbor","chatroom":{"id":4}}`})
	room, err := c.Room(t.Context(), "harbor")
	require.NoError(t, err)
	require.Equal(t, Room{Slug: "harbor", UserID: 3, ChannelID: 2, ChatroomID: 4}, room)
}

func TestAddressesAreChecked(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Endpoints: Endpoints{API: "nonsense", OAuth: Production.OAuth, Site: Production.Site}})
	require.ErrorContains(t, err, `kick api address "nonsense"`)
	_, err = New(Config{Endpoints: Production})
	require.NoError(t, err)
}

func FuzzAnswers(f *testing.F) {
	for _, body := range []string{`{"data":[{"broadcaster_user_id":1,"stream":{"start_time":"0001-01-01T00:00:00Z"}}]}`, `{"data":{}}`, `{"message":"x"}`, `[]`, ``} {
		f.Add(200, body)
		f.Add(400, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		status = 200 + (status&0x7fffffff)%300
		s := &service{answers: []answer{{status: status, body: body}}}
		c, err := New(Config{Endpoints: Production, HTTPClient: &http.Client{Transport: s}, Rand: func() float64 { return 0 }})
		require.NoError(t, err)
		var into struct {
			Data []Channel `json:"data"`
		}
		if err := c.do(t.Context(), call.Request{Operation: "read", Method: http.MethodGet, URL: "https://api.test/"}, &into); err != nil {
			require.LessOrEqual(t, len(err.Error()), 1200)
		}
		_, _ = ParseKey(body)
		_ = ParseTime(body)
		_, _ = c.PublicKey(t.Context())
	})
}

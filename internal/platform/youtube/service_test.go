package youtube

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// service is the platform in memory: tokens are always granted unless the test
// says otherwise, and every other request gets the next of its answers, the last
// one for ever.
type service struct {
	mu      sync.Mutex
	answers []answer
	tokens  []answer // the last one for ever; granted when empty
	granted int
	asked   []asked
}

type answer struct {
	status int
	body   string
	header map[string]string
	err    error
	hang   bool
	deaf   bool // does not even read
	cut    bool // the body ends in the middle
}

type asked struct {
	method, url, auth, agent, body string
	header                         http.Header
	length                         int64
}

// RoundTrip implements http.RoundTripper.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	a, token := s.next(r)
	if !a.deaf && r.Body != nil {
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		if !token {
			s.asked[len(s.asked)-1].body = string(body)
		}
		s.mu.Unlock()
	}
	if a.hang || a.deaf {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for k, v := range a.header {
		header.Set(k, v)
	}
	var reader io.Reader = strings.NewReader(a.body)
	if a.cut {
		reader = io.MultiReader(strings.NewReader(a.body[:len(a.body)/2]), broken{})
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(reader), Request: r}, nil
}

func (s *service) next(r *http.Request) (a answer, token bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/token" {
		s.granted++
		if len(s.tokens) > 0 {
			return s.tokens[min(s.granted, len(s.tokens))-1], true
		}
		return ok(`{"access_token":"access-` + string(rune('0'+s.granted)) + `","expires_in":3599,"token_type":"Bearer"}`), true
	}
	a = s.answers[min(len(s.asked), len(s.answers)-1)]
	s.asked = append(s.asked, asked{
		method: r.Method, url: r.URL.String(), auth: r.Header.Get("Authorization"), agent: r.Header.Get("User-Agent"),
		header: r.Header, length: r.ContentLength,
	})
	return a, false
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func ok(body string) answer { return answer{status: 200, body: body} }

// script runs a test in a bubble with a clock of its own.
func script(t *testing.T, answers []answer, act func(t *testing.T, s *service, c *Client)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: answers}
		act(t, s, clientOf(t, s, "https://youtube.test"))
	})
}

func clientOf(t *testing.T, s *service, root string) *Client {
	t.Helper()
	c, err := New(Config{
		Endpoints: Endpoints{API: root + "/", OAuth: "https://id.test/token"},
		ClientID:  "app", ClientSecret: "secret-s", RefreshToken: "refresh-1", UserAgent: "tester",
		HTTPClient: &http.Client{Transport: s, Timeout: time.Second}, Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	return c
}

const session = "https://youtube.test/upload/youtube/v3/videos?uploadType=resumable&upload_id=xyzzy"

// requireClean makes sure that a text holds no secret.
func requireClean(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"access-", "refresh-1", "secret-s", "xyzzy", "upload_id"} {
		require.NotContains(t, text, secret)
	}
}

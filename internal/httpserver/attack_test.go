package httpserver

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClientsThatNeverEndTheirRequestAreHungUpOn(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.headerTimeout = 2 * time.Second })
	var slow []net.Conn
	for range 50 {
		slow = append(slow, s.beginRequest())
	}
	for _, conn := range slow {
		requireHungUp(t, conn)
	}
	resp, _ := s.raw("GET /exports/clips.json")
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

// beginRequest sends a request that has no end.
func (s *site) beginRequest() net.Conn {
	s.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", s.host)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = io.WriteString(conn, "GET /exports/clips.json HTTP/1.1\r\nHost: "+s.host+"\r\nX-Slow: ")
	require.NoError(s.t, err)
	return conn
}

// requireHungUp waits until the server has had enough.
func requireHungUp(t *testing.T, conn net.Conn) {
	t.Helper()
	answer, err := io.ReadAll(conn)
	var timeout net.Error
	if errors.As(err, &timeout) {
		require.False(t, timeout.Timeout(), "still connected after a minute")
	}
	require.NotContains(t, string(answer), "200 OK")
}

func TestListeningLastsLongerThanARequestMayTake(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) {
		o.requestTimeout, o.headerTimeout, o.lookInterval = 2*time.Second, 3*time.Second, time.Millisecond
	})
	l := s.listen()
	require.JSONEq(t, `{"generation": 1}`, l.next())
	requireHungUp(t, s.beginRequest()) // whose time began after the listener's
	s.replace(manifestOf(2, map[string]string{"clips.json": "changed", "jobs.json": "bb", "admin/permissions.json": "cc"}))
	require.JSONEq(t, `{"file": "clips.json", "generation": 2}`, l.next())
}

func TestHugeTokensAndManyHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token = token })
	resp, _ := s.raw("GET /exports/jobs.json", "Authorization: Bearer "+strings.Repeat("x", 8<<10))
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	many := make([]string, 500)
	for i := range many {
		many[i] = "Authorization: Bearer " + token[:10]
	}
	resp, _ = s.raw("GET /exports/jobs.json", many...)
	require.Contains(t, []int{http.StatusUnauthorized, http.StatusRequestHeaderFieldsTooLarge}, resp.StatusCode)
}

func TestUnknownHostsGetNothingWhateverTheyShow(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token, o.TrustLoopback = token, true })
	for _, host := range []string{"evil.example.com", "127.0.0.1.evil.example.com", "", "localhost.evil.example.com:80", "0x7f.1", "2130706433"} {
		for _, path := range []string{"/exports/clips.json", "/exports/jobs.json", "/shared/state/creators.json", "/events", "/"} {
			resp, body := s.raw("GET "+path, "Host: "+host, "Authorization: Bearer "+token)
			require.Contains(t, []int{http.StatusMisdirectedRequest, http.StatusBadRequest}, resp.StatusCode, "%s at %q", path, host)
			require.NotContains(t, body, "secret")
		}
	}
}

func TestBeyondTheLoopbackTheAllowedNamesAreTheOnlyOnes(t *testing.T) {
	t.Parallel()
	network := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8080}
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for host, want := range map[string]int{
		"studio.example.com": 200, "STUDIO.example.com:8080": 200, "localhost": 200, "192.0.2.1:8080": 200, "[2001:db8::1]:8080": 200,
		"evil.example.com": 421, "192.0.2.1.evil.example.com": 421, "": 421,
	} {
		for _, c := range []struct {
			allowed []string
			want    int
		}{{[]string{"studio.example.com"}, want}, {nil, http.StatusOK}} {
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.Host = host
			w := httptest.NewRecorder()
			namedRightly(network, c.allowed, served).ServeHTTP(w, r)
			require.Equal(t, c.want, w.Code, "%q with %v", host, c.allowed)
		}
	}
}

func TestAnAllowedPageMaySendTheToken(t *testing.T) {
	t.Parallel()
	const origin = "https://dashboard.example.com"
	s := newSite(t, func(o *Options) { o.Token, o.AllowOrigins = token, []string{origin} })
	ask := []string{"Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization", "Access-Control-Request-Private-Network: true"}
	for _, path := range []string{"/exports/jobs.json", "/shared/state/jobs.json", "/runtime/exports/jobs.json", "/version.json", "/events"} {
		resp, _ := s.raw("OPTIONS "+path, append(ask, "Origin: "+origin)...)
		require.Equal(t, http.StatusNoContent, resp.StatusCode, path)
		require.Equal(t, origin, resp.Header.Get("Access-Control-Allow-Origin"), path)
		require.Contains(t, resp.Header.Get("Access-Control-Allow-Headers"), "Authorization", path)
		require.Equal(t, "true", resp.Header.Get("Access-Control-Allow-Private-Network"), path)
		require.Empty(t, resp.Header.Get("Access-Control-Allow-Credentials"), "there are no cookies")
		resp, _ = s.raw("OPTIONS "+path, append(ask, "Origin: https://evil.example.com")...)
		require.Equal(t, http.StatusNoContent, resp.StatusCode, path)
		for name := range resp.Header {
			require.False(t, strings.HasPrefix(name, "Access-Control-"), "%s for an origin that is not allowed", name)
		}
	}
	resp, _ := s.raw("GET /exports/jobs.json", "Origin: "+origin)
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	require.Equal(t, origin, resp.Header.Get("Access-Control-Allow-Origin"), "the page can tell why")
}

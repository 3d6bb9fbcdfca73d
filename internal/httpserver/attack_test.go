package httpserver

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClientsThatNeverEndTheirRequestAreHungUpOn(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.headerTimeout = 50 * time.Millisecond })
	var slow []net.Conn
	for range 50 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.host)
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
		_, err = io.WriteString(conn, "GET /exports/clips.json HTTP/1.1\r\nHost: "+s.host+"\r\nX-Slow: ")
		require.NoError(t, err)
		slow = append(slow, conn)
	}
	for _, conn := range slow {
		answer, err := io.ReadAll(conn)
		var timeout net.Error
		if err != nil {
			require.ErrorAs(t, err, &timeout)
			require.False(t, timeout.Timeout(), "still connected after a minute")
		}
		require.NotContains(t, string(answer), "200 OK")
	}
	resp, _ := s.raw("GET /exports/clips.json", "Connection: close")
	require.Equal(t, http.StatusOK, resp.StatusCode)
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

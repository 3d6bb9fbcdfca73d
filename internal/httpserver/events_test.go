package httpserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func contextThatEnded() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx, cancel
}

// replace changes the manifest as the exporter does: at once.
func (s *site) replace(manifest string) {
	s.t.Helper()
	s.write("exports/.manifest.tmp", manifest)
	require.NoError(s.t, os.Rename(filepath.Join(s.dir, "exports", ".manifest.tmp"), filepath.Join(s.dir, "exports", "manifest.json")))
}

// heard is somebody who listens to a site.
type heard struct {
	t     testing.TB
	conn  net.Conn
	resp  *http.Response
	lines *bufio.Reader
}

func (s *site) listen(headers ...string) *heard {
	s.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", s.host)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(2*time.Minute)))
	text := "GET /events HTTP/1.1\r\nHost: " + s.host + "\r\n"
	for _, h := range headers {
		text += h + "\r\n"
	}
	_, err = io.WriteString(conn, text+"\r\n")
	require.NoError(s.t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(s.t, err)
	return &heard{s.t, conn, resp, bufio.NewReader(resp.Body)}
}

// next returns the data of the next event, and "" at the end.
func (h *heard) next() string {
	h.t.Helper()
	for {
		line, err := h.lines.ReadString('\n')
		if err != nil {
			return ""
		}
		if data, found := strings.CutPrefix(line, "data: "); found {
			return strings.TrimSpace(data)
		}
	}
}

func TestListenersHearOfTheChangesThatTheyMaySee(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token, o.lookInterval = token, time.Millisecond })
	anyone, dashboard := s.listen(), s.listen("Authorization: Bearer "+token)
	require.Equal(t, "text/event-stream", anyone.resp.Header.Get("Content-Type"))
	for _, h := range []*heard{anyone, dashboard} {
		require.Equal(t, http.StatusOK, h.resp.StatusCode)
		require.JSONEq(t, `{"generation": 1}`, h.next())
	}
	// Each step is heard before the next one, or two would be told as one.
	s.replace(manifestOf(2, map[string]string{"clips.json": "aa", "jobs.json": "changed", "admin/permissions.json": "changed"}))
	require.JSONEq(t, `{"file": "jobs.json", "generation": 2}`, dashboard.next())
	s.replace(manifestOf(3, map[string]string{"clips.json": "changed", "jobs.json": "changed", "clips/page-1.json": "new"}))
	for _, h := range []*heard{anyone, dashboard} {
		require.JSONEq(t, `{"file": "clips.json", "generation": 3}`, h.next())
		require.JSONEq(t, `{"file": "clips/page-1.json", "generation": 3}`, h.next())
	}
	s.replace(manifestOf(4, map[string]string{"clips.json": "changed", "jobs.json": "changed"}))
	for _, h := range []*heard{anyone, dashboard} {
		require.JSONEq(t, `{"file": "clips/page-1.json", "generation": 4, "removed": true}`, h.next())
	}
}

func TestWhoShowsAWrongTokenHearsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token, o.TrustLoopback = token, true })
	resp, _ := s.raw("GET /events", "Authorization: Bearer wrong")
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	resp, body := s.raw("HEAD /events")
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Empty(t, body)
	resp, _ = s.raw("GET /events/jobs.json")
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
}

func TestThePlacesForListenersAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token = token })
	for range maxListeners - keptForToken {
		require.Equal(t, http.StatusOK, s.listen().resp.StatusCode)
	}
	resp, _ := s.raw("GET /events")
	require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	require.NotEmpty(t, resp.Header.Get("Retry-After"))
	for range keptForToken {
		require.Equal(t, http.StatusOK, s.listen("Authorization: Bearer "+token).resp.StatusCode)
	}
	resp, _ = s.raw("GET /events", "Authorization: Bearer "+token)
	require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	resp, _ = s.raw("GET /healthz")
	require.Equal(t, http.StatusOK, resp.StatusCode, "listeners leave room for the others")
}

func TestAPlaceIsFreeAgainWhenItsListenerHangsUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	var listeners []*heard
	for range maxListeners - keptForToken {
		listeners = append(listeners, s.listen())
	}
	resp, _ := s.raw("GET /events")
	require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	require.NoError(t, listeners[0].conn.Close())
	require.Eventually(t, func() bool { return s.listen().resp.StatusCode == http.StatusOK }, ample, time.Millisecond)
}

func TestAListenerThatDoesNotKeepUpIsLetGo(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	server, err := Listen(t.Context(), Options{Address: "127.0.0.1:0", ExportsDir: s.dir + "/exports", Documents: meantFor, Manifest: "manifest.json"})
	require.NoError(t, err)
	defer server.Close()
	slow, generation, err := server.hub.join(Anyone)
	require.NoError(t, err)
	require.EqualValues(t, 1, generation)
	quick, _, err := server.hub.join(Anyone)
	require.NoError(t, err)
	for i := range maxQueued + 1 {
		s.replace(manifestOf(i, map[string]string{"clips.json": fmt.Sprint(i, strings.Repeat("x", i))}))
		require.NoError(t, server.hub.look())
		require.Equal(t, "clips.json", (<-quick.queue).File)
	}
	<-slow.gone
	select {
	case <-quick.gone:
		t.Fatal("who keeps up stays")
	default:
	}
	server.hub.leave(slow)
	server.hub.leave(quick)
	require.Empty(t, server.hub.listeners)
}

// stuck is a client that takes nothing any more.
type stuck struct{ http.ResponseWriter }

func (stuck) Write([]byte) (int, error) { return 0, errors.New("i/o timeout") }

func TestAListenerThatTakesNothingLosesItsPlace(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	server, err := Listen(t.Context(), Options{Address: "127.0.0.1:0", ExportsDir: s.dir + "/exports", Documents: meantFor, Manifest: "manifest.json"})
	require.NoError(t, err)
	defer server.Close()
	events{server.hub, server.access, time.Now}.ServeHTTP(stuck{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/events", http.NoBody))
	require.Empty(t, server.hub.listeners)
}

func TestListenersGetASignOfLifeWhileNothingChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := httptest.NewRecorder()
		l := &listener{Anyone, make(chan change), make(chan struct{})}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			stream{w, http.NewResponseController(w), time.Now}.follow(httptest.NewRequest(http.MethodGet, "/events", http.NoBody), l)
		}()
		<-time.After(2*beatInterval + time.Second)
		close(l.gone)
		<-ended
		require.Equal(t, ": alive\n\n: alive\n\n", w.Body.String())
	})
}

func TestTheServerEndsThoughSomebodyListens(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	server, err := Listen(t.Context(), Options{Address: "127.0.0.1:0", ExportsDir: s.dir + "/exports", Documents: meantFor, Manifest: "manifest.json"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	other := &site{t: t, host: server.Addr().String()}
	l := other.listen()
	require.NotEmpty(t, l.next())
	cancel()
	require.Empty(t, l.next(), "the end")
	require.NoError(t, <-ended)
	_, _, err = server.hub.join(Operator)
	require.ErrorIs(t, err, errEnding)
}

func TestChangesAreToldInTheOrderOfTheirNames(t *testing.T) {
	t.Parallel()
	old, err := parseContents([]byte(manifestOf(1, map[string]string{"b": "1", "c": "1", "d": "1"})))
	require.NoError(t, err)
	now, err := parseContents([]byte(manifestOf(2, map[string]string{"a": "1", "b": "2", "d": "1"})))
	require.NoError(t, err)
	require.Equal(t, []change{{"a", 2, false}, {"b", 2, false}, {"c", 2, true}}, now.since(old))
	require.Empty(t, now.since(now))
	_, err = parseContents([]byte(`{"generation": "x"}`))
	require.Error(t, err)
}

package httpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

const film = "0123456789abcdefghij"

// ample bounds every wait that normally takes milliseconds.
const ample = 3 * time.Minute

// site is a server under test with a folder tree around the served ones.
type site struct {
	t    testing.TB
	dir  string
	host string
}

func newSite(t *testing.T, change func(*Options)) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	s.write("secret.json", `{"secret": true}`)
	s.write("exports/clips.json", `{"clips": []}`)
	s.write("exports/internal.json", `{"secret": true}`)
	s.write("exports/clips/page-1.json", `{"page": 1}`)
	s.write("exports/jobs.json", `{"secret": "jobs"}`)
	s.write("exports/admin/creators.json", `{"secret": "creators"}`)
	s.write("exports/admin/permissions.json", `{"secret": "permissions"}`)
	s.write("exports/manifest.json", manifestOf(1, map[string]string{"clips.json": "aa", "jobs.json": "bb", "admin/permissions.json": "cc"}))
	s.write("exports/.clips.json.1.tmp", `{"secret": true}`)
	s.write("exports/note.txt", `secret`)
	s.write("published/abc123.mp4", film)
	s.write("published/secret.json", `{"secret": true}`)
	s.write("output/abc123.jpg", "picture")
	s.write("output/zzz999.jpg", "secret")
	s.write("output/abc123.json", "secret")
	require.NoError(t, os.Symlink(filepath.Join(s.dir, "secret.json"), filepath.Join(s.dir, "exports", "link.json")))
	require.NoError(t, os.Symlink(filepath.Join(s.dir, "secret.json"), filepath.Join(s.dir, "published", "lnk123.mp4")))
	o := Options{
		Address: "127.0.0.1:0", ExportsDir: filepath.Join(s.dir, "exports"), PublishedDir: filepath.Join(s.dir, "published"),
		PicturesDir: filepath.Join(s.dir, "output"),
		Documents:   meantFor, Manifest: "manifest.json",
		About: About{"0.1.0", "2026.02.01+001"}, Log: zerolog.Nop(),
	}
	if change != nil {
		change(&o)
	}
	server, err := Listen(t.Context(), o)
	require.NoError(t, err)
	s.host = server.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	return s
}

// meantFor says for whom the site's documents are meant. What is not listed is
// there for anyone, but for names with "internal": the folder's files are.
func meantFor(name string) (Document, bool) {
	switch name {
	case "creators.json", "admin/creators.json":
		return Document{"admin/creators.json", Dashboard}, true
	case "permissions.json", "admin/permissions.json":
		return Document{"admin/permissions.json", Operator}, true
	case "jobs.json":
		return Document{name, Dashboard}, true
	}
	return Document{name, Anyone}, !strings.Contains(name, "internal")
}

// manifestOf is a manifest with these hashes.
func manifestOf(generation int, sums map[string]string) string {
	type entry struct {
		File  string `json:"file"`
		Bytes int    `json:"bytes"`
		Sum   string `json:"sha256"`
	}
	documents := []entry{}
	for _, file := range slices.Sorted(maps.Keys(sums)) {
		documents = append(documents, entry{file, 17, sums[file]})
	}
	data, err := json.Marshal(map[string]any{"schema_version": "v1", "generation": generation, "documents": documents})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func (s *site) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	require.NoError(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(s.t, os.WriteFile(path, []byte(text), 0o600))
}

// raw sends exactly this request line and these headers: clients would tidy them.
func (s *site) raw(line string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", s.host)
	require.NoError(s.t, err)
	defer conn.Close()
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	text := line + " HTTP/1.1\r\n"
	if !strings.Contains(strings.ToLower(strings.Join(headers, "\n")), "host:") {
		text += "Host: " + s.host + "\r\n"
	}
	for _, h := range headers {
		text += h + "\r\n"
	}
	_, err = io.WriteString(conn, text+"Connection: close\r\n\r\n")
	require.NoError(s.t, err)
	method, _, _ := strings.Cut(line, " ")
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return resp, string(body)
}

func TestNothingButWhatIsPublishedCanBeRead(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, path := range []string{
		"/exports/../secret.json", "/exports/%2e%2e/secret.json", "/exports/..%2fsecret.json", "/exports/..%5csecret.json",
		"/exports/....//secret.json", "/exports//secret.json", "//exports/secret.json", "/exports/./secret.json",
		"/exports/clips/../../secret.json", "/exports/clips.json%00", "/exports/%00clips.json", "/exports/clips.json/",
		"/exports/link.json", "/exports/internal.json", "/exports/.clips.json.1.tmp", "/exports/note.txt", "/exports/", "/exports/clips",
		"/exports/clips/", `/exports/..\secret.json`, "/exports/C:/secret.json", "/exports/%252e%252e/secret.json",
		"/clips/../secret.json", "/clips/secret.json", "/clips/lnk123.mp4", "/clips/abc123.json", "/clips/abc123", "/clips/", "/clips/abc123.MP4",
		"/clips/ABC123.mp4", "/clips/abc123.mp4/..", "/clips/abc1234.mp4", "/clips/..%2f..%2fsecret.mp4", "/clips/zzz999.jpg", "/clips/zzz999.mp4",
		"/clips/abc123.mp4.jpg", "/clips/abc123.", "/clips/.mp4", "/secret.json", "/published/abc123.mp4", "/metrics", "/favicon.ico", "/debug/pprof/",
	} {
		resp, body := s.raw("GET " + path)
		for range 3 { // where the mux tidies a path, what it leads to counts
			location := resp.Header.Get("Location")
			if location == "" {
				break
			}
			require.True(t, strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "//"), "%s leads away to %s", path, location)
			resp, body = s.raw("GET " + location)
		}
		if resp.StatusCode == http.StatusOK {
			require.Contains(t, []string{film, `{"clips": []}`}, body, path)
		}
		require.NotContains(t, body, "secret\"", path)
		require.NotContains(t, body, s.dir, path)
	}
}

func TestRequestsThatChangeSomethingAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "FOO"} {
		resp, _ := s.raw(method+" /exports/clips.json", "Content-Length: 3")
		require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode, method)
		require.Equal(t, "GET, HEAD, OPTIONS", resp.Header.Get("Allow"))
	}
	resp, _ := s.raw("OPTIONS /healthz")
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
}

func TestOnTheLoopbackOnlyLocalNamesAreServed(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.AllowHosts = []string{"studio.example.com"} })
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "127.0.0.1": 200, "127.9.9.9:1": 200, "[::1]:8080": 200, "localhost.": 200,
		"studio.example.com": 200, "Studio.Example.com:80": 200,
		"evil.example.com": 421, "127.0.0.1.evil.example.com": 421, "10.0.0.1": 421, "localhost.evil.example.com": 421, "": 421,
	} {
		resp, body := s.raw("GET /exports/clips.json", "Host: "+host)
		require.Equal(t, want, resp.StatusCode, "%q: %s", host, body)
	}
}

func TestADocumentIsServedWithValidators(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	resp, body := s.raw("GET /exports/clips.json")
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, `{"clips": []}`, body)
	require.Equal(t, "application/json; charset=utf-8", resp.Header.Get("Content-Type"))
	require.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
	require.NotEmpty(t, resp.Header.Get("Last-Modified"))
	etag := resp.Header.Get("ETag")
	resp, body = s.raw("GET /exports/clips.json", "If-None-Match: "+etag)
	require.Equal(t, http.StatusNotModified, resp.StatusCode)
	require.Empty(t, body)
	s.write("exports/clips.json", `{"clips": [1]}`)
	resp, _ = s.raw("GET /exports/clips.json", "If-None-Match: "+etag)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	resp, body = s.raw("GET /exports/clips/page-1.json")
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, `{"page": 1}`, body)
}

func TestAClipIsServedInParts(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	resp, body := s.raw("GET /clips/abc123.mp4")
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, film, body)
	require.Equal(t, "video/mp4", resp.Header.Get("Content-Type"))
	for header, want := range map[string]string{"bytes=0-3": "0123", "bytes=-4": "ghij", "bytes=15-": "fghij", "bytes=18-99": "ij"} {
		resp, body = s.raw("GET /clips/abc123.mp4", "Range: "+header)
		require.Equal(t, http.StatusPartialContent, resp.StatusCode, header)
		require.Equal(t, want, body)
	}
	for _, header := range []string{"bytes=20-", "bytes=9-3", "bytes=x-"} {
		resp, _ = s.raw("GET /clips/abc123.mp4", "Range: "+header)
		require.Equal(t, http.StatusRequestedRangeNotSatisfiable, resp.StatusCode, header)
	}
	many := "bytes=" + strings.TrimSuffix(strings.Repeat("0-,", 500), ",")
	_, body = s.raw("GET /clips/abc123.mp4", "Range: "+many)
	require.Equal(t, film, body, "many overlapping ranges do not multiply the answer")
	resp, body = s.raw("HEAD /clips/abc123.mp4")
	require.Equal(t, int64(len(film)), resp.ContentLength)
	require.Empty(t, body)
	resp, body = s.raw("GET /clips/abc123.jpg")
	require.Equal(t, "image/jpeg", resp.Header.Get("Content-Type"))
	require.Equal(t, "picture", body)
}

func TestOnlyConfiguredOriginsMayRead(t *testing.T) {
	t.Parallel()
	const origin = "https://dashboard.example.com"
	s := newSite(t, func(o *Options) { o.AllowOrigins = []string{origin} })
	resp, _ := s.raw("GET /exports/clips.json", "Origin: "+origin)
	require.Equal(t, origin, resp.Header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, resp.Header.Values("Vary"), "Origin")
	resp, _ = s.raw("GET /exports/clips.json", "Origin: https://evil.example.com")
	require.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"))
	resp, _ = s.raw("OPTIONS /clips/abc123.mp4", "Origin: "+origin, "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: range")
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
	require.Contains(t, resp.Header.Get("Access-Control-Allow-Headers"), "Range")
	resp, _ = s.raw("GET /healthz", "Origin: "+origin)
	require.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"), "health is nobody else's business")

	open := newSite(t, func(o *Options) { o.AllowOrigins = []string{"*"} })
	resp, _ = open.raw("GET /exports/clips.json", "Origin: https://anything.example.com")
	require.Equal(t, "*", resp.Header.Get("Access-Control-Allow-Origin"))
}

func TestLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.host)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: "+s.host+"\r\nX-Long: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	if err != nil {
		return // hung up on while still sending
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil { // else hung up on before the answer came through
		defer resp.Body.Close()
		require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, resp.StatusCode)
	}
}

func TestReadinessNamesWhatFailed(t *testing.T) {
	t.Parallel()
	var clock atomic.Int64
	var broken atomic.Bool
	broken.Store(true)
	release := make(chan struct{})
	s := newSite(t, func(o *Options) {
		o.Clock = func() time.Time { return time.Unix(1769947200+clock.Load(), 0) }
		o.Redact = func(text string) string { return strings.ReplaceAll(text, "hunter22", "***") }
		o.Checks = []Check{
			{Name: "postgres", Run: func(context.Context) error {
				if broken.Load() {
					return errors.New("password hunter22 refused")
				}
				return nil
			}},
			{Name: "temporal", Timeout: 20 * time.Millisecond, Run: func(context.Context) error {
				if broken.Load() {
					<-release // obeys no context
				}
				return nil
			}},
			{Name: "disk", Run: func(context.Context) error {
				if broken.Load() {
					panic("a defect")
				}
				return nil
			}},
			{Name: "exports", Run: func(context.Context) error { return nil }},
		}
	})
	resp, body := s.raw("GET /readyz")
	require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	require.NotContains(t, body, "hunter22")
	var answer readyAnswer
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	require.Equal(t, readyAnswer{"unready", []checkAnswer{
		{"postgres", false, "password *** refused", 0}, {"temporal", false, "no answer within 20ms", 0},
		{"disk", false, "the check itself failed: a defect", 0}, {"exports", true, "", 0},
	}}, answer)

	broken.Store(false)
	_, again := s.raw("GET /readyz")
	require.Equal(t, body, again, "an answer holds for a second")
	clock.Add(2)
	_, body = s.raw("GET /readyz")
	require.Contains(t, body, "no answer to an earlier question yet", "a hanging check is not started twice")
	close(release)
	require.Eventually(t, func() bool {
		clock.Add(2)
		resp, _ = s.raw("GET /readyz")
		return resp.StatusCode == http.StatusOK
	}, ample, time.Millisecond)

	resp, body = s.raw("GET /healthz")
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.JSONEq(t, `{"status":"ok","version":"0.1.0","build":"2026.02.01+001"}`, body)
}

func TestTheStartPageEscapesWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) {
		o.Links = []Link{{"Temporal", "http://127.0.0.1:8233/"}, {"Bad", "javascript:alert(1)"}}
		o.Clips = func(_ context.Context, limit int) ([]Clip, error) {
			require.Equal(t, clipsShown, limit)
			return []Clip{{ID: "abc123", Title: `<script>alert("x")</script>`, State: "published", URL: `http://127.0.0.1/clips/abc123.mp4`, Creator: `"><img src=x>`},
				{ID: "def456", Title: "t", State: `failed" onclick="x`, Reason: "<b>", URL: "javascript:alert(1)"}}, nil
		}
	})
	resp, body := s.raw("GET /")
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	require.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'none'")
	for _, bad := range []string{"<script", "<img", "<b>", `href="javascript`, `onclick="x`} {
		require.NotContains(t, body, bad)
	}
	require.Contains(t, body, `<a href="http://127.0.0.1/clips/abc123.mp4">abc123</a>`)
	require.Contains(t, body, `<a href="/exports/clips.json">`)
	require.Contains(t, body, `<a href="http://127.0.0.1:8233/">Temporal</a>`)

	down := newSite(t, func(o *Options) {
		o.Clips = func(context.Context, int) ([]Clip, error) { return nil, fmt.Errorf("database <down>") }
	})
	_, body = down.raw("GET /")
	require.Contains(t, body, "database &lt;down&gt;")
}

func TestATakenAddressIsNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	_, err := Listen(t.Context(), Options{Address: s.host})
	require.ErrorContains(t, err, "listen for HTTP on "+s.host)
}

func TestTheMetricsHandlerIsMounted(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) {
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "figures 1\n") })
	})
	_, body := s.raw("GET /metrics")
	require.Equal(t, "figures 1\n", body)
}

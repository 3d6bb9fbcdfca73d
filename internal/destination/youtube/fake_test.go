package youtube_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The kinds of requests that the platform in memory tells apart.
const (
	askToken    = "token"
	askOpen     = "open"
	askSend     = "send"
	askStatus   = "status"
	askChannels = "channels"
	askPlaylist = "playlist"
	askVideos   = "videos"
)

const unit = 256 << 10

// fake is the platform in memory. It speaks the documented resumable protocol
// and misbehaves as its faults say.
type fake struct {
	mu       sync.Mutex
	sessions map[string]*session
	videos   []*video
	asked    []string // kinds of requests in order
	faults   []*fault
	status   string        // of a new video; "processed" when empty
	reason   string        // failureReason and rejectionReason
	lag      time.Duration // before a video is listed
	tokens   int
	ended    chan struct{} // closed when the test is over
}

type session struct {
	title string
	body  map[string]any
	query string
	total int64
	got   []byte
	video *video
}

type video struct {
	id, title, status, reason string
	bytes                     []byte
	at                        time.Time
}

// fault is what happens instead of the n-th request of a kind; 0 means each.
type fault struct {
	kind string
	nth  int
	do   func(f *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc)
	seen int
}

func newFake() *fake { return &fake{sessions: map[string]*session{}, ended: make(chan struct{})} }

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, honest := f.route(r)
	f.mu.Lock()
	f.asked = append(f.asked, kind)
	var wrong *fault
	for _, x := range f.faults {
		if x.kind == kind {
			if x.seen++; x.nth == 0 || x.nth == x.seen {
				wrong = x
			}
		}
	}
	f.mu.Unlock()
	if wrong != nil {
		wrong.do(f, w, r, honest)
		return
	}
	honest(w, r)
}

func (f *fake) route(r *http.Request) (string, http.HandlerFunc) {
	switch key := r.Method + " " + r.URL.Path; {
	case key == "POST /token":
		return askToken, f.grant
	case key == "POST /upload/youtube/v3/videos":
		return askOpen, f.authorised(f.open)
	case key == "PUT /upload/youtube/v3/videos" && strings.HasPrefix(r.Header.Get("Content-Range"), "bytes */"):
		return askStatus, f.authorised(f.progress)
	case key == "PUT /upload/youtube/v3/videos":
		return askSend, f.authorised(f.receive(-1))
	case key == "GET /youtube/v3/channels":
		return askChannels, f.authorised(f.channels)
	case key == "GET /youtube/v3/playlistItems":
		return askPlaylist, f.authorised(f.playlist)
	case key == "GET /youtube/v3/videos":
		return askVideos, f.authorised(f.list)
	}
	return "unknown", http.NotFound
}

func (f *fake) grant(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("grant_type") != "refresh_token" || r.FormValue("refresh_token") != "refresh-1" {
		say(w, 400, map[string]any{"error": "invalid_grant", "error_description": "Bad Request"})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens++
	say(w, 200, map[string]any{"access_token": fmt.Sprintf("access-%d", f.tokens), "expires_in": 3599, "token_type": "Bearer"})
}

func (f *fake) authorised(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer access-") {
			refuse(w, 401, "authError")
			return
		}
		next(w, r)
	}
}

func (f *fake) open(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	total, err := strconv.ParseInt(r.Header.Get("X-Upload-Content-Length"), 10, 64)
	if json.NewDecoder(r.Body).Decode(&body) != nil || err != nil || r.Header.Get("X-Upload-Content-Type") != "video/mp4" ||
		r.URL.Query().Get("uploadType") != "resumable" {
		refuse(w, 400, "badRequest")
		return
	}
	snippet, _ := body["snippet"].(map[string]any)
	title, _ := snippet["title"].(string)
	if n := len([]rune(title)); n == 0 || n > 100 || strings.ContainsAny(title, "<>") {
		refuse(w, 400, "invalidTitle")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	id := fmt.Sprintf("secret-%d", len(f.sessions)+1)
	f.sessions[id] = &session{title: title, body: body, query: r.URL.RawQuery, total: total}
	w.Header().Set("Location", "http://"+r.Host+"/upload/youtube/v3/videos?uploadType=resumable&upload_id="+id)
}

// receive takes a chunk, but at most that many bytes of it; -1 means all.
func (f *fake) receive(most int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var from, to, total int64
		if n, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total); n != 3 || err != nil ||
			r.ContentLength != to-from+1 || (r.ContentLength%unit != 0 && to+1 != total) {
			refuse(w, 400, "badContentRange")
			return
		}
		body, err := io.ReadAll(r.Body)
		if most >= 0 {
			body = body[:min(most, int64(len(body)))]
		} else if err != nil {
			body = body[:len(body)/unit*unit]
		}
		f.mu.Lock()
		s := f.sessions[r.URL.Query().Get("upload_id")]
		if s != nil && s.total == total && s.video == nil && from <= int64(len(s.got)) {
			s.got = append(s.got[:from:from], slices.Concat(body, skip(s.got, from+int64(len(body))))...)
			if int64(len(s.got)) == total {
				f.finish(s)
			}
		}
		f.mu.Unlock()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		f.progress(w, r)
	}
}

func skip(b []byte, n int64) []byte { return bytes.Clone(b[min(n, int64(len(b))):]) }

// finish makes a session's video. The lock is held.
func (f *fake) finish(s *session) {
	s.video = &video{id: fmt.Sprintf("video-%d", len(f.videos)+1), title: s.title, bytes: s.got, at: time.Now(), status: f.status, reason: f.reason}
	if s.video.status == "" {
		s.video.status = "processed"
	}
	f.videos = append(f.videos, s.video)
}

func (f *fake) progress(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.sessions[r.URL.Query().Get("upload_id")]
	switch {
	case s == nil:
		refuse(w, 404, "notFound")
	case s.video != nil:
		say(w, 200, resource(s.video, "uploaded"))
	default:
		if len(s.got) > 0 {
			w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", len(s.got)-1))
		}
		w.WriteHeader(308)
	}
}

func (f *fake) channels(w http.ResponseWriter, r *http.Request) {
	say(w, 200, map[string]any{"items": []any{map[string]any{
		"id": "UC1", "contentDetails": map[string]any{"relatedPlaylists": map[string]any{"uploads": "UU1"}},
	}}})
}

func (f *fake) playlist(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.videos) == 0 {
		refuse(w, 404, "playlistNotFound")
		return
	}
	size, _ := strconv.Atoi(r.FormValue("maxResults"))
	from, _ := strconv.Atoi(r.FormValue("pageToken"))
	var shown []any
	for _, v := range slices.Backward(f.videos) {
		if time.Since(v.at) >= f.lag {
			shown = append(shown, map[string]any{"snippet": map[string]any{
				"title": v.title, "publishedAt": v.at.Format(time.RFC3339), "resourceId": map[string]any{"kind": "youtube#video", "videoId": v.id},
			}})
		}
	}
	to := min(from+size, len(shown))
	page := map[string]any{"items": shown[from:to]}
	if to < len(shown) {
		page["nextPageToken"] = strconv.Itoa(to)
	}
	say(w, 200, page)
}

func (f *fake) list(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	items := []any{}
	for _, v := range f.videos {
		if slices.Contains(strings.Split(strings.Join(r.URL.Query()["id"], ","), ","), v.id) {
			items = append(items, resource(v, v.status))
		}
	}
	say(w, 200, map[string]any{"items": items})
}

func resource(v *video, status string) map[string]any {
	return map[string]any{"id": v.id, "snippet": map[string]any{"title": v.title},
		"status": map[string]any{"uploadStatus": status, "failureReason": v.reason, "rejectionReason": v.reason}}
}

func say(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, reason string) {
	say(w, status, map[string]any{"error": map[string]any{
		"code": status, "message": "It is " + reason + ".",
		"errors": []any{map[string]any{"message": "It is " + reason + ".", "domain": "youtube", "reason": reason}},
	}})
}

// pipes is a network within a test's bubble.
type pipes struct {
	calls chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{calls: make(chan net.Conn), ended: make(chan struct{})} }

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.ended) })
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (p *pipes) dial() (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.calls <- there:
		return here, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (f *fake) serve() (*httptest.Server, *pipes) {
	network := newPipes()
	server := &httptest.Server{Listener: network, Config: &http.Server{Handler: f}}
	server.Start()
	return server, network
}

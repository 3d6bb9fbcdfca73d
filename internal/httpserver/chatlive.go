package httpserver

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/streamsuites/streamsuites/internal/livefeed"
)

//go:embed chat.html
var chatHTML string

//go:embed chat.css
var chatCSS string

//go:embed chat.js
var chatJS string

// chatLive serves /chat/live: server-sent events (HTML Living Standard, section
// 9.2), each a line of chat as it comes, of one creator (?creator=ID) or of all.
// It is the dashboard's: chat is not for everybody.
type chatLive struct {
	hub    *chatHub
	access access
	clock  func() time.Time
}

// ServeHTTP implements http.Handler.
func (c chatLive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Authorization")
	if c.access.reader(r) < Dashboard {
		refuse(w, r)
		return
	}
	if r.Method == http.MethodHead {
		sayStream(w)
		return
	}
	l, err := c.hub.join(r.URL.Query().Get("creator"))
	if err != nil {
		w.Header().Set("Retry-After", fmt.Sprint(int(comeBackAfter.Seconds())))
		writeJSON(w, http.StatusServiceUnavailable, problem{err.Error()})
		return
	}
	defer c.hub.leave(l)
	sayStream(w)
	c.send(stream{w, http.NewResponseController(w), c.clock}, r, l)
}

// send sends what comes until one of both is gone.
func (c chatLive) send(s stream, r *http.Request, l *chatListener) {
	if s.send(fmt.Sprintf("retry: %d\n\n", comeBackAfter.Milliseconds())) != nil {
		return
	}
	beat := time.NewTicker(beatInterval)
	defer beat.Stop()
	for {
		text := ": alive\n\n"
		select {
		case <-r.Context().Done():
			return
		case <-l.gone:
			return
		case line := <-l.queue:
			text = waiting(l, line)
		case <-beat.C:
		}
		if s.send(text) != nil {
			return // the client is gone, or takes too long
		}
	}
}

// waiting words a line and those that wait behind it, up to some.
func waiting(l *chatListener, line livefeed.Line) string {
	const most = 100
	text := chatEvent(line)
	for range most {
		select {
		case line := <-l.queue:
			text += chatEvent(line)
		default:
			return text
		}
	}
	return text
}

func chatEvent(line livefeed.Line) string {
	data, err := json.Marshal(line)
	if err != nil {
		return "" // no such line comes out of a batch
	}
	return "event: line\ndata: " + string(data) + "\n\n"
}

// chatPage answers with the page that shows the chat of all platforms in one.
// Whatever people write is text there: the page has no other script than its own
// and makes no markup of what it receives.
func (s *Server) chatPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Authorization")
	if s.access.reader(r) < Dashboard {
		refuse(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'; "+
		"style-src '"+hashOf(chatCSS)+"'; script-src '"+hashOf(chatJS)+"'")
	_, _ = fmt.Fprintf(w, chatHTML, chatCSS, chatJS) // the client may be gone
}

// hashOf is the source expression of an inline part (CSP Level 3, section 2.3.1).
func hashOf(part string) string {
	sum := sha256.Sum256([]byte(part))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

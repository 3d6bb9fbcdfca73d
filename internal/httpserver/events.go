package httpserver

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// beatInterval is how often a listener gets a comment, so that both ends see
	// whether the other one is still there.
	beatInterval = 15 * time.Second
	// sendTimeout is how long a listener may take to receive what is sent.
	sendTimeout = 10 * time.Second
	// comeBackAfter is when listeners that were let go try again.
	comeBackAfter = 3 * time.Second
)

// events serves /events: server-sent events (HTML Living Standard, section 9.2)
// that say which document changed.
type events struct {
	hub    *hub
	access access
	clock  func() time.Time
}

// ServeHTTP implements http.Handler. Who shows a wrong token is told so instead of
// hearing less than it expects.
func (e events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who := e.access.reader(r)
	if who == Anyone && r.Header.Get("Authorization") != "" {
		refuse(w, r)
		return
	}
	w.Header().Add("Vary", "Authorization")
	if r.Method == http.MethodHead {
		sayStream(w)
		return
	}
	l, generation, err := e.hub.join(who)
	if err != nil {
		w.Header().Set("Retry-After", fmt.Sprint(int(comeBackAfter.Seconds())))
		writeJSON(w, http.StatusServiceUnavailable, problem{err.Error()})
		return
	}
	defer e.hub.leave(l)
	s := stream{w, http.NewResponseController(w), e.clock}
	sayStream(w)
	if s.send(greeting(generation)) == nil {
		s.follow(r, l)
	}
}

func sayStream(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies must not wait for more
	w.WriteHeader(http.StatusOK)
}

// greeting says which generation the listener begins with: if it knows an older
// one, it has missed something.
func greeting(generation int64) string {
	return fmt.Sprintf("retry: %d\nevent: generation\nid: %d\ndata: {\"generation\":%d}\n\n", comeBackAfter.Milliseconds(), generation, generation)
}

func (c change) event() (string, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write an event: %w", err)
	}
	return fmt.Sprintf("event: changed\nid: %d\ndata: %s\n\n", c.Generation, data), nil
}

// stream is an answer that does not end by itself.
type stream struct {
	w          io.Writer
	controller *http.ResponseController
	clock      func() time.Time
}

// follow sends what the listener is told until one of both is gone.
func (s stream) follow(r *http.Request, l *listener) {
	beat := time.NewTicker(beatInterval)
	defer beat.Stop()
	for {
		var text string
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-l.gone:
			return
		case c := <-l.queue:
			text, err = c.event()
		case <-beat.C:
			text = ": alive\n\n"
		}
		if err == nil {
			err = s.send(text)
		}
		if err != nil {
			return // the client is gone, or takes too long
		}
	}
}

// send sends text at once, or fails when the client does not take it in time.
func (s stream) send(text string) error {
	// Not every ResponseWriter has deadlines; then the server's own holds.
	_ = s.controller.SetWriteDeadline(s.clock().Add(sendTimeout))
	if _, err := io.WriteString(s.w, text); err != nil {
		return fmt.Errorf("send an event: %w", err)
	}
	if err := s.controller.Flush(); err != nil {
		return fmt.Errorf("send an event: %w", err)
	}
	return nil
}

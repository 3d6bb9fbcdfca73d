package youtube

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// gathering is how long a stream waits for more once something has happened.
const gathering = 25 * time.Millisecond

// streamChat serves a chat as one array, of which each element is a page, sent
// when there is one. The platform ends it after a while, every other time without
// ending the array; a reader goes on with the last token.
func (s *Server) streamChat(w http.ResponseWriter, r *http.Request) {
	kind, _ := s.faults.Take(TargetChatStream, chatListRefusals...)
	spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.admit(w, r, methodStream)
		if !ok {
			return
		}
		req, refused := s.admitStream(who, r)
		if refused != nil {
			refuse(w, r, refused)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(http.StatusOK)
		(&stream{server: s, w: w, req: req, closesArray: s.streams.Add(1)%2 == 0}).run(r.Context())
	})
}

func (s *Server) admitStream(who caller, r *http.Request) (chatRequest, refusal) {
	if !who.key && !who.may(ScopeReadOnly, ScopeManage, ScopeForceSSL) {
		return chatRequest{}, errScope
	}
	req, refused := parseChatRequest(r.URL.Query())
	if refused != nil {
		return req, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, refused := s.openChat(req.chat)
	if refused == nil && !b.Live() && s.readToTheEnd(req) {
		refused = errChatEnded
	}
	return req, refused
}

// stream is one reader to whom a chat is pushed.
type stream struct {
	server      *Server
	w           http.ResponseWriter
	req         chatRequest
	sent        int  // elements
	closesArray bool // whether the platform ends the array when it ends the stream
}

// run sends until the chat or the stream ends, or the reader leaves.
func (t *stream) run(ctx context.Context) {
	settings := t.server.Settings()
	life, beat := time.NewTimer(settings.StreamLife), time.NewTimer(settings.StreamBeat)
	defer life.Stop()
	defer beat.Stop()
	t.write("[")
	due := true // the first page is sent even if it is empty
	for {
		body, posted, over := t.next(due)
		if due = false; body != nil && t.send(ctx, body) {
			return
		}
		if over {
			t.write("]")
			return
		}
		if body != nil {
			beat.Reset(settings.StreamBeat)
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-posted:
			t.gather(ctx)
		case <-beat.C:
			due = true
		case <-life.C:
			t.finish()
			return
		}
	}
}

// next reads what is new: nil if nothing is and no page is due. over says that
// the chat has ended and is read.
func (t *stream) next(due bool) (body map[string]any, posted <-chan struct{}, over bool) {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	posted = s.room(t.req.chat).posted
	b, refused := s.openChat(t.req.chat)
	if refused != nil {
		return nil, posted, true
	}
	page := s.read(b, t.req)
	moved := t.req.token != nil && page.last > t.req.token.Seq
	if t.req.token == nil || len(page.items) > 0 || moved || due {
		body = s.pageBody(b, t.req, s.disturbed(TargetChatStream, page))
		t.req.token = &pageToken{Chat: b.ChatID, Seq: page.last}
	}
	return body, posted, !b.Live() && s.readToTheEnd(t.req)
}

// gather waits a moment, so that a busy chat comes in fewer elements.
func (t *stream) gather(ctx context.Context) {
	timer := time.NewTimer(gathering)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// finish ends the stream, as the platform does now and then.
func (t *stream) finish() {
	if t.closesArray {
		t.write("]")
	}
}

// send writes an element, in the way of a fault if there is one; it reports
// whether the stream is over.
func (t *stream) send(ctx context.Context, body map[string]any) (over bool) {
	element, err := json.Marshal(body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t.sent++; t.sent > 1 {
		t.write("\n,")
	}
	kind, _ := t.server.faults.Take(TargetChatStream, streamKinds...)
	switch kind {
	case kindCut:
		t.write(string(element[:len(element)/2]))
		panic(http.ErrAbortHandler)
	case kindBadElement:
		t.write(garbage + "}")
		return true
	case kindSilent:
		<-ctx.Done()
		return true
	}
	t.write(string(element))
	switch kind {
	case kindEnd:
		t.write("]")
	case kindEndOpen:
	default:
		return false
	}
	return true
}

// write sends a text at once. A reader that is gone is noticed by the context.
func (t *stream) write(text string) {
	_, _ = io.WriteString(t.w, text)
	_ = http.NewResponseController(t.w).Flush()
}

package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// RecordedChat answers what pages ask about recorded chat, with values that are written as
// JSON. An ErrNoStream says that the stream that was asked for is not known.
type RecordedChat interface {
	Streams(ctx context.Context) (any, error)
	Tail(ctx context.Context, streamID string, limit int) (any, error)
	Events(ctx context.Context, q RecordedQuery) (any, error)
}

// ErrNoStream is wrapped by the errors of a RecordedChat that does not know a stream.
var ErrNoStream = errors.New("no such stream")

// RecordedQuery is what is asked of /api/chat/events.
type RecordedQuery struct {
	StreamID string // empty for the live one
	Cursor   int64  // 0 for the beginning
	From, To time.Time
	Limit    int
}

// How many messages are in an answer.
const (
	usualMessages = 50
	mostMessages  = 200
)

// recordedRoutes serves recorded chat to those who may see the dashboard's documents:
// what people wrote is not for everybody.
func (s *Server) recordedRoutes(r *routes) {
	c := recordedAPI{s.options.Recorded, s.access}
	for pattern, answer := range map[string]func(*http.Request) (any, error){
		"/api/streams": c.streams, "/api/chat/tail": c.tail, "/api/chat/events": c.events,
		"/api/": func(*http.Request) (any, error) { return nil, ErrNoStream },
	} {
		r.toOrigins(pattern, c.guarded(answer))
	}
}

type recordedAPI struct {
	chat   RecordedChat
	access access
}

// badRequest says what is wrong with a parameter.
type badRequest struct{ what string }

// Error implements error.
func (e badRequest) Error() string { return e.what }

func (c recordedAPI) guarded(answer func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.access.reader(r) < Dashboard {
			refuse(w, r)
			return
		}
		w.Header().Add("Vary", "Authorization")
		value, err := answer(r)
		var bad badRequest
		switch {
		case errors.As(err, &bad):
			writeJSON(w, http.StatusBadRequest, problem{bad.what})
		case errors.Is(err, ErrNoStream):
			writeJSON(w, http.StatusNotFound, problem{"not found"})
		case err != nil:
			writeJSON(w, http.StatusServiceUnavailable, problem{"chat cannot be read just now"})
		default:
			writeJSON(w, http.StatusOK, value)
		}
	})
}

func (c recordedAPI) streams(r *http.Request) (any, error) { return c.chat.Streams(r.Context()) }

func (c recordedAPI) tail(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	return c.chat.Tail(r.Context(), r.URL.Query().Get("stream_id"), limit)
}

func (c recordedAPI) events(r *http.Request) (any, error) {
	asked := r.URL.Query()
	q := RecordedQuery{StreamID: asked.Get("stream_id")}
	var err error
	if q.Limit, err = limitOf(r); err != nil {
		return nil, err
	}
	if text := asked.Get("cursor"); text != "" {
		if q.Cursor, err = strconv.ParseInt(text, 10, 64); err != nil || q.Cursor < 0 {
			return nil, badRequest{"cursor is not one of an earlier answer"}
		}
	}
	for name, at := range map[string]*time.Time{"from_ts": &q.From, "to_ts": &q.To} {
		if text := asked.Get(name); text != "" {
			if *at, err = time.Parse(time.RFC3339Nano, text); err != nil {
				return nil, badRequest{name + " is not a time such as 2026-02-01T12:00:00Z"}
			}
		}
	}
	return c.chat.Events(r.Context(), q)
}

func limitOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usualMessages, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 {
		return 0, badRequest{fmt.Sprintf("limit is not a number from 1 to %d", mostMessages)}
	}
	return min(limit, mostMessages), nil
}

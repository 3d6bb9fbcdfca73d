package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// askedChat remembers what it was asked.
type askedChat struct{ asked chan string }

func (c askedChat) Streams(context.Context) (any, error) {
	return map[string]any{"streams": []any{}}, nil
}

func (c askedChat) Tail(_ context.Context, stream string, limit int) (any, error) {
	switch stream {
	case "gone":
		return nil, fmt.Errorf("tail: %w", ErrNoStream)
	case "broken":
		return nil, errors.New("secret details")
	}
	c.asked <- fmt.Sprint(stream, " ", limit)
	return map[string]any{"events": []any{}}, nil
}

func (c askedChat) Events(_ context.Context, q RecordedQuery) (any, error) {
	c.asked <- fmt.Sprint(q.StreamID, " ", q.Cursor, " ", q.Limit, " ", q.From.Format(time.RFC3339), " ", q.To.IsZero())
	return map[string]any{"events": []any{}}, nil
}

func TestRecordedChatIsForTheDashboardOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) {
		o.Token, o.Recorded = token, askedChat{make(chan string, 100)}
		o.AllowOrigins, o.AllowHosts = []string{"https://dashboard.example.com"}, []string{"studio.example.com"}
	})
	for caller, headers := range callers {
		for _, path := range []string{"/api/streams", "/api/chat/tail", "/api/chat/events", "/api/nothing"} {
			resp, body := s.raw("GET "+path, headers...)
			if !slices.Contains(withToken, caller) {
				require.Equal(t, http.StatusUnauthorized, resp.StatusCode, "%s as %s", path, caller)
				require.NotContains(t, body, "events")
				continue
			}
			require.NotEqual(t, http.StatusUnauthorized, resp.StatusCode, "%s as %s", path, caller)
		}
	}
	resp, _ := s.raw("POST /api/chat/synthetic", "Authorization: Bearer "+token, "Content-Length: 0")
	require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode, "it only reads")
	without := newSite(t, func(o *Options) { o.Token = token })
	resp, _ = without.raw("GET /api/streams", "Authorization: Bearer "+token)
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
}

func TestChatParametersAreReadOrRefused(t *testing.T) {
	t.Parallel()
	chat := askedChat{make(chan string, 1)}
	s := newSite(t, func(o *Options) { o.TrustLoopback, o.Recorded = true, chat })
	for path, want := range map[string]string{
		"/api/chat/tail": " 50", "/api/chat/tail?limit=60&stream_id=twitch:s1": "twitch:s1 60", "/api/chat/tail?limit=100000": " 200",
		"/api/chat/events": " 0 50 0001-01-01T00:00:00Z true",
		"/api/chat/events?cursor=77&limit=5&stream_id=kick:1&from_ts=2026-02-01T12:00:00Z": "kick:1 77 5 2026-02-01T12:00:00Z true",
		"/api/chat/events?to_ts=2026-02-01T12:00:00.5Z":                                    " 0 50 0001-01-01T00:00:00Z false",
	} {
		resp, body := s.raw("GET " + path)
		require.Equal(t, http.StatusOK, resp.StatusCode, path)
		require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
		require.JSONEq(t, `{"events": []}`, body)
		require.Equal(t, want, <-chat.asked, path)
	}
	for path, want := range map[string]int{
		"/api/chat/tail?limit=0": 400, "/api/chat/tail?limit=x": 400, "/api/chat/events?cursor=-1": 400, "/api/chat/events?cursor=abc": 400,
		"/api/chat/events?from_ts=yesterday": 400, "/api/chat/events?to_ts=1": 400, "/api/chat/tail?stream_id=gone": 404,
		"/api/chat/tail?stream_id=broken": 503, "/api/replay/select": 404, "/api/": 404,
	} {
		resp, body := s.raw("GET " + path)
		require.Equal(t, want, resp.StatusCode, path)
		require.Regexp(t, `^\{\s+"error": "[^"]+"\s+\}\n$`, body, path)
		require.NotContains(t, body, "secret", path)
	}
}

package httpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
)

// stage is a source of live chat that a test plays on.
type stage struct {
	mu      sync.Mutex
	handles map[string]func([]byte) // by creator
	follows int
	changed chan struct{}
}

func newStage() *stage {
	return &stage{handles: map[string]func([]byte){}, changed: make(chan struct{}, 100)}
}

func (s *stage) follow(ctx context.Context, creatorID string, handle func([]byte)) error {
	s.mu.Lock()
	s.handles[creatorID] = handle
	s.follows++
	s.mu.Unlock()
	s.changed <- struct{}{}
	<-ctx.Done()
	s.mu.Lock()
	delete(s.handles, creatorID)
	s.mu.Unlock()
	s.changed <- struct{}{}
	return ctx.Err()
}

// say shows lines of creators to those who follow creatorID.
func (s *stage) say(t *testing.T, creatorID string, texts ...[2]string) {
	t.Helper()
	var lines []livefeed.Line
	for _, by := range texts {
		lines = append(lines, livefeed.Line{CreatorID: by[0], Platform: chat.Kick, Channel: "c", MessageID: by[1], Author: "Ann", Text: by[1], At: time.Unix(0, 0).UTC()})
	}
	batch, err := json.Marshal(lines)
	require.NoError(t, err)
	s.mu.Lock()
	handle := s.handles[creatorID]
	s.mu.Unlock()
	require.NotNil(t, handle, "nobody follows %q", creatorID)
	handle(batch)
}

// looks opens /chat/live and returns the texts that come.
func looks(t *testing.T, url, token string) (next func() string, leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	lines := bufio.NewScanner(response.Body)
	return func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var line livefeed.Line
				require.NoError(t, json.Unmarshal([]byte(data), &line))
				return line.Text
			}
		}
		return ""
	}, cancel
}

const chatToken = "a-token-of-the-dashboard"

func serveChat(t *testing.T, s *stage) string {
	t.Helper()
	return "http://" + newSite(t, func(o *Options) { o.Chat, o.Token = s.follow, chatToken }).host
}

func TestLiveChatIsFollowedOnceForAllWhoLook(t *testing.T) {
	t.Parallel()
	s := newStage()
	url := serveChat(t, s) + "/chat/live?creator=c1"
	first, leaveFirst := looks(t, url, chatToken)
	<-s.changed
	s.say(t, "c1", [2]string{"c1", "one"}, [2]string{"other", "elsewhere"}, [2]string{"c1", "two"})
	require.Equal(t, "one", first())
	require.Equal(t, "two", first(), "another creator's chat is not theirs")
	second, leaveSecond := looks(t, url, chatToken)
	require.Equal(t, "one", second(), "who comes later sees what was last")
	require.Equal(t, "two", second())
	s.say(t, "c1", [2]string{"c1", "three"})
	require.Equal(t, "three", first())
	require.Equal(t, "three", second())
	leaveFirst()
	leaveSecond()
	<-s.changed
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Equal(t, 1, s.follows)
	require.Empty(t, s.handles, "nobody looks any more")
}

func TestLiveChatIsTheDashboardsOnly(t *testing.T) {
	t.Parallel()
	base := serveChat(t, newStage())
	for _, path := range []string{"/chat/", "/chat/live"} {
		for _, header := range []string{"", "Bearer wrong", "Basic " + chatToken} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, http.NoBody)
			require.NoError(t, err)
			if header != "" {
				request.Header.Set("Authorization", header)
			}
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			_ = response.Body.Close()
			require.Equal(t, http.StatusUnauthorized, response.StatusCode, "%s %s", path, header)
		}
	}
}

func TestThePageOfChatRunsItsOwnScriptAndNoOther(t *testing.T) {
	t.Parallel()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, serveChat(t, newStage())+"/chat/", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+chatToken)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	policy := response.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.Contains(t, policy, "script-src '"+hashOf(chatJS)+"'")
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, chatJS, "innerHTML")
}

func TestWhoDoesNotKeepUpWithChatIsLetGo(t *testing.T) {
	t.Parallel()
	s := newStage()
	h := newChatHub(s.follow)
	l, err := h.join("")
	require.NoError(t, err)
	<-s.changed
	for range chatQueued + 1 {
		s.say(t, "", [2]string{"c", "x"})
	}
	<-l.gone
	h.leave(l)
	<-s.changed
	h.close()
	_, err = h.join("")
	require.ErrorIs(t, err, errEnding)
}

func TestNoMoreThanSoManyLookAtChat(t *testing.T) {
	t.Parallel()
	s := newStage()
	h := newChatHub(s.follow)
	defer h.close()
	for range maxListeners {
		_, err := h.join("")
		require.NoError(t, err)
	}
	_, err := h.join("c1")
	require.ErrorIs(t, err, errNoPlace)
}

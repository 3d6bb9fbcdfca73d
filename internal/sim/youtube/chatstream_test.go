package youtube

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// listener is somebody on a stream, who remembers what came.
type listener struct {
	mu     sync.Mutex
	text   strings.Builder
	header http.Header
	cut    bool // whether the connection broke
	done   chan struct{}
}

func (l *listener) Header() http.Header { return l.header }
func (l *listener) WriteHeader(int)     {}
func (l *listener) Flush()              {}
func (l *listener) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *listener) got() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// pages parses what came of an array, which may lack its end.
func (l *listener) pages(t *testing.T) []chatPage {
	t.Helper()
	text := strings.TrimSuffix(l.got(), "]")
	var pages []chatPage
	require.NoError(t, json.Unmarshal([]byte(text+"]"), &pages), text)
	return pages
}

// hall is a world in which time is virtual, and nobody needs a network.
func hall(t *testing.T) (*Server, Broadcast) {
	t.Helper()
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), Targets()...)
	require.NoError(t, err)
	s, err := Open(Options{Dir: dir, Seed: DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	b, live := s.LiveNow("")
	require.True(t, live)
	return s, b
}

// listen opens a stream, after a token if there is one.
func listen(t *testing.T, s *Server, b Broadcast, token string) (*listener, context.CancelFunc) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	query := url.Values{"part": {"snippet"}, "liveChatId": {b.ChatID}, "key": {s.seed.APIKey}, "pageToken": {token}}
	request := httptest.NewRequest(http.MethodGet, APIPath+"/liveChat/messages/stream?"+query.Encode(), http.NoBody).WithContext(ctx)
	l := &listener{header: http.Header{}, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		defer func() { l.cut = recover() != nil }()
		s.Handler().ServeHTTP(l, request)
	}()
	synctest.Wait()
	return l, leave
}

func utter(t *testing.T, s *Server, text string) {
	t.Helper()
	_, err := s.Say(Utterance{User: "Anna", Text: text})
	require.NoError(t, err)
}

func TestAStreamTellsWhatHappensAndNowAndThenThatNothingDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, b := hall(t)
		utter(t, s, "one")
		l, leave := listen(t, s, b, "")
		require.Equal(t, []string{"one"}, l.pages(t)[0].texts(), "the history comes at once")
		utter(t, s, "two")
		utter(t, s, "three")
		<-time.After(gathering)
		synctest.Wait()
		require.Equal(t, []string{"two", "three"}, l.pages(t)[1].texts())
		<-time.After(15 * time.Second)
		synctest.Wait()
		pages := l.pages(t)
		require.Len(t, pages, 3)
		require.Empty(t, pages[2].Items)
		require.Equal(t, s.Quota().Buckets[0].Used, 5, "a connection costs as much as a page")
		leave()
		<-l.done
	})
}

func TestAStreamIsEndedAfterAWhileAndGoesOnWithItsToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, b := hall(t)
		token, ends := "", []bool{}
		for _, text := range []string{"one", "two", "three", "four"} {
			l, _ := listen(t, s, b, token)
			utter(t, s, text)
			<-l.done
			require.False(t, l.cut)
			pages := l.pages(t)
			require.Equal(t, []string{text}, pages[1].texts())
			token = pages[len(pages)-1].NextPageToken
			ends = append(ends, strings.HasSuffix(l.got(), "]") && !strings.HasSuffix(l.got(), "}"))
		}
		require.Equal(t, []bool{false, true, false, true}, ends, "with the array's end or without")
	})
}

func TestTheEndOfAChatEndsItsStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, b := hall(t)
		l, _ := listen(t, s, b, "")
		_, err := s.SetLive("", false, "")
		require.NoError(t, err)
		<-l.done
		pages := l.pages(t)
		require.Equal(t, []string{typeChatEnded}, pages[1].types())
		require.NotEmpty(t, pages[1].OfflineAt)
		require.True(t, strings.HasSuffix(l.got(), "]"))
		late, _ := listen(t, s, b, pages[1].NextPageToken)
		<-late.done
		require.Contains(t, late.got(), "liveChatEnded")
	})
}

func TestAStreamCanBeSpoiledAnyWhere(t *testing.T) {
	t.Parallel()
	for kind, check := range map[string]func(*testing.T, *listener){
		kindCut: func(t *testing.T, l *listener) {
			require.True(t, l.cut)
			require.False(t, json.Valid([]byte(l.got()+"]")))
		},
		kindBadElement: func(t *testing.T, l *listener) { require.False(t, json.Valid([]byte(l.got()+"]"))) },
		kindEnd:        func(t *testing.T, l *listener) { require.True(t, json.Valid([]byte(l.got()))) },
		kindEndOpen:    func(t *testing.T, l *listener) { require.Len(t, l.pages(t), 2) },
		kindDuplicate: func(t *testing.T, l *listener) {
			require.Equal(t, []string{"zero", "one", "two", "one", "two"}, l.pages(t)[1].texts())
		},
		kindReorder: func(t *testing.T, l *listener) { require.Equal(t, []string{"two", "one"}, l.pages(t)[1].texts()) },
		kindSilent:  func(t *testing.T, l *listener) { require.True(t, strings.HasSuffix(l.got(), "\n,")) },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, b := hall(t)
				utter(t, s, "zero")
				l, leave := listen(t, s, b, "")
				require.NoError(t, s.faults.Set(TargetChatStream, kind, 1))
				utter(t, s, "one")
				utter(t, s, "two")
				<-time.After(10 * time.Second)
				leave()
				<-l.done
				check(t, l)
			})
		})
	}
}

func TestAStreamHangsOrIsRefusedBeforeItBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, b := hall(t)
		require.NoError(t, s.faults.Set(TargetChatStream, kindHang, 1))
		l, leave := listen(t, s, b, "")
		<-time.After(time.Hour)
		require.Empty(t, l.got())
		leave()
		<-l.done
		require.True(t, l.cut)
		require.NoError(t, s.faults.Set(TargetChatStream, "rateLimitExceeded", 1))
		refused, _ := listen(t, s, b, "")
		<-refused.done
		require.Contains(t, refused.got(), `"reason":"rateLimitExceeded"`)
	})
}

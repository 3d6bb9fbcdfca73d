package youtube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// grants are the tokens of an account in memory.
type grants struct {
	mu      sync.Mutex
	n       int
	err     error // of Refresh
	refused []string
}

// Token implements Tokens.
func (g *grants) Token(context.Context) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return fmt.Sprint("access-", g.n), nil
}

// Refresh implements Tokens.
func (g *grants) Refresh(_ context.Context, refused string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused = append(g.refused, refused)
	if g.err != nil {
		return "", g.err
	}
	g.n++
	return fmt.Sprint("access-", g.n), nil
}

// liveScript runs a test in a bubble with answers that come one after the other.
func liveScript(t *testing.T, answers []answer, act func(t *testing.T, s *service, l *Live, g *grants)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, g := &service{answers: answers}, &grants{}
		l, err := NewLive(LiveConfig{API: "https://youtube.test/", APIKey: "key-k", Tokens: g, HTTPClient: &http.Client{Transport: s}})
		require.NoError(t, err)
		act(t, s, l, g)
	})
}

func TestAChannelIsFoundByIDHandleAndAccount(t *testing.T) {
	channel := ok(`{"items":[{"id":"UC1","snippet":{"title":"Harbor","customUrl":"@harborlights"},"contentDetails":{"relatedPlaylists":{"uploads":"UU1"}}},{}]}`)
	liveScript(t, []answer{channel, channel, channel, ok(`{"items":[]}`)}, func(t *testing.T, s *service, l *Live, _ *grants) {
		want := Channel{ID: "UC1", Title: "Harbor", Handle: "@harborlights", Uploads: "UU1"}
		found, err := l.ChannelsByID(t.Context(), "UC1", "UC2")
		require.NoError(t, err)
		require.Equal(t, []Channel{want}, found)
		one, ok, err := l.ChannelByHandle(t.Context(), "harborlights")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, one)
		_, ok, err = l.OwnChannel(t.Context())
		require.NoError(t, err)
		require.True(t, ok)
		_, ok, err = l.OwnChannel(t.Context())
		require.NoError(t, err)
		require.False(t, ok)
		require.Contains(t, s.asked[0].url, "id=UC1%2CUC2")
		require.Contains(t, s.asked[1].url, "forHandle=%40harborlights")
		require.Contains(t, s.asked[2].url, "mine=true")
		require.NotContains(t, s.asked[0].url, "key-k", "an account's token is enough")
		require.Equal(t, "Bearer access-0", s.asked[0].auth)
	})
}

func TestALiveVideoIsReadWithItsChat(t *testing.T) {
	liveScript(t, []answer{
		ok(`{"items":[{"contentDetails":{"videoId":"v1"}},{"snippet":{"resourceId":{"videoId":"v2"}}},{"contentDetails":{"videoId":"../x"}}]}`),
		ok(`{"items":[{"id":"v1","snippet":{"channelId":"UC1","title":"Boss","categoryId":"20","liveBroadcastContent":"live"},
			"liveStreamingDetails":{"activeLiveChatId":"C1","actualStartTime":"2026-01-01T00:00:00Z","concurrentViewers":"12"}}]}`),
		ok(`{"items":[{"id":"v1","snippet":{"title":"Boss","liveChatId":"C1"}}]}`),
		ok(`{"items":[{"id":{"videoId":"v1"}}]}`),
		{status: 404, body: `{"error":{"code":404,"errors":[{"reason":"playlistNotFound"}]}}`},
	}, func(t *testing.T, s *service, l *Live, _ *grants) {
		ids, err := l.NewestUploads(t.Context(), "UU1", 5)
		require.NoError(t, err)
		require.Equal(t, []string{"v1", "v2"}, ids)
		videos, err := l.LiveVideos(t.Context(), ids...)
		require.NoError(t, err)
		require.Equal(t, []Video{{
			ID: "v1", ChannelID: "UC1", Title: "Boss", Category: "20", State: "live", ChatID: "C1",
			Started: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Viewers: 12,
		}}, videos)
		active, err := l.ActiveBroadcasts(t.Context())
		require.NoError(t, err)
		require.Equal(t, []Broadcast{{ID: "v1", Title: "Boss", ChatID: "C1"}}, active)
		video, found, err := l.SearchLive(t.Context(), "UC1")
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, "v1", video)
		ids, err = l.NewestUploads(t.Context(), "UU1", 5)
		require.NoError(t, err)
		require.Empty(t, ids)
		require.Contains(t, s.asked[1].url, "id=v1%2Cv2")
		require.Contains(t, s.asked[3].url, "eventType=live")
	})
}

func TestAPageOfChatIsRead(t *testing.T) {
	liveScript(t, []answer{ok(`{"nextPageToken":"P2","pollingIntervalMillis":5210,"offlineAt":"2026-01-01T01:00:00Z","items":[
		{"id":"m1","snippet":{"type":"textMessageEvent","publishedAt":"2026-01-01T00:00:00.123+00:00","displayMessage":"hi","textMessageDetails":{"messageText":"hi"}},
		 "authorDetails":{"channelId":"UCa","displayName":"Ann","isChatOwner":true,"isChatSponsor":true}},
		{"id":"m2","snippet":"nonsense"}, 7]}`)}, func(t *testing.T, s *service, l *Live, _ *grants) {
		page, err := l.Messages(t.Context(), "C1", "P1")
		require.NoError(t, err)
		require.Equal(t, "P2", page.Next)
		require.Equal(t, 5210*time.Millisecond, page.Wait)
		require.Equal(t, time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC), page.OfflineAt)
		require.Equal(t, 2, page.Unreadable)
		require.Len(t, page.Items, 1)
		item := page.Items[0]
		require.Equal(t, "hi", item.Text)
		require.Equal(t, ChatAuthor{ChannelID: "UCa", DisplayName: "Ann", Owner: true, Member: true}, item.Author)
		require.Equal(t, 123*time.Millisecond, time.Duration(item.At.Nanosecond()))
		require.Contains(t, s.asked[0].url, "liveChatId=C1")
		require.Contains(t, s.asked[0].url, "pageToken=P1")
	})
}

func TestATextIsInsertedAndTakenOut(t *testing.T) {
	liveScript(t, []answer{ok(`{"id":"m9"}`), {status: 204}}, func(t *testing.T, s *service, l *Live, _ *grants) {
		id, err := l.Insert(t.Context(), "C1", "hello")
		require.NoError(t, err)
		require.Equal(t, "m9", id)
		require.JSONEq(t, `{"snippet":{"liveChatId":"C1","type":"textMessageEvent","textMessageDetails":{"messageText":"hello"}}}`, s.asked[0].body)
		require.NoError(t, l.DeleteMessage(t.Context(), "m9"))
		require.Equal(t, "DELETE", s.asked[1].method)
		require.Contains(t, s.asked[1].url, "id=m9")
	})
}

func TestEveryReasonHasItsAction(t *testing.T) {
	t.Parallel()
	refusal := func(status int, reason string) answer {
		return answer{status: status, body: fmt.Sprintf(`{"error":{"code":%d,"message":"m","errors":[{"reason":%q}]}}`, status, reason)}
	}
	for name, c := range map[string]struct {
		answer answer
		want   Action
		unsent bool
	}{
		"quotaExceeded":      {refusal(403, "quotaExceeded"), ActionQuota, true},
		"dailyLimitExceeded": {refusal(403, "dailyLimitExceeded"), ActionQuota, true},
		"rateLimitExceeded":  {refusal(403, "rateLimitExceeded"), ActionThrottle, true},
		"429":                {answer{status: 429}, ActionThrottle, true},
		"liveChatEnded":      {refusal(403, "liveChatEnded"), ActionOver, true},
		"liveChatNotFound":   {refusal(404, "liveChatNotFound"), ActionOver, true},
		"liveChatDisabled":   {refusal(403, "liveChatDisabled"), ActionDisabled, true},
		"pageTokenInvalid":   {refusal(400, "pageTokenInvalid"), ActionRestart, true},
		"forbidden":          {refusal(403, "forbidden"), ActionForbid, true},
		"messageTextInvalid": {refusal(400, "messageTextInvalid"), ActionGiveUp, true},
		"no such endpoint":   {answer{status: 404, body: "Not Found"}, ActionGiveUp, true},
		"keyInvalid":         {refusal(400, "keyInvalid"), ActionLogin, true},
		"bad key":            {answer{status: 400, body: `{"error":{"message":"API key not valid. Please pass a valid API key."}}`}, ActionLogin, true},
		"scopes":             {refusal(403, "insufficientPermissions"), ActionLogin, true},
		"401":                {answer{status: 401}, ActionLogin, true},
		"500":                {answer{status: 500}, ActionRetry, false},
		"503":                {refusal(503, "backendError"), ActionRetry, false},
		"lost":               {answer{err: errors.New("reset key-k access-0")}, ActionRetry, false},
		"hang":               {answer{hang: true}, ActionRetry, false},
		"cut":                {answer{status: 200, body: `{"id":"m1"}`, cut: true}, ActionRetry, false},
		"nonsense":           {ok(`]`), ActionRetry, false},
		"redirect":           {answer{status: 302}, ActionRetry, false},
	} {
		t.Run(name, func(t *testing.T) {
			liveScript(t, []answer{c.answer}, func(t *testing.T, s *service, l *Live, g *grants) {
				_, err := l.Insert(t.Context(), "C1", "hello")
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.Equal(t, c.want, failed.Action(), err)
				require.Equal(t, c.want, ActionOf(fmt.Errorf("wrapped: %w", err)))
				require.Equal(t, !c.unsent, failed.Doubtful())
				require.NotContains(t, err.Error(), "key-k")
				require.NotContains(t, err.Error(), "access-")
				if c.answer.status == 401 {
					require.Equal(t, []string{"access-0"}, g.refused, "once")
					require.Len(t, s.asked, 2)
				} else {
					require.Len(t, s.asked, 1)
				}
			})
		})
	}
}

type lapsed struct{}

func (lapsed) Error() string    { return "consent was withdrawn" }
func (lapsed) NeedsLogin() bool { return true }

func TestATokenThatCannotBeReplacedNeedsALogin(t *testing.T) {
	liveScript(t, []answer{{status: 401}}, func(t *testing.T, s *service, l *Live, g *grants) {
		for err, want := range map[error]Action{lapsed{}: ActionLogin, ErrNeedsLogin: ActionLogin, errors.New("no database"): ActionRetry} {
			g.err = err
			_, err := l.Messages(t.Context(), "C1", "")
			require.Equal(t, want, ActionOf(err))
			var failed *Error
			require.ErrorAs(t, err, &failed)
			require.False(t, failed.Doubtful())
		}
	})
}

func TestAKeyAloneReads(t *testing.T) {
	t.Parallel()
	s := &service{answers: []answer{ok(`{}`)}}
	l, err := NewLive(LiveConfig{APIKey: "key-k", HTTPClient: &http.Client{Transport: s}})
	require.NoError(t, err)
	require.False(t, l.CanWrite())
	_, err = l.Messages(t.Context(), "C1", "")
	require.NoError(t, err)
	require.Contains(t, s.asked[0].url, "https://youtube.googleapis.com/youtube/v3/liveChat/messages?key=key-k")
	require.Empty(t, s.asked[0].auth)
	for _, cfg := range []LiveConfig{{}, {APIKey: "k", API: "ftp://x"}, {APIKey: "k", API: "https://user:pw@x"}} {
		_, err = NewLive(cfg)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "pw")
	}
}

// pages reads a stream's body to its end.
func pages(l *Live, body io.Reader, limit int64) (tokens []string, err error) {
	d := newPageDecoder(body, limit)
	for {
		page, err := d.next()
		if err != nil {
			return tokens, err
		}
		tokens = append(tokens, page.Next)
	}
}

func TestAStreamIsReadWhateverItsEnd(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		tokens []string
		err    error
	}{
		`[{"nextPageToken":"A"},{"nextPageToken":"B"}]`:            {[]string{"A", "B"}, io.EOF},
		"[{\"nextPageToken\":\"A\"}\n,{\"nextPageToken\":\"B\"}\n": {[]string{"A", "B"}, io.EOF},
		"[{\"nextPageToken\":\"A\"}\n,\n":                          {[]string{"A"}, io.EOF},
		`[{"nextPageToken":"A"},{"nextPage`:                        {[]string{"A"}, io.ErrUnexpectedEOF},
		" \n[":                                                     {nil, io.EOF},
		`[]`:                                                       {nil, io.EOF},
		``:                                                         {nil, io.EOF},
		"{\"nextPageToken\":\"A\"}\n{\"nextPageToken\":\"B\"}": {[]string{"A", "B"}, io.EOF},
		`<html>`:                                 {nil, errNoArray},
		`[{"items":[` + strings.Repeat(" ", 500): {nil, errTooLarge},
	} {
		tokens, err := pages(nil, strings.NewReader(body), 200)
		require.ErrorIs(t, err, want.err, body)
		require.Equal(t, want.tokens, tokens, body)
	}
}

func TestPagesOfAStreamArriveOneByOne(t *testing.T) {
	t.Parallel()
	more := make(chan string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for text := range more {
			_, _ = io.WriteString(w, text)
			_ = http.NewResponseController(w).Flush()
		}
	}))
	defer server.Close()
	l, err := NewLive(LiveConfig{API: server.URL, APIKey: "key-k"})
	require.NoError(t, err)
	go func() { more <- `[` }()
	stream, err := l.Stream(t.Context(), "C1", "P0")
	require.NoError(t, err)
	defer stream.Close()
	for i := range 3 {
		go func() {
			more <- fmt.Sprintf(`{"nextPageToken":"%d","it`, i)
			more <- `ems":[]},`
		}()
		page, err := stream.Next()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), page.Next)
	}
	close(more)
	_, err = stream.Next()
	require.ErrorIs(t, err, ErrStreamEnd)
}

func TestAStreamCanFailInTheMiddle(t *testing.T) {
	liveScript(t, []answer{ok(`[{"nextPageToken":"A"},{"error":{"code":403,"errors":[{"reason":"liveChatEnded"}]}}]`), ok(`[7]`), ok(`nonsense`)},
		func(t *testing.T, s *service, l *Live, _ *grants) {
			stream, err := l.Stream(t.Context(), "C1", "")
			require.NoError(t, err)
			_, err = stream.Next()
			require.NoError(t, err)
			_, err = stream.Next()
			require.Equal(t, ActionOver, ActionOf(err))
			stream.Close()
			for range 2 {
				stream, err = l.Stream(t.Context(), "C1", "")
				require.NoError(t, err)
				_, err = stream.Next()
				require.ErrorIs(t, err, ErrBroken)
				stream.Close()
			}
		})
}

// silence is a body that never says anything.
type silence struct{ ctx context.Context }

func (s silence) Read([]byte) (int, error) { <-s.ctx.Done(); return 0, s.ctx.Err() }

type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(silence{r.Context()})}, nil
}

func TestASilentStreamIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, err := NewLive(LiveConfig{APIKey: "k", HTTPClient: &http.Client{Transport: silent{}}})
		require.NoError(t, err)
		begun := time.Now()
		stream, err := l.Stream(t.Context(), "C1", "")
		require.NoError(t, err)
		defer stream.Close()
		_, err = stream.Next()
		require.ErrorIs(t, err, ErrIdle)
		require.Equal(t, 5*time.Minute, time.Since(begun))
	})
}

func FuzzPages(f *testing.F) {
	f.Add(`[{"kind":"youtube#liveChatMessageListResponse","nextPageToken":"A","items":[{"id":"m","snippet":{"type":"superChatEvent","superChatDetails":{"amountMicros":"5000000","currency":"USD"}}}]}` + "\n," + `{"nextPageToken":"B","items":[]}`)
	f.Add(`{"offlineAt":"2026-01-01T01:00:00Z"}{}`)
	f.Add(`[null,{"items":[null,{},{"snippet":{"type":"x","publishedAt":"0000"}}],"pollingIntervalMillis":-1}]`)
	f.Add(`[{"error":{"code":403}}]`)
	f.Fuzz(func(t *testing.T, body string) {
		d := newPageDecoder(strings.NewReader(body), 1<<16)
		for {
			page, err := d.next()
			if err != nil {
				return
			}
			require.GreaterOrEqual(t, page.Wait, time.Duration(0))
			require.LessOrEqual(t, page.Wait, maxWait)
			for _, item := range page.Items {
				require.NotEmpty(t, item.Type)
			}
		}
	})
}

package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheNewestUploadsAreListed(t *testing.T) {
	script(t, []answer{
		ok(`{"items":[{"id":"UC1","contentDetails":{"relatedPlaylists":{"uploads":"UU1"}}}]}`),
		ok(`{"nextPageToken":"P2","items":[
			{"snippet":{"title":"A [ab12cd]","publishedAt":"2026-01-01T00:00:00Z","resourceId":{"videoId":"v1"}}},
			{"snippet":{"title":"B","publishedAt":"yesterday","resourceId":{"videoId":"v2"}}},
			{"snippet":{"title":"no video"}}, {}, {"snippet":{"title":"odd","resourceId":{"videoId":"../x"}}}]}`),
		ok(`{"items":[]}`),
	}, func(t *testing.T, s *service, c *Client) {
		playlist, err := c.UploadsPlaylist(t.Context())
		require.NoError(t, err)
		require.Equal(t, "UU1", playlist)
		page, err := c.PlaylistPage(t.Context(), playlist, "")
		require.NoError(t, err)
		require.Equal(t, Page{Next: "P2", Items: []Listed{
			{VideoID: "v1", Title: "A [ab12cd]", AddedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
			{VideoID: "v2", Title: "B"},
		}}, page)
		page, err = c.PlaylistPage(t.Context(), playlist, page.Next)
		require.NoError(t, err)
		require.Equal(t, Page{}, page)
		require.Contains(t, s.asked[0].url, "https://youtube.test/youtube/v3/channels?")
		require.Contains(t, s.asked[0].url, "mine=true")
		require.Contains(t, s.asked[1].url, "maxResults=50")
		require.Contains(t, s.asked[1].url, "playlistId=UU1")
		require.Contains(t, s.asked[2].url, "pageToken=P2")
		for _, r := range s.asked {
			require.Equal(t, "Bearer access-1", r.auth)
			require.Equal(t, "tester", r.agent)
		}
		require.Equal(t, 1, s.granted)
	})
}

func TestAPlaylistThatIsNotThereYetIsEmpty(t *testing.T) {
	missing := answer{status: 404, body: `{"error":{"code":404,"errors":[{"reason":"playlistNotFound"}]}}`}
	script(t, []answer{missing}, func(t *testing.T, _ *service, c *Client) {
		page, err := c.PlaylistPage(t.Context(), "UU1", "")
		require.NoError(t, err)
		require.Equal(t, Page{}, page)
		_, err = c.PlaylistPage(t.Context(), "UU1", "P2")
		require.Error(t, err, "it was there a page ago")
	})
}

func TestAnAccountWithoutAChannelIsNamed(t *testing.T) {
	script(t, []answer{ok(`{"items":[]}`)}, func(t *testing.T, _ *service, c *Client) {
		_, err := c.UploadsPlaylist(t.Context())
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, "youtubeSignupRequired", failed.Reason)
		require.False(t, failed.Doubtful())
	})
}

func TestFiftyVideosAreAskedForAtOnce(t *testing.T) {
	script(t, []answer{ok(`{"items":[{"id":"v1","status":{"uploadStatus":"processed"}}]}`)}, func(t *testing.T, s *service, c *Client) {
		ids := make([]string, 120)
		for i := range ids {
			ids[i] = fmt.Sprint("v", i)
		}
		videos, err := c.Videos(t.Context(), ids...)
		require.NoError(t, err)
		require.Len(t, videos, 3)
		require.Len(t, s.asked, 3)
		require.Equal(t, "processed", videos[0].Status.UploadStatus)
		videos, err = c.Videos(t.Context())
		require.NoError(t, err)
		require.Empty(t, videos)
	})
}

func TestEveryFailureOfAListHasItsMeaning(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer                         answer
		status                         int
		reason                         string
		exhausted, throttled, doubtful bool
	}{
		"quota": {answer: answer{status: 403, body: `{"error":{"code":403,"message":"You exceeded your <a href=\"/q\">quota</a>.","errors":[{"reason":"quotaExceeded"}]}}`},
			status: 403, reason: "quotaExceeded", exhausted: true},
		"500":       {answer: answer{status: 500, body: `{"error":{"code":500,"status":"INTERNAL"}}`}, status: 500, reason: "INTERNAL", doubtful: true},
		"rate":      {answer: answer{status: 403, body: `{"error":{"errors":[{"reason":"rateLimitExceeded"}]}}`}, status: 403, reason: "rateLimitExceeded", throttled: true},
		"truncated": {answer: answer{status: 200, body: `{"items":[{"id":"v1"}]}`, cut: true}, doubtful: true},
		"huge":      {answer: answer{status: 200, body: `{"items":[` + strings.Repeat(" ", 2<<20)}, doubtful: true},
		"huge 500":  {answer: answer{status: 500, body: strings.Repeat(" ", 2<<20)}, status: 500, doubtful: true},
		"hang":      {answer: answer{hang: true}, doubtful: true},
		"redirect":  {answer: answer{status: 302, header: map[string]string{"Location": "https://evil.test"}}, status: 302, doubtful: true},
		"lost":      {answer: answer{err: errors.New("reset")}, doubtful: true},
		"echo":      {answer: answer{status: 400, body: `{"error":{"message":"who is access-1 refresh-1 secret-s","errors":[{"reason":"access-1"}]}}`}, status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			script(t, []answer{c.answer}, func(t *testing.T, s *service, client *Client) {
				begun := time.Now()
				_, err := client.Videos(t.Context(), "v1")
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.Equal(t, "videos.list", failed.Operation)
				require.Equal(t, c.status, failed.Status)
				require.Equal(t, c.reason, failed.Reason)
				require.Equal(t, c.exhausted, failed.Exhausted())
				require.Equal(t, c.throttled, failed.Throttled())
				require.Equal(t, c.doubtful, failed.Doubtful())
				require.Len(t, s.asked, 1)
				require.LessOrEqual(t, time.Since(begun), 30*time.Second)
				requireClean(t, err.Error())
				require.NotContains(t, err.Error(), "<a")
			})
		})
	}
}

func TestManyCallsExchangeOneToken(t *testing.T) {
	script(t, []answer{ok(`{"items":[]}`)}, func(t *testing.T, s *service, c *Client) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, err := c.Videos(t.Context(), "v1")
				require.NoError(t, err)
			})
		}
		all.Wait()
		require.Equal(t, 1, s.granted)
		<-time.NewTimer(59 * time.Minute).C
		_, err := c.Videos(t.Context(), "v1")
		require.NoError(t, err)
		require.Equal(t, 2, s.granted, "a token is replaced before its end")
	})
}

func TestWhoeverWaitsForATokenCanStop(t *testing.T) {
	script(t, []answer{ok(`{"items":[]}`)}, func(t *testing.T, s *service, c *Client) {
		s.tokens = []answer{{hang: true}}
		var all sync.WaitGroup
		all.Go(func() {
			_, err := c.Videos(t.Context(), "v1")
			require.Error(t, err)
		})
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begun := time.Now()
			_, err := c.Videos(ctx, "v1")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, time.Second, time.Since(begun))
		})
		all.Wait()
	})
}

func TestTokensAreToldBeforeTheyAreUsed(t *testing.T) {
	script(t, []answer{{status: 401}, ok(`{"items":[]}`)}, func(t *testing.T, s *service, c *Client) {
		var told []string
		c.tokens.cfg.OnToken = func(access string) { told = append(told, access) }
		_, err := c.Videos(t.Context(), "v1")
		require.NoError(t, err)
		require.Equal(t, []string{"access-1", "access-2"}, told)
	})
}

func TestAReplacedRefreshTokenIsUsedFromThenOn(t *testing.T) {
	script(t, []answer{{status: 401}, ok(`{"items":[]}`)}, func(t *testing.T, s *service, c *Client) {
		s.tokens = []answer{ok(`{"access_token":"a1","refresh_token":"refresh-2","expires_in":10}`), ok(`{"access_token":"a2"}`)}
		_, err := c.Videos(t.Context(), "v1")
		require.NoError(t, err)
		_, refresh := c.tokens.current()
		require.Equal(t, "refresh-2", refresh)
	})
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Endpoints: Endpoints{API: "ftp://x", OAuth: "https://user:pw@x/"}})
	for _, problem := range []string{"api address", "oauth address", "client id is missing", "client secret is missing", "refresh token is missing"} {
		require.ErrorContains(t, err, problem)
	}
	require.NotContains(t, err.Error(), "pw@")
	c, err := New(Config{ClientID: "a", ClientSecret: "b", RefreshToken: "c"})
	require.NoError(t, err)
	require.Equal(t, "https://youtube.googleapis.com/", c.service.BasePath)
}

func TestRetryAfterIsReadInBothForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999": 24 * time.Hour, "99999999999999999999": 0,
		"Thu, 01 Jan 2026 00:01:00 GMT": time.Minute, "Thu, 01 Jan 2015 00:01:00 GMT": 0,
	} {
		require.Equal(t, want, retryAfter(map[string][]string{"Retry-After": {value}}, now), value)
	}
}

func FuzzExplain(f *testing.F) {
	f.Add([]byte(`{"error":{"code":403,"message":"m <a href=\"x\">q</a>","errors":[{"reason":"quotaExceeded","message":"n"}]}}`))
	f.Add([]byte(`{"error":{"message":"` + strings.Repeat("é", 300) + `","status":"PERMISSION_DENIED"}}`))
	f.Add([]byte(`{"error":"invalid_grant","error_description":"hush-hush"}`))
	f.Add([]byte(`{"error":{"message":"hush<b>-hush"}}`))
	f.Add([]byte(`{"error":{"errors":[{"reason":"hush-hush"}]}}`))
	f.Add([]byte("\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		reason, message := explain(body, []string{"hush-hush", ""})
		for _, text := range []string{reason, message} {
			require.NotContains(t, text, "hush-hush")
			require.NotContains(t, text, "\n")
		}
		require.LessOrEqual(t, len(reason), maxReason)
		require.LessOrEqual(t, len([]rune(message)), maxMessage)
		_, err := json.Marshal(message)
		require.NoError(t, err)
	})
}

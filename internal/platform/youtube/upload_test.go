package youtube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	api "google.golang.org/api/youtube/v3"
)

var film = Upload{
	Video: &api.Video{
		Snippet: &api.VideoSnippet{Title: "T [ab12cd]", CategoryId: "20"},
		Status:  &api.VideoStatus{PrivacyStatus: "private", ForceSendFields: []string{"SelfDeclaredMadeForKids"}},
	},
	Bytes: 700_000, ContentType: "video/mp4",
}

func TestAnUploadIsOpenedAsDocumented(t *testing.T) {
	script(t, []answer{{status: 200, header: map[string]string{"Location": session}}}, func(t *testing.T, s *service, c *Client) {
		got, err := c.StartUpload(t.Context(), film)
		require.NoError(t, err)
		require.Equal(t, session, got)
		r := s.asked[0]
		require.Equal(t, "POST", r.method)
		require.Equal(t, "https://youtube.test/upload/youtube/v3/videos?notifySubscribers=false&part=snippet%2Cstatus&uploadType=resumable", r.url)
		require.Equal(t, "700000", r.header.Get("X-Upload-Content-Length"))
		require.Equal(t, "video/mp4", r.header.Get("X-Upload-Content-Type"))
		require.Equal(t, "application/json; charset=UTF-8", r.header.Get("Content-Type"))
		require.Equal(t, "Bearer access-1", r.auth)
		require.Equal(t, "tester", r.agent)
		require.JSONEq(t, `{"snippet":{"title":"T [ab12cd]","categoryId":"20"},"status":{"privacyStatus":"private","selfDeclaredMadeForKids":false}}`, r.body)
	})
}

func TestSubscribersAreToldOnlyWhenAsked(t *testing.T) {
	script(t, []answer{{status: 200, header: map[string]string{"Location": session}}}, func(t *testing.T, s *service, c *Client) {
		loud := film
		loud.NotifySubscribers = true
		_, err := c.StartUpload(t.Context(), loud)
		require.NoError(t, err)
		require.NotContains(t, s.asked[0].url, "notifySubscribers", "telling them is what the platform does")
	})
}

func TestASessionsAddressHasToBeSafe(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]struct{ secure, open bool }{
		"https://www.googleapis.com/upload/youtube/v3/videos?upload_id=xyzzy": {true, true},
		"https://elsewhere.example/x?upload_id=xyzzy":                         {true, true},
		"http://127.0.0.1:8080/x?upload_id=xyzzy":                             {true, true},
		"http://[::1]/x?upload_id=xyzzy":                                      {true, true},
		"http://localhost/x?upload_id=xyzzy":                                  {true, true},
		"/x?upload_id=xyzzy":                                                  {true, true},
		"http://youtube.test/x?upload_id=xyzzy":                               {false, true},
		"http://127.0.0.1.example/x?upload_id=xyzzy":                          {false, true},
		"https://user@youtube.test/x?upload_id=xyzzy":                         {false, false},
		"ftp://youtube.test/x?upload_id=xyzzy":                                {false, false},
		"file:///etc/passwd":                                                  {false, false},
		"":                                                                    {false, false},
		"https://youtube.test/" + strings.Repeat("x", 9000):                   {false, false},
	} {
		t.Run(location[:min(len(location), 60)], func(t *testing.T) {
			t.Parallel()
			for root, want := range map[string]bool{"https://youtube.test": want.secure, "http://youtube.test": want.open} {
				c := clientOf(t, &service{answers: []answer{{status: 200, header: map[string]string{"Location": location}}}}, root)
				_, err := c.StartUpload(t.Context(), film)
				if want {
					require.NoError(t, err)
					continue
				}
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.ErrorIs(t, err, ErrBroken)
				requireClean(t, err.Error())
			}
		})
	}
}

func TestAnUnsafeAddressIsALostSession(t *testing.T) {
	script(t, []answer{ok("{}")}, func(t *testing.T, s *service, c *Client) {
		_, err := c.UploadStatus(t.Context(), "http://youtube.test/?upload_id=xyzzy", 0, 1)
		require.ErrorIs(t, err, ErrSessionLost)
		_, err = c.SendChunk(t.Context(), "::", Chunk{File: strings.NewReader("a"), Bytes: 1, Total: 1})
		require.ErrorIs(t, err, ErrSessionLost)
		requireClean(t, err.Error())
		require.Empty(t, s.asked)
	})
}

func TestATokenIsNotShownToAnotherHost(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://youtube.test/x":                  "Bearer access-1",
		"https://www.googleapis.com/x":            "Bearer access-1",
		"https://elsewhere.example/x":             "",
		"https://googleapis.com.example/x":        "",
		"https://evilgoogleapis.com/x":            "",
		"http://127.0.0.1/x":                      "",
		"https://youtube.test:444/x?upload_id=xy": "",
	} {
		s := &service{answers: []answer{{status: 308}}}
		_, err := clientOf(t, s, "https://youtube.test").UploadStatus(t.Context(), address, 0, 5)
		require.NoError(t, err)
		require.Equal(t, want, s.asked[0].auth, address)
	}
}

func TestAChunkIsSentAsDocumented(t *testing.T) {
	script(t, []answer{{status: 308, header: map[string]string{"Range": "bytes=0-5"}}}, func(t *testing.T, s *service, c *Client) {
		got, err := c.SendChunk(t.Context(), session, Chunk{File: strings.NewReader("0123456789"), From: 4, Bytes: 4, Total: 10})
		require.NoError(t, err)
		require.Equal(t, Progress{Confirmed: 6}, got, "the server took two of four bytes")
		r := s.asked[0]
		require.Equal(t, "PUT", r.method)
		require.Equal(t, session, r.url)
		require.Equal(t, "bytes 4-7/10", r.header.Get("Content-Range"))
		require.Equal(t, int64(4), r.length)
		require.Equal(t, "4567", r.body)
	})
}

func TestAStatusIsAskedForWithoutABody(t *testing.T) {
	script(t, []answer{{status: 401}, {status: 201, body: `{"id":"dQw4w9WgXcQ","status":{"uploadStatus":"uploaded"}}`}},
		func(t *testing.T, s *service, c *Client) {
			got, err := c.UploadStatus(t.Context(), session, 0, 10)
			require.NoError(t, err)
			require.Equal(t, Progress{Confirmed: 10, VideoID: "dQw4w9WgXcQ"}, got)
			require.Equal(t, "bytes */10", s.asked[1].header.Get("Content-Range"))
			require.Zero(t, s.asked[1].length)
			require.Equal(t, "Bearer access-2", s.asked[1].auth)
		})
}

func TestARefusedTokenSendsTheSameChunkAgain(t *testing.T) {
	script(t, []answer{{status: 401}, {status: 308, header: map[string]string{"Range": "bytes=0-3"}}}, func(t *testing.T, s *service, c *Client) {
		got, err := c.SendChunk(t.Context(), session, Chunk{File: strings.NewReader("0123456789"), Bytes: 4, Total: 10})
		require.NoError(t, err)
		require.Equal(t, int64(4), got.Confirmed)
		require.Equal(t, []string{"0123", "0123"}, []string{s.asked[0].body, s.asked[1].body})
		require.Equal(t, "Bearer access-2", s.asked[1].auth)
	})
}

func TestEveryAnswerOfASessionHasItsMeaning(t *testing.T) {
	t.Parallel()
	type want struct {
		is       error
		doubtful bool
		status   int
	}
	for name, c := range map[string]struct {
		answer answer
		want   want
	}{
		"404":                     {answer{status: 404}, want{ErrSessionLost, false, 404}},
		"410":                     {answer{status: 410, body: "gone xyzzy"}, want{ErrSessionLost, false, 410}},
		"401":                     {answer{status: 401}, want{ErrNeedsLogin, false, 401}},
		"500":                     {answer{status: 500}, want{nil, true, 500}},
		"502 of a proxy":          {answer{status: 502, body: "<html>" + session}, want{nil, true, 502}},
		"400":                     {answer{status: 400, body: `{"error":{"message":"bad ` + session + `"}}`}, want{nil, false, 400}},
		"408":                     {answer{status: 408}, want{nil, true, 408}},
		"429":                     {answer{status: 429}, want{nil, false, 429}},
		"a broken connection":     {answer{err: &url.Error{Op: "Put", URL: session, Err: errors.New("reset by " + session)}}, want{nil, true, 0}},
		"a hang":                  {answer{hang: true}, want{ErrIdle, true, 0}},
		"a hang before the body":  {answer{deaf: true}, want{ErrIdle, true, 0}},
		"a truncated answer":      {answer{status: 200, body: `{"id":"dQw4w9WgXcQ"}`, cut: true}, want{nil, true, 200}},
		"a huge answer":           {answer{status: 200, body: strings.Repeat(" ", 2<<20)}, want{errTooLarge, true, 200}},
		"no JSON":                 {answer{status: 200, body: "<html>"}, want{ErrBroken, true, 200}},
		"no id":                   {answer{status: 200, body: "{}"}, want{ErrBroken, true, 200}},
		"an id that is none":      {answer{status: 201, body: `{"id":"../x"}`}, want{ErrBroken, true, 201}},
		"no content":              {answer{status: 204}, want{ErrBroken, true, 204}},
		"a redirect":              {answer{status: 302, header: map[string]string{"Location": "https://evil.test/"}}, want{ErrBroken, true, 302}},
		"a 307 redirect":          {answer{status: 307, header: map[string]string{"Location": "https://evil.test/"}}, want{ErrBroken, true, 307}},
		"a range that is garbage": {answer{status: 308, header: map[string]string{"Range": "lines=1-2"}}, want{ErrBroken, true, 308}},
		"a range too far":         {answer{status: 308, header: map[string]string{"Range": "bytes=0-10"}}, want{ErrBroken, true, 308}},
	} {
		t.Run(name, func(t *testing.T) {
			script(t, []answer{c.answer}, func(t *testing.T, s *service, client *Client) {
				_, err := client.SendChunk(t.Context(), session, Chunk{File: strings.NewReader("0123456789"), Bytes: 10, Total: 10})
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.Equal(t, "videos.insert send", failed.Operation)
				require.Equal(t, c.want.status, failed.Status)
				require.Equal(t, c.want.doubtful, failed.Doubtful())
				if c.want.is != nil {
					require.ErrorIs(t, err, c.want.is)
				}
				requireClean(t, fmt.Sprint(err))
				for _, r := range s.asked {
					require.NotContains(t, r.url, "evil.test")
				}
			})
		})
	}
}

func TestASlowUploadIsNotCutWhileItMoves(t *testing.T) {
	script(t, []answer{{status: 308, header: map[string]string{"Range": "bytes=0-9"}}}, func(t *testing.T, _ *service, c *Client) {
		begun := time.Now()
		_, err := c.SendChunk(t.Context(), session, Chunk{File: slow{strings.NewReader("0123456789")}, Bytes: 10, Total: 10})
		require.NoError(t, err)
		require.Equal(t, 5*59*time.Second, time.Since(begun))
	})
}

// slow reads two bytes in less than a minute.
type slow struct{ *strings.Reader }

func (s slow) ReadAt(p []byte, off int64) (int, error) {
	<-time.NewTimer(59 * time.Second).C
	return s.Reader.ReadAt(p[:min(len(p), 2)], off)
}

func TestACancelledUploadSaysWhy(t *testing.T) {
	script(t, []answer{{hang: true}}, func(t *testing.T, _ *service, c *Client) {
		why := errors.New("the worker stops")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(why) })
		_, err := c.SendChunk(ctx, session, Chunk{File: strings.NewReader("01"), Bytes: 2, Total: 2})
		require.ErrorIs(t, err, why)
	})
}

func TestARangeSaysHowMuchIsStored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header          []string
		confirmed, sent int64
		want            int64 // -1 means refused
	}{
		{nil, 0, 10, 0},
		{nil, 5, 10, -1},
		{[]string{"bytes=0-9"}, 0, 10, 10},
		{[]string{"bytes=0-0"}, 0, 10, 1},
		{[]string{"0-4"}, 5, 10, 5},
		{[]string{" bytes=0-4 "}, 0, 10, 5},
		{[]string{"bytes=0-3"}, 5, 10, -1},
		{[]string{"bytes=0-10"}, 0, 10, -1},
		{[]string{"bytes=1-9"}, 0, 10, -1},
		{[]string{"bytes=0--1"}, 0, 10, -1},
		{[]string{"bytes=0-+1"}, 0, 10, -1},
		{[]string{"bytes=0-"}, 0, 10, -1},
		{[]string{"bytes=0-4,6-7"}, 0, 10, -1},
		{[]string{"bytes=0-4", "bytes=0-5"}, 0, 10, -1},
		{[]string{""}, 0, 10, -1},
		{[]string{"bytes=0-99999999999999999999"}, 0, 10, -1},
		{[]string{"bytes=0-9223372036854775807"}, 0, 10, -1},
	} {
		got, err := stored(http.Header{"Range": c.header}, c.confirmed, c.sent)
		if c.want < 0 {
			var wrong *RangeError
			require.ErrorAs(t, err, &wrong, "%v", c)
			require.ErrorIs(t, err, ErrBroken)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%v", c)
	}
}

func FuzzRange(f *testing.F) {
	f.Add("bytes=0-262143", int64(0), int64(262144))
	f.Add("bytes=0-", int64(5), int64(3))
	f.Add("bytes=0-9223372036854775807", int64(-1), int64(1)<<62)
	f.Fuzz(func(t *testing.T, value string, confirmed, sent int64) {
		n, err := stored(http.Header{"Range": {value}}, confirmed, sent)
		if err == nil {
			require.True(t, confirmed <= n && n <= sent && n > 0, "%d of %d to %d", n, confirmed, sent)
			return
		}
		require.Less(t, len(err.Error()), 500)
	})
}

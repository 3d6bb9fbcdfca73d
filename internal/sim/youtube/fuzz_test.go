package youtube

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 0-9/10", "bytes */10", "bytes */*", "bytes 5-9/*", "bytes 9-5/10", "bytes 0-9/9", "bytes -1-2/3", "bytes 0-18446744073709551615/*", "items 0-1/2", "bytes 1/2", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r, err := parseContentRange(header)
		if err != nil {
			require.ErrorIs(t, err, errRange)
			return
		}
		if r.query {
			require.Zero(t, r.length())
			return
		}
		require.GreaterOrEqual(t, r.first, int64(0))
		require.Positive(t, r.length())
		require.True(t, r.total == unknown || r.total > r.last)
	})
}

func FuzzInsertBodies(f *testing.F) {
	r := build(f)
	r.limits[bucketInsert] = -1
	f.Add("resumable", "application/json", []byte(said))
	f.Add("resumable", "application/json", []byte(`{"snippet":{"title":"x","tags":["<"]}}`))
	f.Add("resumable", "", []byte("{\"snippet\":{\"title\":\"\xff\"}}"))
	f.Add("multipart", "multipart/related; boundary=b", []byte("--b\r\nContent-Type: application/json\r\n\r\n"+said+"\r\n--b\r\nContent-Type: video/mp4\r\n\r\nabc\r\n--b--\r\n"))
	f.Add("multipart", "multipart/related; boundary=b", []byte("--b\r\n\r\n{}"))
	f.Add("media", "video/mp4", []byte("abc"))
	handler := r.Handler()
	f.Fuzz(func(t *testing.T, kind, contentType string, body []byte) {
		request := httptest.NewRequest(http.MethodPost, UploadPath+"?part=snippet,status", strings.NewReader(string(body)))
		query := request.URL.Query()
		query.Set("uploadType", kind)
		request.URL.RawQuery = query.Encode()
		request.Header = http.Header{"Authorization": {"Bearer " + r.token}, "Content-Type": {contentType}}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		require.Contains(t, []int{200, 400}, recorder.Code, recorder.Body.String())
	})
}

func FuzzWhateverIsWrittenIntoAChatIsAnswered(f *testing.F) {
	for _, body := range []string{
		`{"snippet":{"liveChatId":"x","type":"textMessageEvent","textMessageDetails":{"messageText":"hi"}}}`,
		`{"snippet":{"liveChatId":"x","type":"pollEvent","pollDetails":{"metadata":{"questionText":"?","options":[{"optionText":"a"},{"optionText":"b"}]}}}}`,
		`{"snippet":{"liveChatId":"x","type":"temporary","banDurationSeconds":"60","bannedUserDetails":{"channelId":"UC"}}}`,
		`{"snippet":{"type":7}}`, `[]`, "", "\xff",
	} {
		f.Add(body)
	}
	r := reopen(f, f.TempDir(), func(o *Options) { o.Limits.Units = -1 })
	chat := r.goLive().ChatID
	token := r.grantFor(owner)
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/liveChat/messages?part=snippet", "/liveChat/bans?part=snippet"} {
			request := httptest.NewRequest(http.MethodPost, APIPath+path, strings.NewReader(strings.ReplaceAll(body, `"x"`, `"`+chat+`"`)))
			request.Header.Set("Authorization", "Bearer "+token)
			answer := httptest.NewRecorder()
			r.Handler().ServeHTTP(answer, request)
			require.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}, answer.Code, answer.Body)
		}
	})
}

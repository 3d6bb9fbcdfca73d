package youtube

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

const kib = 1 << 10

func TestAnUploadInPiecesBecomesAVideo(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(700 * kib)
	address := r.open(len(film))
	r.incomplete(r.status(address, len(film)), 0)
	r.incomplete(r.mustPut(address, film, 0, 256*kib), 256*kib)
	r.incomplete(r.status(address, len(film)), 256*kib)
	r.incomplete(r.mustPut(address, film, 256*kib, 512*kib), 512*kib)
	require.Empty(t, r.Videos(), "only complete ones count")
	v := r.made(r.mustPut(address, film, 512*kib, len(film)))
	require.Equal(t, "The lamp falls [ab12cd]", v.Snippet.Title)
	require.Equal(t, []string{"harbor", "lamp light"}, v.Snippet.Tags)
	require.Equal(t, "20", v.Snippet.CategoryID)
	require.Equal(t, "unlisted", v.Status.PrivacyStatus)
	require.Equal(t, "uploaded", v.Status.UploadStatus)

	videos := r.Videos()
	require.Len(t, videos, 1)
	require.Equal(t, Published{ID: v.ID, Title: v.Snippet.Title, Bytes: int64(len(film)), SHA256: sha(film), Description: "A clip",
		Tags: v.Snippet.Tags, Privacy: "unlisted", Category: "20", UploadStatus: "uploaded", PublishedAt: r.clock.now(), Channel: v.Snippet.ChannelID}, videos[0])
	uploads := r.Uploads()
	require.Equal(t, []any{"complete", int64(len(film)), v.ID}, []any{uploads[0].State, uploads[0].Stored, uploads[0].Video})
}

func TestACompleteUploadAnswersWithTheSameVideoEveryTime(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(300 * kib)
	address := r.open(len(film))
	r.mustPut(address, film, 0, 256*kib)
	v := r.made(r.mustPut(address, film, 256*kib, len(film)))
	require.Equal(t, v, r.made(r.mustPut(address, film, 256*kib, len(film))))
	require.Equal(t, v, r.made(r.status(address, len(film))))
	require.Equal(t, v, r.made(r.mustPut(address, film, 0, len(film))))
	require.Len(t, r.Videos(), 1)
}

func TestOneRequestMayBringEverything(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(10)
	r.made(r.must(http.MethodPut, r.open(len(film)), nil, film))
	r.made(r.mustPut(r.open(len(film)), film, 0, len(film)))
	require.Equal(t, sha(film), r.Videos()[0].SHA256)
}

func TestTheSizeMayBeToldWithTheLastPiece(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(512 * kib)
	opened := r.must(http.MethodPost, r.url+openPath, nil, []byte(said))
	address := opened.header.Get("Location")
	for from := 0; from < len(film); from += 256 * kib {
		r.incomplete(r.must(http.MethodPut, address, map[string]string{"Content-Range": fmt.Sprintf("bytes %d-%d/*", from, from+256*kib-1)},
			film[from:from+256*kib]), from+256*kib)
	}
	require.EqualValues(t, unknown, r.Uploads()[0].Total)
	r.incomplete(r.must(http.MethodPut, address, map[string]string{"Content-Range": "bytes */*"}, nil), len(film))
	r.made(r.status(address, len(film)))
	require.Equal(t, sha(film), r.Videos()[0].SHA256)
}

func TestOnlyWholeUnitsAreStored(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(600 * kib)
	address := r.open(len(film))
	r.incomplete(r.mustPut(address, film, 0, 100*kib), 0)
	r.incomplete(r.mustPut(address, film, 0, 300*kib), 256*kib)
	gap := r.mustPut(address, film, 300*kib, 600*kib)
	require.Equal(t, http.StatusServiceUnavailable, gap.status)
	require.Contains(t, gap.body, "the upload offset is 307200 byte(s), which exceeds already uploaded size of 262144 byte(s)")
	r.made(r.mustPut(address, film, 256*kib, len(film)))
	require.Equal(t, sha(film), r.Videos()[0].SHA256)
}

func TestAPieceThatRepeatsWhatIsStoredGoesOnBehindIt(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(800 * kib)
	address := r.open(len(film))
	r.incomplete(r.mustPut(address, film, 0, 512*kib), 512*kib)
	r.incomplete(r.mustPut(address, film, 0, 256*kib), 512*kib)
	r.made(r.mustPut(address, film, 256*kib, len(film)))
	require.Equal(t, sha(film), r.Videos()[0].SHA256)
}

func TestRequestsThatContradictTheUploadAreRefused(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(300 * kib)
	address := r.open(len(film))
	for name, c := range map[string]struct {
		header string
		body   []byte
		status int
	}{
		"no range at all":               {"bytes nonsense", nil, 400},
		"another size":                  {"bytes 0-9/10", film[:10], 400},
		"another size in a question":    {"bytes */10", nil, 400},
		"fewer bytes than the range":    {"bytes 0-262143/307200", film[:10], 400},
		"a question with bytes":         {"bytes */307200", film[:10], 400},
		"a range above the largest":     {"bytes 274877906944-274877906953/*", film[:10], 413},
		"a range that ends too far out": {"bytes 307190-307209/307200", film[:20], 400},
	} {
		a := r.must(http.MethodPut, address, map[string]string{"Content-Range": c.header}, c.body)
		require.Equal(t, c.status, a.status, "%s: %s", name, a.body)
	}
	r.incomplete(r.status(address, len(film)), 0)
	require.Equal(t, http.StatusNotFound, r.status(strings.Replace(address, "upload_id=", "upload_id=x", 1), 1).status)
	require.Equal(t, http.StatusUnauthorized, r.must(http.MethodPut, address, map[string]string{"Authorization": "Bearer wrong"}, film).status)
}

func TestACutConnectionKeepsTheUnitsThatCame(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(1000 * kib)
	address := r.open(len(film))
	r.fault(TargetUpload, kindClose, 1)
	_, err := r.put(address, film, 0, len(film))
	require.Error(t, err)
	r.incomplete(r.status(address, len(film)), 256*kib)
	r.made(r.mustPut(address, film, 256*kib, len(film)))
	require.Equal(t, sha(film), r.Videos()[0].SHA256)
}

func TestANewerRequestEndsTheOneThatStillBringsBytes(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(600 * kib)
	address := r.open(len(film))
	_, err := r.Set(func(s *Settings) { s.BytesPerSecond = 1 })
	require.NoError(t, err)
	old := make(chan error, 1)
	go func() {
		_, err := r.put(address, film, 0, len(film))
		old <- err
	}()
	require.Eventually(t, func() bool { return r.Uploads()[0].Received > 0 }, 20*time.Second, time.Millisecond)
	require.True(t, r.Uploads()[0].Writing)
	r.incomplete(r.status(address, len(film)), 0)

	renewed := make(chan answer, 1)
	go func() { renewed <- r.mustPut(address, film, 0, len(film)) }()
	// The older one notices when its pause ends.
	_, err = r.Set(func(s *Settings) { s.BytesPerSecond = 10 << 20 })
	require.NoError(t, err)
	v := r.made(<-renewed)
	if err := <-old; err == nil {
		require.Equal(t, v, r.made(r.status(address, len(film))), "whichever was newer made the one video")
	}
	require.Len(t, r.Videos(), 1)
	require.Equal(t, sha(film), r.Videos()[0].SHA256)
}

func TestThePaceSlowsUploadsDownAndIsKept(t *testing.T) {
	t.Parallel()
	r := build(t)
	_, err := r.Set(func(s *Settings) { s.BytesPerSecond = 1 })
	require.NoError(t, err)
	film := media(300 * kib)
	address := r.open(len(film))
	done := make(chan answer, 1)
	go func() { done <- r.mustPut(address, film, 0, len(film)) }()
	require.Eventually(t, func() bool { return r.Uploads()[0].Received > 0 }, 20*time.Second, time.Millisecond)
	require.Zero(t, r.Uploads()[0].Stored)
	require.EqualValues(t, 1, reopen(t, r.dir, nil).Settings().BytesPerSecond)
	_, err = r.Set(func(s *Settings) { s.BytesPerSecond = 0 })
	require.NoError(t, err)
	r.made(<-done)
}

func TestAnUploadExpiresAfterAWeek(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(300 * kib)
	address := r.open(len(film))
	r.incomplete(r.mustPut(address, film, 0, 256*kib), 256*kib)
	r.clock.move(sessionLife - time.Minute)
	r.token = r.grantFor(r.seed.Accounts[0].RefreshToken)
	r.incomplete(r.status(address, len(film)), 256*kib)
	r.clock.move(time.Minute)
	require.Equal(t, http.StatusNotFound, r.status(address, len(film)).status)
	r.open(10)
	require.Len(t, r.Uploads(), 1)
	entries, err := os.ReadDir(r.uploadsDir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing of it is left")
}

func TestACancelledUploadIsOver(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(300 * kib)
	address := r.open(len(film))
	r.incomplete(r.mustPut(address, film, 0, 256*kib), 256*kib)
	require.Equal(t, statusCancelled, r.must(http.MethodDelete, address, nil, nil).status)
	require.Equal(t, statusCancelled, r.status(address, len(film)).status)
	require.Equal(t, statusCancelled, r.mustPut(address, film, 0, 256*kib).status)
	require.Equal(t, "cancelled", r.Uploads()[0].State)
	require.Equal(t, statusCancelled, reopen(t, r.dir, nil).session0().Ended)
}

// session0 is what is kept of the only upload.
func (r *rig) session0() sessionDocument {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range r.sessions {
		return u.document
	}
	return sessionDocument{}
}

func TestAKilledServerGoesOnWithTheSameUploads(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(700 * kib)
	address := r.open(len(film))
	r.incomplete(r.mustPut(address, film, 0, 256*kib), 256*kib)
	v := r.upload("done", "private")

	// As a kill in the middle of a piece leaves it.
	u, ok := r.session(r.session256())
	require.True(t, ok)
	file, err := os.OpenFile(u.bytesFile(), os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = file.Write(film[256*kib : 300*kib])
	require.NoError(t, err)
	require.NoError(t, file.Close())

	again := reopen(t, r.dir, nil)
	again.token = r.token
	address = strings.Replace(address, r.url, again.url, 1)
	again.incomplete(again.status(address, len(film)), 256*kib)
	require.Equal(t, r.Videos(), again.Videos())
	require.Equal(t, r.Quota(), again.Quota())
	again.made(again.mustPut(address, film, 256*kib, len(film)))
	videos := again.Videos()
	require.Equal(t, []string{v.ID, sha(film)}, []string{videos[0].ID, videos[1].SHA256})
	last := reopen(t, r.dir, nil)
	require.Equal(t, videos, last.Videos())
	require.Equal(t, videos[1].ID, last.made(last.status(strings.Replace(address, again.url, last.url, 1), len(film))).ID)
}

// session256 is the id of the upload that has one unit.
func (r *rig) session256() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, u := range r.sessions {
		if u.stored == unit {
			return id
		}
	}
	return ""
}

func TestAServerKilledBeforeItMadeTheVideoMakesItWhenAsked(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(300 * kib)
	address := r.open(len(film))
	u, ok := r.session(r.session0().ID)
	require.True(t, ok)
	require.NoError(t, os.WriteFile(u.bytesFile(), film, 0o600))
	again := reopen(t, r.dir, nil)
	again.token = r.token
	require.Empty(t, again.Videos())
	again.made(again.status(strings.Replace(address, r.url, again.url, 1), len(film)))
	require.Equal(t, sha(film), again.Videos()[0].SHA256)
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	r := reopen(t, t.TempDir(), func(o *Options) { o.Kept = Kept{Videos: 5, Bytes: 2, Open: 3}; o.Limits.Insert = -1 })
	for i := range 8 {
		r.upload(fmt.Sprint("video ", i), "public")
	}
	addresses := []string{}
	for range 5 {
		r.clock.move(time.Second)
		addresses = append(addresses, r.open(10))
	}
	require.Len(t, r.Videos(), 5)
	require.Equal(t, "video 7", r.Videos()[4].Title)
	kept, open := 0, 0
	entries, err := os.ReadDir(r.uploadsDir)
	require.NoError(t, err)
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".bytes") {
			kept++
		}
	}
	for _, u := range r.Uploads() {
		if u.State == "open" {
			open++
		}
	}
	require.Equal(t, []int{2, 3}, []int{kept, open})
	require.Equal(t, http.StatusNotFound, r.status(addresses[0], 10).status)
	r.incomplete(r.status(addresses[4], 10), 0)
}

func TestWhatControlTellsHoldsNoAddress(t *testing.T) {
	t.Parallel()
	r := build(t)
	r.open(10)
	r.upload("x", "public")
	require.NotContains(t, fmt.Sprintf("%+v %+v", r.Uploads(), r.Videos()), r.session0().ID)
}

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

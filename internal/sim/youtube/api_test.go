package youtube

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type list struct {
	Kind, ETag, NextPageToken string
	PageInfo                  struct{ TotalResults, ResultsPerPage int }
	Items                     []struct {
		Kind    string
		ID      any
		Snippet struct {
			Title      string
			Position   int
			ResourceID struct{ VideoID string }
		}
		ContentDetails struct {
			VideoID          string
			RelatedPlaylists struct{ Uploads string }
		}
		Status struct{ UploadStatus, PrivacyStatus string }
	}
}

func (r *rig) list(path string) list {
	r.t.Helper()
	a := r.get(path)
	require.Equal(r.t, http.StatusOK, a.status, a.body)
	var l list
	a.decode(r.t, &l)
	require.NotEmpty(r.t, l.ETag)
	return l
}

func TestTheUploadsOfAChannelAreListedNewestFirstInPages(t *testing.T) {
	t.Parallel()
	r := build(t)
	ids := []string{}
	for i := range 7 {
		ids = append(ids, r.upload(fmt.Sprint("video ", i), "private").ID)
		r.clock.move(time.Second)
	}
	channels := r.list("/channels?part=id,contentDetails&mine=true")
	require.Equal(t, "youtube#channelListResponse", channels.Kind)
	uploads := channels.Items[0].ContentDetails.RelatedPlaylists.Uploads
	first := r.list("/playlistItems?part=snippet,contentDetails&maxResults=3&playlistId=" + uploads)
	require.Equal(t, []int{7, 3, 3}, []int{first.PageInfo.TotalResults, first.PageInfo.ResultsPerPage, len(first.Items)})
	r.upload("meanwhile", "private")
	seen := []string{}
	for page := first; ; {
		for _, item := range page.Items {
			require.Equal(t, item.ContentDetails.VideoID, item.Snippet.ResourceID.VideoID)
			seen = append(seen, item.ContentDetails.VideoID)
		}
		if page.NextPageToken == "" {
			break
		}
		page = r.list("/playlistItems?part=snippet,contentDetails&maxResults=3&playlistId=" + uploads + "&pageToken=" + page.NextPageToken)
	}
	require.Equal(t, []string{ids[6], ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]}, seen)

	r.token = r.grantFor("reader")
	require.Empty(t, r.list("/playlistItems?part=snippet&playlistId="+uploads).Items, "others see what is public")
	require.Empty(t, r.list("/videos?part=snippet&id="+ids[0]).Items)
}

func TestAVideoIsProcessedAfterAWhile(t *testing.T) {
	t.Parallel()
	r := build(t)
	v := r.upload("x", "private")
	path := "/videos?part=status,processingDetails&id=nothing," + v.ID
	require.Equal(t, "uploaded", r.list(path).Items[0].Status.UploadStatus)
	r.clock.move(500 * time.Millisecond)
	require.Equal(t, "processed", r.list(path).Items[0].Status.UploadStatus)
	_, err := r.Set(func(s *Settings) { s.Processing = time.Hour })
	require.NoError(t, err)
	require.Equal(t, "uploaded", r.list(path).Items[0].Status.UploadStatus)
	require.Equal(t, time.Hour, reopen(t, r.dir, nil).Settings().Processing)
}

func TestListingsMayLagBehind(t *testing.T) {
	t.Parallel()
	r := build(t)
	_, err := r.Set(func(s *Settings) { s.ListingLag = time.Minute })
	require.NoError(t, err)
	v := r.upload("late [ab12cd]", "private")
	playlist := "/playlistItems?part=snippet&playlistId=" + r.seed.Accounts[0].uploads()
	require.Empty(t, r.list(playlist).Items)
	require.Len(t, r.list("/videos?part=status&id="+v.ID).Items, 1)
	r.clock.move(time.Minute)
	require.Equal(t, "late [ab12cd]", r.list(playlist).Items[0].Snippet.Title)
}

func TestSearchFindsAWordAmongOnesOwnVideos(t *testing.T) {
	t.Parallel()
	r := build(t)
	r.upload("other", "private")
	r.upload("The lamp [ab12cd]", "private")
	found := r.list("/search?part=snippet&forMine=true&type=video&q=" + url.QueryEscape("[AB12CD]"))
	require.Len(t, found.Items, 1)
	require.Equal(t, "The lamp [ab12cd]", found.Items[0].Snippet.Title)
	require.Equal(t, "incompatibleParameters", r.get("/search?part=snippet&forMine=true").reason(t))
}

func TestParametersThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	r := build(t)
	uploads := r.seed.Accounts[0].uploads()
	for path, want := range map[string]string{
		"/videos?part=status":                                        "missingRequiredParameter",
		"/videos?id=x":                                               "missingRequiredParameter",
		"/videos?part=nonsense&id=x":                                 "unknownPart",
		"/videos?part=id&id=" + strings.Repeat("a,", 51):             "invalidFilters",
		"/channels?part=id":                                          "missingRequiredParameter",
		"/playlistItems?part=id":                                     "missingRequiredParameter",
		"/playlistItems?part=id&playlistId=UUx":                      "playlistNotFound",
		"/playlistItems?part=id&maxResults=51&playlistId=" + uploads: "invalidParameter",
		"/playlistItems?part=id&pageToken=!&playlistId=" + uploads:   "invalidPageToken",
		"/nothing?part=id":                                           "notFound",
	} {
		require.Equal(t, want, r.get(path).reason(t), path)
	}
}

func TestWhatIsSaidOfAVideoIsChecked(t *testing.T) {
	t.Parallel()
	r := reopen(t, t.TempDir(), func(o *Options) { o.Limits.Insert = -1 })
	long := strings.Repeat("é", 100)
	require.Equal(t, http.StatusOK, r.initiate(`{"snippet":{"title":"`+long+`","description":"`+strings.Repeat("x", 5000)+`"},"status":{"privacyStatus":"private","publishAt":"2026-08-01T00:00:00Z"}}`, 10).status)
	tags := `["` + strings.Repeat("a", 250) + `","` + strings.Repeat("b", 249) + `"]`
	require.Equal(t, http.StatusOK, r.initiate(`{"snippet":{"title":"x","tags":`+tags+`}}`, 10).status)
	for body, want := range map[string]string{
		`{"snippet":{"title":"` + long + `x"}}`: "invalidTitle",
		`{"snippet":{"title":"a<b"}}`:           "invalidTitle",
		`{"snippet":{"title":" "}}`:             "invalidTitle",
		`{}`:                                    "invalidTitle",
		``:                                      "invalidTitle",
		`{"snippet":{"title":"x","description":"` + strings.Repeat("é", 2501) + `"}}`:                              "invalidDescription",
		`{"snippet":{"title":"x","description":">"}}`:                                                              "invalidDescription",
		`{"snippet":{"title":"x","tags":["` + strings.Repeat("a", 250) + `","` + strings.Repeat("b", 250) + `"]}}`: "invalidTags",
		`{"snippet":{"title":"x","tags":[""]}}`:                                                                    "invalidTags",
		`{"snippet":{"title":"x","categoryId":"21"}}`:                                                              "invalidCategoryId",
		`{"snippet":{"title":"x"},"status":{"privacyStatus":"secret"}}`:                                            "invalidVideoMetadata",
		`{"snippet":{"title":"x"},"status":{"publishAt":"2026-08-01T00:00:00Z"}}`:                                  "invalidPublishAt",
		`{"snippet":{"title":7}}`:                                                                                  "parseError",
		`{"snippet":`:                                                                                              "parseError",
		"{\"snippet\":{\"title\":\"\xff\"}}":                                                                       "parseError",
	} {
		a := r.initiate(body, 10)
		require.Equal(t, http.StatusBadRequest, a.status, body)
		require.Equal(t, want, a.reason(t), body)
		require.Empty(t, a.header.Get("Location"))
	}
	post := func(query string, header map[string]string) answer {
		return r.must(http.MethodPost, r.url+UploadPath+query, header, []byte(said))
	}
	require.Equal(t, "missingRequiredParameter", post("?uploadType=resumable", nil).reason(t))
	require.Equal(t, "unexpectedPart", post("?uploadType=resumable&part=snippet", nil).reason(t))
	require.Equal(t, "invalidParameter", post("?part=snippet,status", nil).reason(t))
	require.Equal(t, "badContent", post("?uploadType=resumable&part=snippet,status", map[string]string{"X-Upload-Content-Type": "image/png"}).reason(t))
	require.Equal(t, "mediaBodyRequired", post("?uploadType=resumable&part=snippet,status", map[string]string{"X-Upload-Content-Length": "0"}).reason(t))
	require.Equal(t, http.StatusRequestEntityTooLarge, post("?uploadType=resumable&part=snippet,status", map[string]string{"X-Upload-Content-Length": "274877906945"}).status)
}

func TestWhoMayNotUploadIsToldWhy(t *testing.T) {
	t.Parallel()
	r := build(t)
	r.token = "made up"
	a := r.initiate(said, 10)
	require.Equal(t, http.StatusUnauthorized, a.status)
	require.Equal(t, "authError", a.reason(t))
	require.NotEmpty(t, a.header.Get("WWW-Authenticate"))
	require.Equal(t, http.StatusUnauthorized, r.get("/channels?part=id&mine=true").status)
	r.token = r.grantFor("1//simulated-youtube-refresh-nobody")
	require.Equal(t, "youtubeSignupRequired", r.initiate(said, 10).reason(t))
	require.Empty(t, r.list("/channels?part=id&mine=true").Items)
	r.token = r.grantFor("reader")
	require.Equal(t, "insufficientPermissions", r.initiate(said, 10).reason(t))
}

func TestTokensAreGivenForARefreshTokenAndExpire(t *testing.T) {
	t.Parallel()
	r := build(t)
	ask := func(change func(url.Values)) (int, string) {
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {r.seed.Accounts[0].RefreshToken},
			"client_id": {r.seed.ClientID}, "client_secret": {r.seed.ClientSecret}}
		change(form)
		response, err := http.PostForm(r.url+TokenPath, form)
		require.NoError(t, err)
		var body struct{ Error string }
		a := read(t, response)
		a.decode(t, &body)
		return a.status, body.Error
	}
	for _, c := range []struct {
		field, value string
		status       int
		says         string
	}{
		{"client_id", "other", 401, "invalid_client"}, {"client_id", "", 400, "invalid_request"}, {"client_secret", "other", 401, "invalid_client"},
		{"refresh_token", "other", 400, "invalid_grant"}, {"refresh_token", "", 400, "invalid_request"},
		{"grant_type", "password", 400, "unsupported_grant_type"},
	} {
		status, says := ask(func(form url.Values) { form.Set(c.field, c.value) })
		require.Equal(t, []any{c.status, c.says}, []any{status, says}, c.field)
	}
	r.fault(TargetToken, "400", 1)
	status, says := ask(func(url.Values) {})
	require.Equal(t, []any{400, "invalid_grant"}, []any{status, says})

	require.Equal(t, http.StatusOK, r.get("/channels?part=id&mine=true").status)
	again := reopen(t, r.dir, nil)
	again.token = r.token
	require.Equal(t, http.StatusOK, again.get("/channels?part=id&mine=true").status, "a token survives a kill")
	r.clock.move(time.Hour)
	require.Equal(t, http.StatusUnauthorized, r.get("/channels?part=id&mine=true").status)
	r.token = r.grantFor(r.seed.Accounts[0].RefreshToken)
	require.NoError(t, r.ExpireTokens())
	require.Equal(t, http.StatusUnauthorized, r.get("/channels?part=id&mine=true").status)
}

func used(r *rig) map[string]int {
	counts := map[string]int{}
	for _, b := range r.Quota().Buckets {
		counts[b.Bucket] = b.Used
	}
	return counts
}

func TestEachCallTakesItsCostFromItsBucketUntilTheDayEnds(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(10)
	address := r.open(len(film))
	r.status(address, len(film))
	r.made(r.mustPut(address, film, 0, len(film)))
	r.initiate(`{}`, 10) // invalid calls cost, too
	r.list("/channels?part=id&mine=true")
	r.get("/videos?part=id")
	r.list("/search?part=snippet&forMine=true&type=video")
	require.Equal(t, map[string]int{"videos.insert": 2, "units": 2, "search": 1}, used(r))
	require.Equal(t, used(r), used(reopen(t, r.dir, nil)), "it is kept")

	for bucket, call := range map[string]func() answer{
		"videos.insert": func() answer { return r.initiate(said, 10) },
		"units":         func() answer { return r.get("/channels?part=id&mine=true") },
		"search":        func() answer { return r.get("/search?part=snippet&forMine=true&type=video") },
	} {
		limit := r.limits[bucketNamed(bucket)]
		require.NoError(t, r.SetQuota(bucket, limit-1))
		require.Equal(t, http.StatusOK, call().status)
		refused := call()
		require.Equal(t, http.StatusForbidden, refused.status)
		require.Equal(t, "quotaExceeded", refused.reason(t))
		require.Contains(t, refused.body, `"domain":"youtube.quota"`)
		require.Equal(t, limit, used(r)[bucket])
	}
	require.Equal(t, time.Date(2026, 7, 2, 7, 0, 0, 0, time.UTC), r.Quota().ResetsAt, "midnight of the Pacific")
	r.clock.move(13*time.Hour - time.Second)
	r.token = r.grantFor(r.seed.Accounts[0].RefreshToken)
	require.Equal(t, http.StatusForbidden, r.initiate(said, 10).status)
	r.clock.move(time.Second)
	require.Equal(t, http.StatusOK, r.initiate(said, 10).status)
	require.NoError(t, r.SetQuota("videos.insert", 100))
	require.NoError(t, r.ResetQuota())
	require.Equal(t, http.StatusOK, r.initiate(said, 10).status)

	require.NoError(t, r.ExhaustQuota("videos.insert"))
	require.Equal(t, http.StatusForbidden, r.initiate(said, 10).status)

	var invalid *InvalidError
	require.ErrorAs(t, r.SetQuota("likes", 1), &invalid)
	require.ErrorContains(t, invalid, "videos.insert")
	require.ErrorAs(t, r.SetQuota("units", -1), &invalid)
}

func bucketNamed(name string) bucket { return bucket(name) }

func TestTheQuotasDayFollowsTheClocksOfThePacific(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]string{
		"2026-07-02T06:59:59Z": "2026-07-02T07:00:00Z",
		"2026-01-02T07:30:00Z": "2026-01-02T08:00:00Z",
		"2026-03-08T09:00:00Z": "2026-03-09T07:00:00Z", // the day with 23 hours
		"2026-11-01T08:00:00Z": "2026-11-02T08:00:00Z", // the day with 25 hours
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		require.Equal(t, want, resetsAt(at).UTC().Format(time.RFC3339), now)
	}
}

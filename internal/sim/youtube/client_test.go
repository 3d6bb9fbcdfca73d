package youtube

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	api "google.golang.org/api/youtube/v3"
)

// google is the client of the platform's own makers, pointed at the simulator.
func google(t *testing.T, r *rig) *api.Service {
	t.Helper()
	application := oauth2.Config{ClientID: r.seed.ClientID, ClientSecret: r.seed.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: r.url + TokenPath}}
	client := application.Client(t.Context(), &oauth2.Token{RefreshToken: r.seed.Accounts[0].RefreshToken})
	service, err := api.NewService(t.Context(), option.WithEndpoint(r.url), option.WithHTTPClient(client))
	require.NoError(t, err)
	return service
}

func insert(service *api.Service, film []byte, piece int) (*api.Video, error) {
	return service.Videos.Insert([]string{"snippet", "status"}, &api.Video{
		Snippet: &api.VideoSnippet{Title: "The lamp falls [ab12cd]", Tags: []string{"harbor"}, CategoryId: "20"},
		Status:  &api.VideoStatus{PrivacyStatus: "unlisted"},
	}).Media(bytes.NewReader(film), googleapi.ContentType("video/mp4"), googleapi.ChunkSize(piece), googleapi.ChunkRetryDeadline(20*time.Second)).Do()
}

func TestGooglesOwnClientUploadsUnchanged(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{
		"in pieces": 700 * kib, "in whole pieces": 512 * kib, "in one request": 100 * kib,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			film := media(size)
			v, err := insert(google(t, r), film, 256*kib)
			require.NoError(t, err)
			require.Equal(t, "uploaded", v.Status.UploadStatus)
			require.Equal(t, "The lamp falls [ab12cd]", v.Snippet.Title)
			videos := r.Videos()
			require.Len(t, videos, 1)
			require.Equal(t, []string{v.Id, sha(film)}, []string{videos[0].ID, videos[0].SHA256})
		})
	}
}

func TestGooglesOwnClientRepeatsPiecesAfterErrors(t *testing.T) {
	t.Parallel()
	r := build(t)
	r.fault(TargetUpload, "503", 1)
	film := media(600 * kib)
	v, err := insert(google(t, r), film, 256*kib)
	require.NoError(t, err)
	r.fault(TargetFinish, "503", 1)
	again, err := insert(google(t, r), film, 256*kib)
	require.NoError(t, err)
	require.NotEqual(t, v.Id, again.Id)
	require.Len(t, r.Videos(), 2)
}

func TestGooglesOwnClientUnderstandsErrors(t *testing.T) {
	t.Parallel()
	r := build(t)
	service := google(t, r)
	for kind, reason := range map[string]string{kindQuota: "quotaExceeded", kindUploadLimit: "uploadLimitExceeded", "403": "forbidden"} {
		r.fault(TargetInit, kind, 1)
		_, err := insert(service, media(600*kib), 256*kib)
		var refused *googleapi.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, reason, refused.Errors[0].Reason)
	}
	var lost *googleapi.Error
	r.fault(TargetUpload, kindLostSession, 1)
	_, err := insert(service, media(600*kib), 256*kib)
	require.ErrorAs(t, err, &lost)
	require.Equal(t, http.StatusNotFound, lost.Code)
	require.NoError(t, r.ExpireTokens())
	_, err = service.Channels.List([]string{"id"}).Mine(true).Do()
	require.True(t, errors.As(err, &lost) && lost.Code == http.StatusUnauthorized, "%v", err)
}

func TestGooglesOwnClientFindsWhatWasUploaded(t *testing.T) {
	t.Parallel()
	r := build(t)
	service := google(t, r)
	v, err := insert(service, media(300*kib), 256*kib)
	require.NoError(t, err)
	channels, err := service.Channels.List([]string{"contentDetails"}).Mine(true).Do()
	require.NoError(t, err)
	uploads := channels.Items[0].ContentDetails.RelatedPlaylists.Uploads
	items, err := service.PlaylistItems.List([]string{"snippet", "contentDetails"}).PlaylistId(uploads).MaxResults(50).Do()
	require.NoError(t, err)
	require.Equal(t, v.Id, items.Items[0].ContentDetails.VideoId)
	require.Equal(t, v.Snippet.Title, items.Items[0].Snippet.Title)
	r.clock.move(time.Second)
	videos, err := service.Videos.List([]string{"status", "processingDetails"}).Id(v.Id).Do()
	require.NoError(t, err)
	require.Equal(t, "processed", videos.Items[0].Status.UploadStatus)
	require.Equal(t, "succeeded", videos.Items[0].ProcessingDetails.ProcessingStatus)
	found, err := service.Search.List([]string{"snippet"}).ForMine(true).Type("video").Q("[ab12cd]").Do()
	require.NoError(t, err)
	require.Equal(t, v.Id, found.Items[0].Id.VideoId)
	_, err = time.Parse(time.RFC3339, items.Items[0].ContentDetails.VideoPublishedAt)
	require.NoError(t, err)
}

package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// piece brings bytes [from, to) of film, or asks what is stored for none.
func piece(address string, film []byte, from, to int) (*http.Response, error) {
	span := fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(film))
	if from == to {
		span = fmt.Sprintf("bytes */%d", len(film))
	}
	request, err := http.NewRequest(http.MethodPut, address, bytes.NewReader(film[from:to]))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Range", span)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return client.Do(request)
}

// opened opens an upload with that title and returns its address.
func (b Bound) opened(t *testing.T, title string) string {
	t.Helper()
	seed := youtube.DefaultSeed()
	response, err := http.PostForm(b.YouTube+youtube.TokenPath, url.Values{"grant_type": {"refresh_token"},
		"refresh_token": {seed.Accounts[0].RefreshToken}, "client_id": {seed.ClientID}, "client_secret": {seed.ClientSecret}})
	require.NoError(t, err)
	var granted struct {
		Access string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(text(t, response)), &granted))
	request, err := http.NewRequest(http.MethodPost, b.YouTube+youtube.UploadPath+"?uploadType=resumable&part=snippet",
		strings.NewReader(`{"snippet":{"title":"`+title+`"}}`))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+granted.Access)
	response, err = http.DefaultClient.Do(request)
	require.NoError(t, err)
	text(t, response)
	return response.Header.Get("Location")
}

func (b Bound) uploads(t *testing.T) []youtube.Upload {
	t.Helper()
	var uploads []youtube.Upload
	require.NoError(t, json.Unmarshal([]byte(fetch(t, b.Control+"/youtube/uploads")), &uploads))
	return uploads
}

func TestASimulatorKilledInTheMiddleOfAnUploadGoesOnWithIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := spawn(t, dir)
	film := bytes.Repeat([]byte("harbor"), 100<<10)
	done := first.opened(t, "done")
	response, err := piece(done, film, 0, len(film))
	require.NoError(t, err)
	made := text(t, response)
	half := first.opened(t, "half")
	response, err = piece(half, film, 0, 256<<10)
	require.NoError(t, err)
	require.Equal(t, http.StatusPermanentRedirect, response.StatusCode)
	first.post(t, "/youtube/pace", `{"bytes_per_second":1000}`)
	go func() { _, _ = piece(half, film, 256<<10, len(film)) }()
	require.Eventually(t, func() bool { return first.uploads(t)[1].Received > 256<<10 }, 20*time.Second, 10*time.Millisecond)
	videos := fetch(t, first.Control+"/youtube/videos")
	first.kill()

	second := spawn(t, dir)
	require.Equal(t, first.Bound, second.Bound, "addresses are kept, those of uploads as well")
	require.Equal(t, strings.ReplaceAll(videos, `"uploaded"`, `"processed"`), strings.ReplaceAll(fetch(t, second.Control+"/youtube/videos"), `"uploaded"`, `"processed"`))
	require.JSONEq(t, `{"bytes_per_second":1000}`, fetch(t, second.Control+"/youtube/pace"))
	second.post(t, "/youtube/pace", `{"bytes_per_second":0}`)
	response, err = piece(done, film, 0, 0)
	require.NoError(t, err)
	require.Equal(t, made, text(t, response))
	response, err = piece(half, film, 0, 0)
	require.NoError(t, err)
	require.Equal(t, "bytes=0-262143", response.Header.Get("Range"))
	response, err = piece(half, film, 256<<10, len(film))
	require.NoError(t, err)
	text(t, response)
	uploads := second.uploads(t)
	require.Equal(t, []string{"complete", "complete"}, []string{uploads[0].State, uploads[1].State})
	var all []youtube.Published
	require.NoError(t, json.Unmarshal([]byte(fetch(t, second.Control+"/youtube/videos")), &all))
	require.Equal(t, all[0].SHA256, all[1].SHA256)
}

package youtube

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// clock is a time that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rig is a server behind a real port, and an application that was let in.
type rig struct {
	*Server
	t     testing.TB
	dir   string
	url   string
	clock *clock
	token string
}

func build(t testing.TB) *rig { return reopen(t, t.TempDir(), nil) }

// reopen opens the world in a folder as a new process would.
func reopen(t testing.TB, dir string, change func(*Options)) *rig {
	t.Helper()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), Targets()...)
	require.NoError(t, err)
	c := &clock{at: time.Date(2026, 7, 1, 18, 0, 0, 0, time.UTC)} // 11:00 of the Pacific
	seed := DefaultSeed()
	seed.Accounts[0].Broadcast = "" // uploads are looked at first; live begins one
	seed.Accounts = append(seed.Accounts, Account{RefreshToken: "reader", Channel: "UCreaderSimulatedChannel0", Title: "Reader", ReadOnly: true})
	o := Options{Dir: dir, Seed: seed, Faults: switches, Clock: c.now, Log: zerolog.Nop()}
	if change != nil {
		change(&o)
	}
	s, err := Open(o)
	require.NoError(t, err)
	served := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		served.CloseClientConnections()
		served.Close()
		_ = s.Close()
	})
	r := &rig{Server: s, t: t, dir: dir, url: served.URL, clock: c}
	r.token = r.grantFor(seed.Accounts[0].RefreshToken)
	return r
}

func (r *rig) grantFor(refresh string) string {
	r.t.Helper()
	response, err := http.PostForm(r.url+TokenPath, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh},
		"client_id": {r.seed.ClientID}, "client_secret": {r.seed.ClientSecret}})
	require.NoError(r.t, err)
	a := read(r.t, response)
	require.Equal(r.t, http.StatusOK, a.status, a.body)
	var granted struct {
		Access  string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
	}
	a.decode(r.t, &granted)
	require.Equal(r.t, "Bearer", granted.Type)
	require.Equal(r.t, 3599, granted.Expires)
	return granted.Access
}

func (r *rig) fault(target, kind string, times int) {
	r.t.Helper()
	require.NoError(r.t, r.faults.Set(target, kind, times))
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

func read(t testing.TB, response *http.Response) answer {
	t.Helper()
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header, string(body)}
}

func (a answer) decode(t testing.TB, value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(a.body), value), a.body)
}

// reason is the reason of an error.
func (a answer) reason(t testing.TB) string {
	t.Helper()
	var body struct {
		Error struct {
			Code    int
			Message string
			Errors  []struct{ Message, Domain, Reason string }
		}
	}
	a.decode(t, &body)
	require.Equal(t, a.status, body.Error.Code)
	require.Len(t, body.Error.Errors, 1)
	require.NotEmpty(t, body.Error.Message)
	require.NotEmpty(t, body.Error.Errors[0].Domain)
	return body.Error.Errors[0].Reason
}

// video is a video resource, as far as the tests look at it.
type video struct {
	Kind, ID string
	Snippet  struct {
		Title, Description, ChannelID, CategoryID, PublishedAt string
		Tags                                                   []string
	}
	Status            struct{ UploadStatus, PrivacyStatus, FailureReason, RejectionReason string }
	ProcessingDetails struct{ ProcessingStatus string }
}

// noRedirects shows 308 as it is.
var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// send sends a request; a connection that is cut is an error.
func (r *rig) send(method, address string, header map[string]string, body []byte) (answer, error) {
	request, err := http.NewRequestWithContext(r.t.Context(), method, address, bytes.NewReader(body))
	require.NoError(r.t, err)
	request.Header.Set("Authorization", "Bearer "+r.token)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := noRedirects.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(text)}, err
}

func (r *rig) must(method, address string, header map[string]string, body []byte) answer {
	r.t.Helper()
	a, err := r.send(method, address, header, body)
	require.NoError(r.t, err)
	return a
}

const said = `{"snippet":{"title":"The lamp falls [ab12cd]","description":"A clip","tags":["harbor","lamp light"],"categoryId":"20"},"status":{"privacyStatus":"unlisted"}}`

const openPath = UploadPath + "?uploadType=resumable&part=snippet,status"

// initiate asks for an upload of so many bytes.
func (r *rig) initiate(body string, total int) answer {
	r.t.Helper()
	return r.must(http.MethodPost, r.url+openPath, map[string]string{"Content-Type": "application/json; charset=UTF-8",
		"X-Upload-Content-Type": "video/mp4", "X-Upload-Content-Length": fmt.Sprint(total)}, []byte(body))
}

// open opens an upload of so many bytes and returns its address.
func (r *rig) open(total int) string {
	r.t.Helper()
	a := r.initiate(said, total)
	require.Equal(r.t, http.StatusOK, a.status, a.body)
	require.Empty(r.t, a.body)
	address := a.header.Get("Location")
	require.True(r.t, strings.HasPrefix(address, r.url+UploadPath), address)
	return address
}

// put sends bytes [from, to) of media.
func (r *rig) put(address string, media []byte, from, to int) (answer, error) {
	return r.send(http.MethodPut, address, map[string]string{"Content-Range": fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(media))}, media[from:to])
}

// mustPut sends bytes and needs an answer.
func (r *rig) mustPut(address string, media []byte, from, to int) answer {
	r.t.Helper()
	a, err := r.put(address, media, from, to)
	require.NoError(r.t, err)
	return a
}

// status asks how much is stored.
func (r *rig) status(address string, total int) answer {
	r.t.Helper()
	return r.must(http.MethodPut, address, map[string]string{"Content-Range": fmt.Sprintf("bytes */%d", total)}, nil)
}

// incomplete checks that an answer wants more, from that byte on.
func (r *rig) incomplete(a answer, next int) {
	r.t.Helper()
	require.Equal(r.t, http.StatusPermanentRedirect, a.status, a.body)
	require.Empty(r.t, a.body)
	if next == 0 {
		require.NotContains(r.t, a.header, "Range")
		return
	}
	require.Equal(r.t, fmt.Sprintf("bytes=0-%d", next-1), a.header.Get("Range"))
}

// made checks that an answer is a video and returns it.
func (r *rig) made(a answer) video {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, a.status, a.body)
	var v video
	a.decode(r.t, &v)
	require.Equal(r.t, "youtube#video", v.Kind)
	require.Len(r.t, v.ID, 11)
	return v
}

// get asks the Data API.
func (r *rig) get(path string) answer {
	r.t.Helper()
	return r.must(http.MethodGet, r.url+APIPath+path, nil, nil)
}

// media is a made-up video, the same every time.
func media(size int) []byte {
	b := make([]byte, size)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(b)
	return b
}

// upload uploads a small video with that title.
func (r *rig) upload(title, privacy string) video {
	r.t.Helper()
	a := r.initiate(`{"snippet":{"title":"`+title+`"},"status":{"privacyStatus":"`+privacy+`"}}`, 1000)
	require.Equal(r.t, http.StatusOK, a.status, a.body)
	return r.made(r.mustPut(a.header.Get("Location"), media(1000), 0, 1000))
}

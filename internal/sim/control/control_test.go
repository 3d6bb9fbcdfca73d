package control

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/hls"
	"github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// video remembers whether it is live.
type video struct{ live []bool }

func (v *video) Live(live bool) error {
	v.live = append(v.live, live)
	return nil
}

type rig struct {
	handler http.Handler
	chat    *twitch.Server
	video   *video
	youtube *youtube.Server
	kick    *kick.Server
	faults  *faults.Switches
}

func build(t testing.TB) *rig {
	t.Helper()
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), slices.Concat(twitch.Targets(), hls.Targets(), youtube.Targets(), kick.Targets())...)
	require.NoError(t, err)
	seed := twitch.DefaultSeed()
	seed.Channels = append(seed.Channels, twitch.Channel{Login: "tidepool"})
	chat, err := twitch.Open(twitch.Options{Dir: dir, Seed: seed, Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = chat.Close() })
	videos, err := youtube.Open(youtube.Options{Dir: filepath.Join(dir, "youtube"), Seed: youtube.DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = videos.Close() })
	green, err := kick.Open(kick.Options{Dir: filepath.Join(dir, "kick"), Seed: kick.DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = green.Close() })
	v := &video{}
	return &rig{handler: New(chat, v, videos, green, switches), chat: chat, video: v, youtube: videos, kick: green, faults: switches}
}

func (r *rig) do(method, path, body string) (int, string) {
	recorder := httptest.NewRecorder()
	r.handler.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	return recorder.Code, strings.TrimSpace(recorder.Body.String())
}

func (r *rig) post(t *testing.T, path, body string) string {
	t.Helper()
	status, answer := r.do(http.MethodPost, path, body)
	require.Equal(t, http.StatusOK, status, answer)
	return answer
}

func TestSayingAnswersWithTheIDOfTheMessage(t *testing.T) {
	t.Parallel()
	r := build(t)
	var said struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/twitch/say", `{"user":"Anna","text":"!clip","roles":["moderator"]}`)), &said))
	require.NotEmpty(t, said.ID)
	r.post(t, "/twitch/say", `{"user":"Ben","text":"yes","reply_to":"`+said.ID+`"}`)
	r.post(t, "/twitch/say", `{"user":"Cy","text":"elsewhere","channel":"tidepool"}`)
	status, answer := r.do(http.MethodGet, "/twitch/messages", "")
	require.Equal(t, http.StatusOK, status)
	var messages []map[string]any
	require.NoError(t, json.Unmarshal([]byte(answer), &messages))
	require.Len(t, messages, 3)
	require.Equal(t, []any{said.ID, "anna", "!clip", ""}, []any{messages[0]["id"], messages[0]["user"], messages[0]["text"], messages[0]["reply_to"]})
	require.NotEmpty(t, messages[0]["at"])
	require.Equal(t, said.ID, messages[1]["reply_to"])
	_, answer = r.do(http.MethodGet, "/twitch/messages?channel=harborlights&after="+said.ID+"&limit=5", "")
	require.NoError(t, json.Unmarshal([]byte(answer), &messages))
	require.Len(t, messages, 1)
}

func TestTheVideoFollowsItsChannelAlone(t *testing.T) {
	t.Parallel()
	r := build(t)
	require.JSONEq(t, `{"live":false}`, r.post(t, "/twitch/live", `{"live":false}`))
	require.False(t, r.chat.Live(""))
	r.post(t, "/twitch/live", `{"live":true,"channel":"harborlights"}`)
	r.post(t, "/twitch/live", `{"live":false,"channel":"tidepool"}`)
	require.Equal(t, []bool{false, true}, r.video.live)
}

func TestFaultsAreListedSetAndCleared(t *testing.T) {
	t.Parallel()
	r := build(t)
	require.JSONEq(t, `{"target":"hls.segment","kind":"403","times":2}`, r.post(t, "/faults", `{"target":"hls.segment","kind":"403","times":2}`))
	require.JSONEq(t, `{"target":"twitch.irc","kind":"drop","times":1}`, r.post(t, "/faults", `{"target":"twitch.irc","kind":"drop"}`))
	_, answer := r.do(http.MethodGet, "/faults", "")
	var listed struct {
		Targets []faults.Target
		Active  []faults.Fault
	}
	require.NoError(t, json.Unmarshal([]byte(answer), &listed))
	require.Equal(t, []faults.Fault{{Target: "hls.segment", Kind: "403", Times: 2}, {Target: "twitch.irc", Kind: "drop", Times: 1}}, listed.Active)
	names := map[string][]string{}
	for _, target := range listed.Targets {
		names[target.Name] = target.Kinds
	}
	for _, target := range []string{"twitch.login", "twitch.join", "twitch.irc", "twitch.send", "twitch.helix", "twitch.oauth", "hls.playlist", "hls.segment",
		"youtube.token", "youtube.init", "youtube.upload", "youtube.status", "youtube.finish", "youtube.list"} {
		require.NotEmpty(t, names[target], target)
	}
	require.Contains(t, names["hls.playlist"], "end")
	r.post(t, "/faults", `{"target":"hls.segment","kind":"none"}`)
	r.post(t, "/faults", `{"target":"twitch.irc","kind":"none","times":3}`)
	require.Empty(t, r.faults.Active())
}

func TestEveryOtherSwitchOfTheChat(t *testing.T) {
	t.Parallel()
	r := build(t)
	require.JSONEq(t, `{"status":"ok"}`, func() string { _, answer := r.do(http.MethodGet, "/healthz", ""); return answer }())
	var said struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/twitch/say", `{"user":"Anna","text":"x"}`)), &said))
	r.post(t, "/twitch/delete", `{"id":"`+said.ID+`"}`)
	r.post(t, "/twitch/event", `{"kind":"raid","user":"Raider","params":{"viewerCount":"4"}}`)
	r.post(t, "/twitch/ban", `{"user":"anna","seconds":60}`)
	status, _ := r.do(http.MethodPost, "/twitch/say", `{"user":"Anna","text":"x"}`)
	require.Equal(t, http.StatusBadRequest, status)
	r.post(t, "/twitch/unban", `{"user":"anna"}`)
	r.post(t, "/twitch/clear", ``)
	r.post(t, "/twitch/notice", `{"id":"slow_on","text":"slow"}`)
	r.post(t, "/twitch/expire-tokens", `{"login":"lanternbot"}`)
	require.JSONEq(t, `{"emote_only":false,"followers_only":-1,"r9k":false,"slow":9,"subs_only":true}`, r.post(t, "/twitch/room", `{"slow":9,"subs_only":true}`))
	require.JSONEq(t, `{"closed":0}`, r.post(t, "/twitch/disconnect", ""))
	_, answer := r.do(http.MethodGet, "/twitch/members", "")
	require.JSONEq(t, `[]`, answer)
}

func TestEverythingThatCanHappenInChat(t *testing.T) {
	t.Parallel()
	r := build(t)
	for path, body := range map[string]string{
		"/twitch/event":        `{"kind":"ritual","user":"Anna","roles":["vip"],"params":{"ritual-name":"new_chatter"},"shared_from":"tidepool"}`,
		"/twitch/raid":         `{"user":"Raider","viewers":42}`,
		"/twitch/subscription": `{"user":"Anna","months":3,"plan":"Prime","text":"hello"}`,
		"/twitch/announcement": `{"user":"Anna","text":"be kind","color":"BLUE"}`,
		"/twitch/say":          `{"user":"Anna","bits":100}`,
	} {
		var made struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(r.post(t, path, body)), &made))
		require.NotEmpty(t, made.ID, path)
	}
	var gift struct{ IDs []string }
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/twitch/gift", `{"user":"Anna","count":3}`)), &gift))
	require.Len(t, gift.IDs, 4)
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/twitch/gift", `{"user":"Anna","recipient":"Ben"}`)), &gift))
	require.Len(t, gift.IDs, 1)
	for path, body := range map[string]string{
		"/twitch/raid":         `{"user":"Raider","viewers":-1}`,
		"/twitch/subscription": `{"user":"Anna","plan":"Gold"}`,
		"/twitch/gift":         `{"user":"Anna","count":1001}`,
		"/twitch/announcement": `{"user":"Anna"}`,
		"/twitch/say":          `{"user":"Anna","bits":-1}`,
		"/twitch/stream":       `{"viewers":-1}`,
	} {
		status, answer := r.do(http.MethodPost, path, body)
		require.Equal(t, http.StatusBadRequest, status, "%s %s", path, answer)
	}
}

func TestWhatAChannelStreamsIsSetFieldByField(t *testing.T) {
	t.Parallel()
	r := build(t)
	require.JSONEq(t, `{"title":"Small waters","category":"Chess","viewers":7}`,
		r.post(t, "/twitch/stream", `{"title":"Small waters","category":"Chess","viewers":7}`))
	require.JSONEq(t, `{"title":"Small waters","category":"Go","viewers":7}`, r.post(t, "/twitch/stream", `{"category":"Go"}`))
}

func TestEveryOtherSwitchOfTheVideos(t *testing.T) {
	t.Parallel()
	r := build(t)
	get := func(path string) string {
		status, answer := r.do(http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, status, answer)
		return answer
	}
	require.JSONEq(t, `[]`, get("/youtube/uploads"))
	require.JSONEq(t, `[]`, get("/youtube/videos"))
	used := func(answer string) map[string]int {
		var quota youtube.Quota
		require.NoError(t, json.Unmarshal([]byte(answer), &quota))
		counts := map[string]int{}
		for _, b := range quota.Buckets {
			counts[b.Bucket] = b.Used
		}
		return counts
	}
	require.Equal(t, map[string]int{"units": 0, "search": 0, "videos.insert": 40}, used(r.post(t, "/youtube/quota", `{"bucket":"videos.insert","used":40}`)))
	require.Equal(t, map[string]int{"units": 0, "search": 100, "videos.insert": 40}, used(r.post(t, "/youtube/quota", `{"bucket":"search","exhausted":true}`)))
	require.Equal(t, used(get("/youtube/quota")), map[string]int{"units": 0, "search": 100, "videos.insert": 40})
	require.Equal(t, map[string]int{"units": 0, "search": 0, "videos.insert": 0}, used(r.post(t, "/youtube/quota", `{"reset":true}`)))
	require.JSONEq(t, `{"bytes_per_second":1000}`, r.post(t, "/youtube/pace", `{"bytes_per_second":1000}`))
	require.JSONEq(t, `{"bytes_per_second":1000}`, get("/youtube/pace"))
	require.JSONEq(t, `{"seconds":0.5,"listing_seconds":3}`, r.post(t, "/youtube/processing", `{"listing_seconds":3}`))
	require.JSONEq(t, `{"seconds":2,"listing_seconds":3}`, r.post(t, "/youtube/processing", `{"seconds":2}`))
	require.JSONEq(t, `{}`, r.post(t, "/youtube/expire-tokens", ""))
	require.Equal(t, youtube.Settings{BytesPerSecond: 1000, Processing: 2 * time.Second, ListingLag: 3 * time.Second,
		Polling: 5 * time.Second, StreamBeat: 15 * time.Second, StreamLife: 5 * time.Minute}, r.youtube.Settings())
}

// The order is part of what others rely on: what names a video comes first.
func TestAVideoIsToldWithItsIDTitleSizeAndSumFirst(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(youtube.Published{ID: "i", Title: "t", Bytes: 1, SHA256: "s"})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), `{"id":"i","title":"t","bytes":1,"sha256":"s",`), string(text))
}

func TestErrorsAreJSONAndSayWhatIsAllowed(t *testing.T) {
	t.Parallel()
	r := build(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", "/twitch/say", `{"user":"a b","text":"x"}`, 400, "letters, digits and underscores"},
		{"POST", "/twitch/say", `{"user":`, 400, "/twitch/say"},
		{"POST", "/twitch/say", `{"user":"a","text":"x"} {}`, 400, "more than one"},
		{"POST", "/twitch/say", `[]`, 400, "/twitch/say"},
		{"POST", "/twitch/say", strings.Repeat(" ", maxBody+1), 400, "too large"},
		{"POST", "/twitch/live", `{}`, 400, "live is missing"},
		{"POST", "/twitch/live", `{"live":true,"channel":"nowhere"}`, 400, "harborlights, tidepool"},
		{"POST", "/faults", `{"target":"x","kind":"none"}`, 400, "twitch.helix"},
		{"POST", "/faults", `{"target":"twitch.irc","kind":"x"}`, 400, "duplicate"},
		{"POST", "/faults", `{"target":"twitch.irc","kind":"drop","times":-5}`, 400, "times -5"},
		{"GET", "/twitch/messages?limit=0", "", 400, "limit"},
		{"POST", "/youtube/quota", `{"bucket":"likes","used":1}`, 400, "units, search, videos.insert"},
		{"POST", "/youtube/quota", `{"bucket":"units"}`, 400, "used is missing"},
		{"POST", "/youtube/quota", `{"bucket":"units","used":-1}`, 400, "0 and more"},
		{"POST", "/youtube/pace", `{}`, 400, "bytes_per_second is missing"},
		{"POST", "/youtube/pace", `{"bytes_per_second":-1}`, 400, "0 and more"},
		{"POST", "/youtube/processing", `{"seconds":1e300}`, 400, "86400"},
		{"POST", "/faults", `{"target":"youtube.init","kind":"partial"}`, 400, "quota"},
		{"GET", "/nothing", "", 404, "GET /nothing"},
	} {
		status, answer := r.do(c.method, c.path, c.body)
		require.Equal(t, c.status, status, c.body)
		var body failure
		require.NoError(t, json.Unmarshal([]byte(answer), &body), answer)
		require.Contains(t, body.Error, c.says)
	}
}

func FuzzBodies(f *testing.F) {
	r := build(f)
	for _, path := range []string{"/twitch/say", "/twitch/live", "/faults", "/twitch/event", "/twitch/room", "/twitch/ban", "/twitch/notice", "/youtube/quota", "/youtube/pace", "/youtube/processing"} {
		f.Add(path, []byte(`{"user":"a","text":"x","roles":["vip"],"live":true,"target":"twitch.irc","kind":"drop","times":1}`))
		f.Add(path, []byte(`{"params":{"a;b":"c d"},"kind":"raid","user":"b","slow":3,"seconds":-1}`))
		f.Add(path, []byte("\xff{"))
	}
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \x00\r\n?%#") || strings.ContainsFunc(path, func(c rune) bool { return c < 33 || c > 126 }) {
			return
		}
		recorder := httptest.NewRecorder()
		r.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(body))))
		if recorder.Code >= 300 && recorder.Code < 400 {
			return // a path that is not clean is redirected to the clean one
		}
		require.Contains(t, []int{200, 400, 404}, recorder.Code, recorder.Body.String())
		require.True(t, json.Valid(recorder.Body.Bytes()), recorder.Body.String())
	})
}

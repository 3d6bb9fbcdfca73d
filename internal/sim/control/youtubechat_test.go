package control

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

func (r *rig) youtubeMessages(t *testing.T, query string) []youtube.Message {
	t.Helper()
	status, answer := r.do(http.MethodGet, "/youtube/messages"+query, "")
	require.Equal(t, http.StatusOK, status, answer)
	var messages []youtube.Message
	require.NoError(t, json.Unmarshal([]byte(answer), &messages))
	return messages
}

func TestWhatHappensOnYouTubeIsListedWithItsIDs(t *testing.T) {
	t.Parallel()
	r := build(t)
	var said, gift struct {
		ID  string
		IDs []string
	}
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/youtube/say", `{"user":"Anna","text":"!clip","roles":["moderator"]}`)), &said))
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/youtube/events", `{"type":"membershipGiftingEvent","user":"Ben","recipients":["Cy","Di"]}`)), &gift))
	require.Len(t, gift.IDs, 3)
	require.Equal(t, gift.ID, gift.IDs[0])
	messages := r.youtubeMessages(t, "?channel=harborlights&after="+said.ID)
	require.Len(t, messages, 3)
	require.Equal(t, "giftMembershipReceivedEvent", messages[2].Type)
	r.post(t, "/youtube/delete", `{"id":"`+said.ID+`"}`)
	r.post(t, "/youtube/ban", `{"user":"Anna","seconds":60}`)
	first := r.youtubeMessages(t, "?limit=9")[0]
	require.Equal(t, []any{"harborlights", "Anna", "!clip", true}, []any{first.Channel, first.User, first.Text, first.Deleted})
	status, answer := r.do(http.MethodPost, "/youtube/say", `{"user":"Anna","text":"me again"}`)
	require.Equal(t, http.StatusBadRequest, status, answer)
	r.post(t, "/youtube/unban", `{"user":"Anna"}`)
	r.post(t, "/youtube/say", `{"user":"Anna","text":"me again"}`)
	r.post(t, "/youtube/clear", `{}`)
}

func TestABroadcastOfYouTubeCanBeTurned(t *testing.T) {
	t.Parallel()
	r := build(t)
	type airing struct {
		Live    bool
		VideoID string `json:"video_id"`
		ChatID  string `json:"chat_id"`
	}
	var before, ended, next airing
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/youtube/live", `{"live":true}`)), &before))
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/youtube/live", `{"live":false}`)), &ended))
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/youtube/live", `{"live":true,"channel":"@harborlights","title":"Night shift"}`)), &next))
	require.Equal(t, before.VideoID, ended.VideoID)
	require.False(t, ended.Live)
	require.NotEqual(t, before.VideoID, next.VideoID)
	require.NotEqual(t, before.ChatID, next.ChatID)
	r.post(t, "/youtube/stream", `{"viewers":7,"chat_disabled":true}`)
	b, live := r.youtube.LiveNow("")
	require.True(t, live)
	require.Equal(t, []any{"Night shift", 7, true}, []any{b.Title, b.Viewers, b.ChatDisabled})
	require.JSONEq(t, `{"polling_seconds":0.5,"stream_beat_seconds":2,"stream_life_seconds":300,"hide_deleted":true}`,
		r.post(t, "/youtube/chat", `{"polling_seconds":0.5,"stream_beat_seconds":2,"hide_deleted":true}`))
	require.Equal(t, 500*time.Millisecond, r.youtube.Settings().Polling)
	require.JSONEq(t, `{"account":"lanternbot","deny":true}`, r.post(t, "/youtube/consent", `{"account":"lanternbot","deny":true}`))
}

func TestWhatYouTubeCannotDoIsRefused(t *testing.T) {
	t.Parallel()
	r := build(t)
	for path, bodies := range map[string][]string{
		"/youtube/say":     {`{"user":"Anna"}`, `{"text":"hi"}`, `{"user":"Anna","text":"hi","roles":["king"]}`, `{"user":"Anna","text":"hi","channel":"tidepool"}`},
		"/youtube/live":    {`{}`, `{"live":true,"channel":"nowhere"}`},
		"/youtube/events":  {`{"type":"nothing","user":"Anna"}`, `{"type":"membershipGiftingEvent","user":"Anna","count":1000}`, `{"type":"pollEvent","options":["one"]}`},
		"/youtube/delete":  {`{"id":"nothing"}`},
		"/youtube/ban":     {`{"user":"Anna","seconds":-1}`, `{}`},
		"/youtube/stream":  {`{"viewers":-1}`},
		"/youtube/chat":    {`{"polling_seconds":0}`, `{"stream_life_seconds":1e9}`},
		"/youtube/consent": {`{"account":"nobody"}`, `{"scopes":["everything"]}`},
	} {
		for _, body := range bodies {
			status, answer := r.do(http.MethodPost, path, body)
			require.Equal(t, http.StatusBadRequest, status, "%s %s: %s", path, body, answer)
		}
	}
}

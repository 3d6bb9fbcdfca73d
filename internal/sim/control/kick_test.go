package control

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/kick"
)

func TestKickIsSteeredLikeTheOthers(t *testing.T) {
	t.Parallel()
	r := build(t)
	var said struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(r.post(t, "/kick/say", `{"user":"Anna","text":"!clip","roles":["moderator"]}`)), &said))
	r.post(t, "/kick/say", `{"user":"Ben","text":"yes","reply_to":"`+said.ID+`","ago_seconds":3600,"via":"webhook"}`)
	_, answer := r.do(http.MethodGet, "/kick/messages?channel=harborlights&limit=5", "")
	var messages []map[string]any
	require.NoError(t, json.Unmarshal([]byte(answer), &messages))
	require.Len(t, messages, 2)
	require.Equal(t, []any{said.ID, "anna", "!clip", "", "Anna"}, []any{messages[0]["id"], messages[0]["user"], messages[0]["text"], messages[0]["reply_to"], messages[0]["display_name"]})
	require.Less(t, messages[1]["at"], messages[0]["at"])

	r.post(t, "/kick/delete", `{"id":"`+said.ID+`"}`)
	r.post(t, "/kick/ban", `{"user":"Anna","seconds":61}`)
	status, _ := r.do(http.MethodPost, "/kick/say", `{"user":"Anna","text":"x"}`)
	require.Equal(t, http.StatusBadRequest, status)
	r.post(t, "/kick/unban", `{"user":"Anna"}`)
	r.post(t, "/kick/clear", ``)
	r.post(t, "/kick/expire-tokens", `{"login":"lanternbot"}`)
	r.post(t, "/kick/consent", `{"user":"harborlights"}`)
	require.JSONEq(t, `{"title":"Anew","category":"Harbor Tales","viewers":5}`, r.post(t, "/kick/stream", `{"title":"Anew","viewers":5}`))
	require.JSONEq(t, `{"closed":0}`, r.post(t, "/kick/disconnect", ""))
	require.JSONEq(t, `{"closed":0}`, r.post(t, "/kick/disconnect", `{"code":4200}`))
	_, answer = r.do(http.MethodGet, "/kick/members", "")
	require.JSONEq(t, `{}`, answer)
	require.JSONEq(t, `{"url":"http://127.0.0.1:1/hooks","delay_seconds":1.5,"subscriptions":[],"pending":0}`,
		r.post(t, "/kick/webhooks", `{"url":"http://127.0.0.1:1/hooks","delay_seconds":1.5}`))
	for _, body := range []string{`{"kind":"gift","count":5}`, `{"kind":"kicks","user":"Ann","amount":100,"text":"w"}`, `{"kind":"raw","event":"X","data":{"a":1}}`} {
		require.NoError(t, json.Unmarshal([]byte(r.post(t, "/kick/events", body)), &said))
		require.NotEmpty(t, said.ID)
	}
}

func TestKicksBroadcastSharesTheVideo(t *testing.T) {
	t.Parallel()
	r := build(t)
	require.JSONEq(t, `{"live":false}`, r.post(t, "/kick/live", `{"live":false}`))
	require.False(t, r.kick.Live(""))
	r.post(t, "/twitch/live", `{"live":false}`)
	r.post(t, "/kick/live", `{"live":true}`)
	r.post(t, "/kick/live", `{"live":false}`)
	require.Equal(t, []bool{true, false, true, false}, r.video.live, "it ends when nobody is live")
}

func TestWhatKickCannotDoIsRefused(t *testing.T) {
	t.Parallel()
	r := build(t)
	for path, bodies := range map[string][]string{
		"/kick/say":           {`{"user":"no spaces","text":"x"}`, `{"user":"Anna"}`, `{"user":"Anna","text":"x","channel":"nowhere"}`, `{"user":"Anna","text":"x","roles":["king"]}`, `{"user":"Anna","text":"x","via":"post"}`, `[`},
		"/kick/events":        {`{"kind":"party","user":"Anna"}`, `{"kind":"kicks","user":"Anna"}`, `{"kind":"raw"}`, `{"kind":"raid"}`, `{"kind":"gift","count":101}`},
		"/kick/live":          {`{}`, `{"live":true,"channel":"nowhere"}`},
		"/kick/ban":           {`{"user":"Anna","seconds":-60}`, `{"seconds":5}`},
		"/kick/delete":        {`{"id":"nothing"}`},
		"/kick/disconnect":    {`{"code":1000}`},
		"/kick/consent":       {`{"user":"nobody"}`},
		"/kick/expire-tokens": {`{"user":"nobody"}`},
		"/kick/stream":        {`{"viewers":-1}`},
		"/kick/webhooks":      {`{"url":"hooks"}`, `{"delay_seconds":-1}`, `{"delay_seconds":604801}`},
	} {
		for _, body := range bodies {
			status, answer := r.do(http.MethodPost, path, body)
			require.Equal(t, http.StatusBadRequest, status, "%s %s: %s", path, body, answer)
		}
	}
	for _, target := range kick.Targets() {
		r.post(t, "/faults", `{"target":"`+target.Name+`","kind":"`+target.Kinds[0]+`"}`)
	}
	require.Len(t, r.faults.Active(), len(kick.Targets()))
}

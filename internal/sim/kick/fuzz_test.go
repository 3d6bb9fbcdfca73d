package kick

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

func FuzzFramesOfClients(f *testing.F) {
	for _, seed := range []string{
		`{"event":"pusher:subscribe","data":{"auth":"","channel":"chatrooms.123.v2"}}`,
		`{"event":"pusher:subscribe","data":"{\"channel\":\"chatrooms.123.v2\"}"}`,
		`{"event":"pusher:unsubscribe","data":{"channel":"chatrooms.123.v2"}}`,
		`{"event":"pusher:ping","data":{}}`, `{"event":"pusher:pong"}`, `{"event":"client-x","data":[]}`, `{`, ``, `null`, `{"event":7}`,
	} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	switches, err := faults.Open(dir+"/faults.json", Targets()...)
	require.NoError(f, err)
	s, err := Open(Options{Dir: dir, Seed: DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(f, err)
	f.Cleanup(func() { _ = s.Close() })
	f.Fuzz(func(t *testing.T, text []byte) {
		c := &conn{server: s, out: newOutbox(), cancel: func() {}, rooms: map[string]struct{}{}}
		c.handle(text)
		answers, _ := c.out.take()
		require.LessOrEqual(t, len(answers), 1)
		for _, answer := range answers {
			require.True(t, json.Valid(answer), "%q", answer)
		}
		for room := range c.rooms {
			require.True(t, roomPattern.MatchString(room) && !privateName(room))
			delete(s.rooms[room], c)
		}
	})
}

func FuzzEmotes(f *testing.F) {
	for _, seed := range []string{"", "hi [emote:37226:KEKW]", "é [emote:1:a][emote:1:a] [emote:2:]", "[emote:x:y] [emote:1:", "\xff[emote:1:\xfe]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found, ok := emotes(text).([]object)
		require.Equal(t, emotePattern.MatchString(text), ok)
		last := len([]rune(text)) - 1
		for _, emote := range found {
			for _, at := range emote["positions"].([]object) {
				require.Less(t, at["s"], at["e"])
				require.LessOrEqual(t, at["e"], last)
			}
		}
	})
}

func FuzzBodiesOfMessages(f *testing.F) {
	for _, seed := range []string{`{"type":"user","broadcaster_user_id":7000002,"content":"hi"}`, `{"type":"bot"}`, `{`, `[]`, `{"content":5}`, `{"broadcaster_user_id":1e99}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var body chatRequest
		if json.Unmarshal([]byte(text), &body) != nil {
			return
		}
		s := &Server{seed: DefaultSeed()}
		for _, token := range []token{{}, {User: "lanternbot"}} {
			c := call{Request: httptest.NewRequest("POST", "/public/v1/chat", nil), token: token, user: s.seed.account(token.User)}
			if s.fault(body, c) == "" {
				require.NotEmpty(t, body.Content)
				_, channel, ok := s.parties(body, c)
				require.True(t, !ok || channel.Slug == "harborlights")
			}
		}
	})
}

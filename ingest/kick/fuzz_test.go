package kick

import (
	"errors"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/platform/kick/pusher"
)

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// checkTold checks what holds of every event, whatever it was made of.
func checkTold(t *testing.T, made told, err error) {
	t.Helper()
	if err != nil {
		return
	}
	e := made.event
	require.Equal(t, chat.Kick, e.Platform)
	require.Equal(t, harbor, e.Channel)
	require.NotEmpty(t, e.MessageID)
	require.LessOrEqual(t, len(e.MessageID), maxID)
	require.False(t, e.SentAt.IsZero())
	require.GreaterOrEqual(t, e.Amount, int64(0))
	for _, text := range []string{e.Text, e.MessageID, e.Author.ID, e.Author.Login, e.Author.Name, e.Target, e.ReplyTo} {
		require.True(t, utf8.ValidString(text))
	}
	if e.Kind == chat.Message {
		require.NotEmpty(t, e.Author.ID)
		require.NotEmpty(t, e.Text)
	}
}

func FuzzFramesOfTheMessageService(f *testing.F) {
	for _, frame := range []string{
		`{"event":"App\\Events\\ChatMessageEvent","channel":"chatrooms.1.v2","data":"{\"id\":\"u\",\"content\":\"hi [emote:1:KEKW]\",\"type\":\"reply\",\"created_at\":\"2026-01-01T00:00:00+00:00\",\"sender\":{\"id\":1,\"username\":\"Bob\",\"slug\":\"bob\",\"identity\":{\"badges\":[{\"type\":\"og\"}]}},\"metadata\":{\"original_message\":{\"id\":\"p\"}}}"}`,
		`{"event":"App\\Events\\UserBannedEvent","channel":"c","data":"{\"user\":{\"id\":\"7\"},\"expires_at\":\"2026-01-01 00:00:00\"}"}`,
		`{"event":"App\\Events\\GiftedSubscriptionsEvent","channel":"c","data":"{\"gifted_usernames\":[\"a\"],\"gifter_username\":null}"}`,
		`{"event":"App\\Events\\KicksGifted","channel":"c","data":{"gift":{"amount":1e300},"sender":{"username":"x"}}}`,
		`{"event":"KicksGifted","channel":"c","data":{"gift":{"amount":5},"sender":{"username":"x"},"message":"\u0000"}}`,
		`{"event":"App\\Events\\StreamerIsLive","channel":"c","data":"{\"livestream\":{\"id\":3,\"created_at\":1767225600}}"}`,
		`{"event":"App\\Events\\SubscriptionEvent","data":"{\"username\":\"B\",\"months\":\"4\"}"}`,
		`{"event":"App\\Events\\StreamHostEvent","data":"[]"}`, `{"event":"x","data":"nonsense"}`, `{`, ``,
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := pusher.Decode(text)
		if err != nil {
			return
		}
		made, err := fromPusher(m, place{creatorID: creator, channel: harbor, received: noon})
		checkTold(t, made, err)
		again, err2 := fromPusher(m, place{creatorID: creator, channel: harbor, received: noon})
		require.Equal(t, err == nil, err2 == nil)
		require.Equal(t, made, again, "the same line gives the same event")
	})
}

func FuzzBodiesOfWebhooks(f *testing.F) {
	for _, seed := range []struct{ event, body string }{
		{hookMessage, hookedHello},
		{hookGifts, `{"gifter":{"is_anonymous":true,"user_id":null,"username":null},"giftees":[{"user_id":1,"username":"A"}],"created_at":"2026-01-01T00:00:00Z"}`},
		{hookRenewal, `{"subscriber":{"user_id":1,"username":"A"},"duration":3}`},
		{hookBan, `{"moderator":{"user_id":1},"banned_user":{"user_id":2},"metadata":{"expires_at":null}}`},
		{hookStatus, `{"is_live":false,"started_at":"2026-01-01T00:00:00Z","ended_at":null}`},
		{hookKicks, `{"sender":{"user_id":1,"username":"A"},"gift":{"amount":"12","message":"x"}}`},
		{hookFollow, `{"follower":{"user_id":1,"username":"A"}}`}, {"channel.reward.redemption.updated", `{}`}, {hookMessage, `[]`}, {hookMessage, ``},
	} {
		f.Add(seed.event, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, event string, body []byte) {
		d := platform.Delivery{ID: "01J", Event: event, At: noon, Body: body}
		if _, err := owner(body); err != nil {
			return
		}
		made, err := fromWebhook(d, place{creatorID: creator, channel: harbor, received: noon})
		checkTold(t, made, err)
		if err != nil && !errors.Is(err, errNoEvent) {
			require.NotEmpty(t, err.Error())
		}
	})
}

func FuzzTextsToBeSent(f *testing.F) {
	for _, text := range []string{"pong", "/ban bob", "\u200b/ban", "a\r\nb", "\x00", "  ", "🎉"} {
		f.Add(text, 10)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = 10 + (limit&0x7fffffff)%600
		clean := sanitise(text, limit)
		require.True(t, utf8.ValidString(clean))
		require.LessOrEqual(t, utf8.RuneCountInString(clean), limit)
		require.NotContains(t, clean, "\n")
		require.NotContains(t, clean, "\r")
		if clean != "" {
			require.NotEqual(t, byte('/'), clean[0])
		}
	})
}

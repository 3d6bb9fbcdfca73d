package kick

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

func TestAMessageAndItsReplyArriveWithDataInAString(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	c := w.join(chatRoom)
	asked, err := w.Say(Utterance{User: "Anna_B", Text: "hi [emote:37226:KEKW]", Roles: []string{RoleSubscriber, RoleModerator}})
	require.NoError(t, err)
	data := c.event("ChatMessageEvent")
	require.Equal(t, asked.ID, dig(t, data, "id"))
	require.EqualValues(t, 9000002, dig(t, data, "chatroom_id"))
	require.Equal(t, "message", dig(t, data, "type"))
	require.Equal(t, "anna-b", dig(t, data, "sender", "slug"))
	require.Equal(t, "Anna_B", dig(t, data, "sender", "username"))
	require.Equal(t, "moderator", dig(t, data, "sender", "identity", "badges", 0, "type"))
	require.EqualValues(t, 3, dig(t, data, "sender", "identity", "badges", 1, "count"))
	require.Equal(t, asked.At.Format("2006-01-02T15:04:05+00:00"), dig(t, data, "created_at"))

	_, err = w.Say(Utterance{User: "Ben", Text: "yes", ReplyTo: asked.ID})
	require.NoError(t, err)
	data = c.event("ChatMessageEvent")
	require.Equal(t, "reply", dig(t, data, "type"))
	require.Equal(t, asked.ID, dig(t, data, "metadata", "original_message", "id"))
	require.Equal(t, "Anna_B", dig(t, data, "metadata", "original_sender", "username"))
}

func TestEverythingThatHappensHasItsEvent(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	c := w.join(chatRoom, channelRoom)
	m := w.say("here")
	c.event("ChatMessageEvent")
	require.NoError(t, w.Delete(m.ID))
	require.Equal(t, m.ID, dig(t, c.event("MessageDeletedEvent"), "message", "id"))
	require.NoError(t, w.Ban("", "Anna_B", 5))
	banned := c.event("UserBannedEvent")
	require.Equal(t, []any{"anna-b", false, 5.0}, []any{dig(t, banned, "user", "slug"), dig(t, banned, "permanent"), dig(t, banned, "duration")})
	_, err := w.Say(Utterance{User: "Anna_B", Text: "let me"})
	var refused *InvalidError
	require.ErrorAs(t, err, &refused)
	require.NoError(t, w.Unban("", "anna_b"))
	require.Equal(t, false, dig(t, c.event("UserUnbannedEvent"), "permanent"))
	require.NoError(t, w.Clear(""))
	c.event("ChatroomClearEvent")
	for _, happens := range []struct {
		what  Event
		event string
		path  []any
		want  any
	}{
		{Event{Kind: "subscription", User: "Ann", Months: 3}, "SubscriptionEvent", []any{"months"}, 3.0},
		{Event{Kind: "gift", User: "Ann", Recipients: []string{"Bo", "Cy"}}, "GiftedSubscriptionsEvent", []any{"gifted_usernames", 1}, "Cy"},
		{Event{Kind: "gift", Count: 4}, "GiftedSubscriptionsEvent", []any{"gifter_username"}, "Anonymous"},
		{Event{Kind: "raid", User: "Ann", Viewers: 42}, "StreamHostEvent", []any{"number_viewers"}, 42.0},
		{Event{Kind: "follow", User: "Ann"}, "FollowersUpdated", []any{"username"}, "Ann"},
		{Event{Kind: "kicks", User: "Ann", Amount: 500, Text: "w"}, "KicksGifted", []any{"gift", "amount"}, 500.0},
		{Event{Kind: "reward", User: "Ann", Title: "Hydrate"}, "RewardRedeemedEvent", []any{"reward_title"}, "Hydrate"},
		{Event{Kind: "announcement", User: "Ann", Text: "rules"}, "PinnedMessageCreatedEvent", []any{"message", "content"}, "rules"},
		{Event{Kind: "poll", Title: "soup?"}, "PollUpdateEvent", []any{"poll", "title"}, "soup?"},
		{Event{Kind: "raw", Event: "ChatroomUpdatedEvent", Data: json.RawMessage(`{"id":1}`)}, "ChatroomUpdatedEvent", []any{"id"}, 1.0},
	} {
		_, err := w.Happen(happens.what)
		require.NoError(t, err)
		require.Equal(t, happens.want, dig(t, c.event(happens.event), happens.path...))
	}
	require.NoError(t, w.SetLive("", false))
	c.event("StopStreamBroadcast")
	require.NoError(t, w.SetLive("", true))
	require.Equal(t, "Building a lighthouse, one brick at a time", dig(t, c.event("StreamerIsLive"), "livestream", "session_title"))
}

func TestPusherRefusesWhatItRefuses(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	for path, code := range map[string]int{
		"/app/wrong?protocol=7":                     4001,
		"/app/?protocol=7":                          4005,
		"/app/" + w.seed.AppKey:                     4008,
		"/app/" + w.seed.AppKey + "?protocol=seven": 4006,
		"/app/" + w.seed.AppKey + "?protocol=4":     4007,
	} {
		c := w.dial(path)
		f := c.next()
		require.Equal(t, "pusher:error", f.Event)
		var data struct{ Code int }
		require.NoError(t, json.Unmarshal(f.Data, &data))
		require.Equal(t, code, data.Code, path)
		require.EqualValues(t, code, c.ends())
	}
	c := w.join(chatRoom)
	for _, text := range []string{`{`, `{"event":"pusher:subscribe","data":{"channel":"` + chatRoom + `"}}`, `{"event":"pusher:subscribe","data":{"channel":"a b"}}`,
		`{"event":"client-typing","data":{}}`, `{"event":"nonsense"}`} {
		c.send(text)
		require.Equal(t, "pusher:error", c.next().Event, text)
	}
	c.send(`{"event":"pusher:subscribe","data":{"channel":"private-chat"}}`)
	require.Equal(t, "pusher:subscription_error", c.next().Event)
	c.send(`{"event":"pusher:ping","data":{}}`)
	require.Equal(t, frame{Event: "pusher:pong", Data: json.RawMessage(`{}`)}, c.next())
	c.send(`{"event":"pusher:unsubscribe","data":{"channel":"` + chatRoom + `"}}`)
	c.send(`{"event":"pusher:ping","data":{}}`)
	c.next()
	w.say("nobody hears this")
	c.send(`{"event":"pusher:ping","data":{}}`)
	require.Equal(t, "pusher:pong", c.next().Event)
}

func TestASilentClientIsAskedAndThenClosed(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), func(o *Options) { o.Patience = Patience{Activity: time.Second, Pong: time.Second} })
	c := w.dial("/app/" + w.seed.AppKey + "?protocol=7")
	var inner string
	require.NoError(t, json.Unmarshal(c.next().Data, &inner))
	var data map[string]any
	require.NoError(t, json.Unmarshal([]byte(inner), &data))
	require.EqualValues(t, 1, data["activity_timeout"])
	require.Regexp(t, `^\d+\.\d+$`, data["socket_id"])
	require.Equal(t, frame{Event: "pusher:ping", Data: json.RawMessage(`{}`)}, c.next())
	c.send(`{"event":"pusher:pong","data":{}}`)
	require.Equal(t, "pusher:ping", c.next().Event) // it was heard: one more turn
	require.EqualValues(t, 4201, c.ends())
}

func TestDeliveriesFailAsTheyAreTold(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	c := w.join(chatRoom)
	content := func() any { return dig(t, c.event("ChatMessageEvent"), "content") }
	w.fault(TargetPusher, "drop", 1)
	w.say("lost")
	w.fault(TargetPusher, "duplicate", 1)
	w.say("twice")
	require.Equal(t, []any{"twice", "twice"}, []any{content(), content()})
	w.fault(TargetPusher, "reorder", 1)
	w.say("second")
	w.say("first")
	require.Equal(t, []any{"first", "second"}, []any{content(), content()})
	w.fault(TargetPusher, "malformed", 1)
	w.say("after the nonsense")
	for range 14 {
		_, err := c.read()
		require.NoError(t, err)
	}
	require.Equal(t, "after the nonsense", content())
	w.fault(TargetPusher, "4200", 1)
	w.say("away")
	require.EqualValues(t, 4200, c.ends())
	for _, kind := range []string{"truncate", "close"} {
		c = w.join(chatRoom)
		w.fault(TargetPusher, kind, 1)
		w.say("broken")
		require.EqualValues(t, -1, c.ends(), kind)
	}
	w.fault(TargetConnect, "4100", 1)
	require.EqualValues(t, 4100, w.dial("/app/"+w.seed.AppKey+"?protocol=7").ends())
	w.fault(TargetSubscribe, "error", 1)
	c = w.join()
	c.send(`{"event":"pusher:subscribe","data":{"channel":"` + chatRoom + `"}}`)
	require.Equal(t, "pusher:subscription_error", c.next().Event)
}

func TestReadersOfOlderNamesSeeWhatHasAnIDAndNothingElse(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	c := w.join("chatrooms.9000002", "channel_8000002")
	_, err := w.Happen(Event{Kind: "subscription", User: "Ann"})
	require.NoError(t, err)
	_, err = w.Say(Utterance{Channel: "tide-pool", User: "Ann", Text: "elsewhere"})
	require.NoError(t, err)
	_, err = w.Say(Utterance{User: "Ann", Text: "by webhook alone", Via: ViaWebhook})
	require.NoError(t, err)
	m := w.say("here")
	require.Equal(t, m.ID, dig(t, c.event("ChatMessageEvent"), "id"))
	_, err = w.Happen(Event{Kind: "kicks", User: "Ann", Amount: 1})
	require.NoError(t, err)
	c.event("KicksGifted")
}

func TestAFrozenConnectionStaysOpenAndSaysNothing(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	c := w.join(chatRoom)
	w.fault(TargetPusher, "hang", 1)
	w.say("not heard")
	c.send(`{"event":"pusher:ping","data":{}}`)
	require.Equal(t, map[string]int{chatRoom: 1}, w.Subscribers())
	closed, err := w.EndAll(4200)
	require.NoError(t, err)
	require.Equal(t, 1, closed)
	_, err = c.read()
	require.EqualValues(t, 4200, websocket.CloseStatus(err), "nothing came before the end")
}

func TestAnOutboxTakesNoMoreThanItsLimit(t *testing.T) {
	t.Parallel()
	o := newOutbox()
	require.True(t, o.push(make([]byte, outboxLimit)))
	require.False(t, o.push([]byte("x")))
	frames, end := o.take()
	require.Len(t, frames, 1)
	require.Nil(t, end)
	o.finish(ending{code: 4200})
	o.finish(ending{code: 4001})
	require.True(t, o.push([]byte("nobody reads this")))
	frames, end = o.take()
	require.Empty(t, frames)
	require.EqualValues(t, 4200, end.code)
}

func TestConnectionsFailAsTheyAreTold(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	path := "/app/" + w.seed.AppKey + "?protocol=7"
	for _, kind := range []string{"403", "429", "503"} {
		w.fault(TargetConnect, kind, 1)
		_, response, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(w.url, "http")+path, nil)
		require.Error(t, err)
		require.Equal(t, kind, strconv.Itoa(response.StatusCode))
	}
	w.fault(TargetConnect, "close", 1)
	c := w.dial(path)
	_, err := c.read()
	require.EqualValues(t, -1, websocket.CloseStatus(err))
	require.Eventually(t, func() bool { return w.Disconnect() == 0 }, patience, time.Millisecond)
	w.fault(TargetConnect, "hang", 1)
	c = w.dial(path)
	require.Eventually(t, func() bool {
		closed, err := w.EndAll(4100)
		return err == nil && closed > 0
	}, patience, time.Millisecond)
	_, err = c.read()
	require.EqualValues(t, 4100, websocket.CloseStatus(err), "nothing came before the end")

	subscribe := `{"event":"pusher:subscribe","data":{"channel":"` + chatRoom + `"}}`
	c = w.join()
	w.fault(TargetSubscribe, "ignore", 1)
	c.send(subscribe)
	c.send(`{"event":"pusher:ping","data":{}}`)
	require.Equal(t, "pusher:pong", c.next().Event, "and no answer before it")
	w.fault(TargetSubscribe, "4009", 1)
	c.send(subscribe)
	require.Contains(t, string(c.next().Data), `"code":4009`)
	w.fault(TargetSubscribe, "close", 1)
	c.send(subscribe)
	require.EqualValues(t, -1, c.ends())
}

package kick

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/npmtest"
)

// printed is a line of the independent client.
type printed struct {
	State   string `json:"state"`
	Error   *int   `json:"error"`
	Frame   string `json:"frame"`
	Channel string `json:"channel"`
	Event   string `json:"event"`
	Data    any    `json:"data"`
}

// pusherJS is where the client on pusher-js is.
const pusherJS = "pusherjs"

// client is a running client on pusher-js.
type client struct {
	*npmtest.Program[printed]
	t *testing.T
}

// startClient runs a client until the test ends.
func (w *world) startClient(key string, channels ...string) client {
	w.t.Helper()
	at, err := url.Parse(w.url)
	require.NoError(w.t, err)
	port, err := strconv.Atoi(at.Port())
	require.NoError(w.t, err)
	return client{npmtest.Start[printed](w.t, pusherJS, "client.js",
		map[string]any{"host": at.Hostname(), "port": port, "key": key, "channels": channels}), w.t}
}

func (c client) state(name string) {
	c.t.Helper()
	c.Await("state "+name, func(line printed) bool { return line.State == name })
}

func (c client) event(name string) any {
	c.t.Helper()
	return c.Await(name, func(line printed) bool { return line.Event == name }).Data
}

func TestAnIndependentClientWorksUnchanged(t *testing.T) {
	t.Parallel()
	npmtest.Install(t, pusherJS)
	w := build(t, t.TempDir(), func(o *Options) { o.Patience = Patience{Activity: 2 * time.Second, Pong: 20 * time.Second} })
	c := w.startClient(w.seed.AppKey, chatRoom, channelRoom)
	c.state("connected")
	c.event("pusher:subscription_succeeded")
	c.event("pusher:subscription_succeeded")

	asked := w.say("hi [emote:37226:KEKW]")
	got := c.event(prefix + "ChatMessageEvent")
	require.Equal(t, []any{asked.ID, asked.Text, "anna-b"}, []any{dig(t, got, "id"), dig(t, got, "content"), dig(t, got, "sender", "slug")})
	require.NoError(t, w.Delete(asked.ID))
	require.Equal(t, asked.ID, dig(t, c.event(prefix+"MessageDeletedEvent"), "message", "id"))
	_, err := w.Happen(Event{Kind: "kicks", User: "Ann", Amount: 500})
	require.NoError(t, err)
	require.EqualValues(t, 500, dig(t, c.event(prefix+"KicksGifted"), "gift", "amount"))

	// Nothing happens: the client asks after the timeout it was told, and stays.
	c.Await("pong", func(line printed) bool { return line.Frame == "pusher:pong" })

	for _, end := range []func(){
		func() { _, err := w.EndAll(4200); require.NoError(t, err) }, // at once
		func() { _, err := w.EndAll(4100); require.NoError(t, err) }, // after a while
		func() { w.Disconnect() },
	} {
		end()
		c.state("connecting")
		c.state("connected")
		c.event("pusher:subscription_succeeded")
		c.event("pusher:subscription_succeeded")
		back := w.say("welcome back")
		require.Equal(t, back.ID, dig(t, c.event(prefix+"ChatMessageEvent"), "id"))
	}
	_, err = w.EndAll(4004)
	require.NoError(t, err)
	require.Equal(t, 4004, *c.Await("error", func(line printed) bool { return line.Error != nil && *line.Error != 0 }).Error)
	c.state("disconnected") // for good

	stranger := w.startClient("wrong-key", chatRoom)
	require.Equal(t, 4001, *stranger.Await("error", func(line printed) bool { return line.Error != nil }).Error)
	stranger.state("disconnected")
	refused := w.startClient(w.seed.AppKey, "chatrooms.1.v2")
	refused.event("pusher:subscription_succeeded")
	w.fault(TargetSubscribe, "error", 1)
	_, err = w.EndAll(4200)
	require.NoError(t, err)
	require.EqualValues(t, 401, dig(t, refused.event("pusher:subscription_error"), "status"))
}

package pusher

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// serve runs a service that does what act says on each connection and returns
// its address.
func serve(t *testing.T, act func(ctx context.Context, ws *websocket.Conn)) string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = ws.CloseNow() }()
		act(r.Context(), ws)
	}))
	t.Cleanup(web.Close)
	return "ws" + strings.TrimPrefix(web.URL, "http") + "/app/the-key?protocol=7"
}

func say(ctx context.Context, ws *websocket.Conn, frames ...string) {
	for _, frame := range frames {
		_ = ws.Write(ctx, websocket.MessageText, []byte(frame))
	}
}

const hello = `{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\",\"activity_timeout\":1}"}`

// log is a Handler that writes down what it is told.
type log struct{ lines []string }

// OnSubscribed implements Handler.
func (l *log) OnSubscribed(channel string) { l.lines = append(l.lines, "subscribed "+channel) }

// OnRefused implements Handler.
func (l *log) OnRefused(channel, reason string) {
	l.lines = append(l.lines, "refused "+channel+": "+reason)
}

// OnMessage implements Handler.
func (l *log) OnMessage(m Message, _ time.Time) {
	l.lines = append(l.lines, m.Event+" "+m.Channel+" "+string(m.Data))
}

// OnBroken implements Handler.
func (l *log) OnBroken(error) { l.lines = append(l.lines, "broken") }

func TestAConnectionTellsWhatComesInItsOrder(t *testing.T) {
	t.Parallel()
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		say(ctx, ws, hello)
		_, asked, err := ws.Read(ctx)
		if err != nil {
			return
		}
		var f frame
		_ = json.Unmarshal(asked, &f)
		if f.Event != "pusher:subscribe" || string(f.Data) != `{"auth":"","channel":"rooms.1"}` {
			return
		}
		say(ctx, ws, `{"event":"pusher_internal:subscription_succeeded","channel":"rooms.1","data":"{}"}`,
			`{"event":"pusher:subscription_error","channel":"private-x","data":"{\"type\":\"AuthError\",\"status\":401}"}`,
			`{"event":"said","channel":"rooms.1","data":"{\"a\":1}"}`, `{"event":"said","channel":"rooms.1","data":{"b":2}}`,
			`{"event":"said","channel":"rooms.1","data":"broken"}`, `{"event":"pusher:error","data":{"code":null,"message":"x"}}`,
			`{"event":"pusher:ping","data":{}}`)
		_, pong, _ := ws.Read(ctx)
		if strings.Contains(string(pong), "pusher:pong") {
			_ = ws.Close(4201, "pong")
		}
	})
	c, err := Dial(t.Context(), Config{Address: address})
	require.NoError(t, err)
	require.Equal(t, time.Second, c.Activity())
	require.NoError(t, c.Subscribe("rooms.1"))
	told := &log{}
	err = c.Run(t.Context(), told)
	require.Equal(t, AtOnce, ActionOf(err), err)
	require.Equal(t, []string{
		"subscribed rooms.1", "refused private-x: AuthError (status 401)", `said rooms.1 {"a":1}`, `said rooms.1 {"b":2}`, "broken", "broken",
	}, told.lines)
}

func TestASilentServiceIsAskedAndThenGivenUp(t *testing.T) {
	t.Parallel()
	pinged := make(chan string, 1)
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		say(ctx, ws, hello)
		_, text, _ := ws.Read(ctx)
		pinged <- string(text)
		<-ctx.Done()
	})
	c, err := Dial(t.Context(), Config{Address: address, Pong: 10 * time.Millisecond})
	require.NoError(t, err)
	require.ErrorIs(t, c.Run(t.Context(), &log{}), ErrSilent)
	require.Contains(t, <-pinged, "pusher:ping")
}

func TestTheEndOfAConnectionSaysWhetherToComeBack(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]Action{4000: Never, 4001: Never, 4099: Never, 4100: AfterDelay, 4199: AfterDelay, 4200: AtOnce, 4299: AtOnce, 4300: AfterDelay} {
		address := serve(t, func(_ context.Context, ws *websocket.Conn) { _ = ws.Close(websocket.StatusCode(code), "because") })
		_, err := Dial(t.Context(), Config{Address: address})
		var closed *CloseError
		require.ErrorAs(t, err, &closed)
		require.Equal(t, code, closed.Code)
		require.Equal(t, want, ActionOf(err))
	}
	require.Equal(t, AfterDelay, ActionOf(errors.New("the network broke")))
}

func TestARefusalBeforeTheGreetingIsTheServicesWord(t *testing.T) {
	t.Parallel()
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		say(ctx, ws, `{"event":"pusher:error","data":{"code":"4001","message":"App key not in this cluster"}}`)
		<-ctx.Done()
	})
	_, err := Dial(t.Context(), Config{Address: address})
	require.Equal(t, Never, ActionOf(err))
	require.ErrorContains(t, err, "App key not in this cluster")
}

func TestNoErrorHoldsTheAddress(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	address := "ws" + strings.TrimPrefix(gone.URL, "http") + "/app/the-key"
	_, err := Dial(t.Context(), Config{Address: address})
	require.ErrorContains(t, err, "status 404")
	gone.Close()
	_, err = Dial(t.Context(), Config{Address: address})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "the-key")
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{hello, `{"event":"e","data":"\"x\""}`, `{"event":"e"}`, `{"event":"e","data":"{"}`, `{"event":1}`, `[]`, ``} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Decode(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, m.Event)
		require.True(t, json.Valid(m.Data))
		_ = refusal(m)
		_ = reasonOf(m.Data)
		var g greeting
		if json.Unmarshal(m.Data, &g) == nil {
			require.GreaterOrEqual(t, time.Duration(g.ActivityTimeout), time.Duration(0))
		}
	})
}

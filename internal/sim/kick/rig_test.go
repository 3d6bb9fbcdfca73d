package kick

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// The ids and tokens of the default seed.
const (
	botToken     = "simulated-kick-access-token"
	botRefresh   = "simulated-kick-refresh-token"
	creatorToken = "simulated-kick-creator-token"
	botID        = 7000001
	creatorID    = 7000002
	chatRoom     = "chatrooms.9000002.v2"
	channelRoom  = "channel.8000002"
)

// world is a server behind a real port.
type world struct {
	*Server
	t   *testing.T
	url string
	dir string
}

// build opens a world in dir; a second one may follow in the same once the first
// was closed.
func build(t *testing.T, dir string, change func(*Options)) *world {
	t.Helper()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), Targets()...)
	require.NoError(t, err)
	o := Options{Dir: filepath.Join(dir, "kick"), Seed: DefaultSeed(), Faults: switches, Playlist: "http://origin.invalid/live/index.m3u8", Log: zerolog.Nop()}
	o.Seed.Channels = append(o.Seed.Channels, Channel{Slug: "tide-pool", ID: 8000003, Chatroom: 9000003, Title: "Small waters", Offline: true})
	o.Seed.Accounts = append(o.Seed.Accounts, Account{ID: 7000003, Username: "Pebble", Token: "pebble-token", Scopes: []string{ScopeChat, ScopeMessages, ScopeBan}})
	if change != nil {
		change(&o)
	}
	s, err := Open(o)
	require.NoError(t, err)
	web := httptest.NewServer(s.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	delivered := make(chan error, 1)
	go func() { delivered <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-delivered)
		require.NoError(t, s.Close())
		web.Close()
	})
	return &world{Server: s, t: t, url: web.URL, dir: dir}
}

func (w *world) fault(target, kind string, times int) {
	w.t.Helper()
	require.NoError(w.t, w.options.Faults.Set(target, kind, times))
}

func (w *world) say(text string) Message {
	w.t.Helper()
	m, err := w.Say(Utterance{User: "Anna_B", Text: text})
	require.NoError(w.t, err)
	return m
}

// reply is an answer of the API.
type reply struct {
	status int
	header http.Header
	text   string
	err    error // of the connection
}

func (r reply) json(t *testing.T, path ...any) any {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(r.text), &value), r.text)
	return dig(t, value, path...)
}

// dig follows names and indexes into decoded JSON.
func dig(t *testing.T, value any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			fields, ok := value.(map[string]any)
			require.True(t, ok, "%v has no %s", value, step)
			value = fields[step]
		case int:
			list, ok := value.([]any)
			require.True(t, ok && step < len(list), "%v has no %d", value, step)
			value = list[step]
		}
	}
	return value
}

func (w *world) call(token, method, path, body string) reply {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	require.NoError(w.t, err)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if strings.HasPrefix(path, "/oauth") {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(response.Body)
	return reply{response.StatusCode, response.Header, text.String(), err}
}

func (w *world) get(token, path string) reply { return w.call(token, http.MethodGet, path, "") }

func (w *world) post(token, path, body string) reply {
	return w.call(token, http.MethodPost, path, body)
}

// form posts to OAuth for the seed's application.
func (w *world) form(path string, pairs ...string) reply {
	values := url.Values{"client_id": {w.seed.ClientID}, "client_secret": {w.seed.ClientSecret}}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return w.post("", path, values.Encode())
}

// wire is a client that sees every frame as it came.
type wire struct {
	t      *testing.T
	socket *websocket.Conn
}

func (w *world) dial(path string) *wire {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	socket, response, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(w.url, "http")+path, nil)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusSwitchingProtocols, response.StatusCode)
	w.t.Cleanup(func() { _ = socket.CloseNow() })
	return &wire{t: w.t, socket: socket}
}

// join connects and subscribes.
func (w *world) join(rooms ...string) *wire {
	w.t.Helper()
	c := w.dial("/app/" + w.seed.AppKey + "?protocol=7&client=js&version=8.4.0&flash=false")
	require.Equal(w.t, "pusher:connection_established", c.next().Event)
	for _, room := range rooms {
		c.send(`{"event":"pusher:subscribe","data":{"auth":"","channel":"` + room + `"}}`)
		require.Equal(w.t, frame{Event: "pusher_internal:subscription_succeeded", Channel: room, Data: json.RawMessage(`"{}"`)}, c.next())
	}
	return c
}

func (c *wire) send(text string) {
	c.t.Helper()
	require.NoError(c.t, c.socket.Write(c.t.Context(), websocket.MessageText, []byte(text)))
}

func (c *wire) read() (string, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	_, text, err := c.socket.Read(ctx)
	return string(text), err
}

func (c *wire) next() frame {
	c.t.Helper()
	text, err := c.read()
	require.NoError(c.t, err)
	var f frame
	require.NoError(c.t, json.Unmarshal([]byte(text), &f), text)
	return f
}

// event reads the next frame as an event of that name and decodes its data, which
// is JSON in a string.
func (c *wire) event(name string) any {
	c.t.Helper()
	f := c.next()
	require.Equal(c.t, `App\Events\`+name, f.Event)
	var inner string
	require.NoError(c.t, json.Unmarshal(f.Data, &inner))
	var data any
	require.NoError(c.t, json.Unmarshal([]byte(inner), &data))
	return data
}

// ends reads until the connection is closed and returns with which code.
func (c *wire) ends() websocket.StatusCode {
	c.t.Helper()
	for {
		if _, err := c.read(); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

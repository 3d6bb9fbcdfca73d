package kick

import (
	"bufio"
	"context"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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

// installed copies the client of pusherjs into a folder of the test and has npm
// install what its lock file names.
func installed(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		_, err := exec.LookPath(program)
		require.NoError(t, err, "deploy/install-deps.sh --with-node installs it")
	}
	dir := t.TempDir()
	for _, name := range []string{"client.js", "package.json", "package-lock.json", ".npmrc"} {
		text, err := os.ReadFile(filepath.Join("pusherjs", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--prefer-offline")
	install.Dir = dir
	said, err := install.CombinedOutput()
	require.NoError(t, err, string(said))
	return dir
}

// client is a running client on pusher-js.
type client struct {
	t     *testing.T
	lines <-chan printed
}

// startClient runs the client of dir until the test ends.
func (w *world) startClient(dir, key string, channels ...string) *client {
	w.t.Helper()
	at, err := url.Parse(w.url)
	require.NoError(w.t, err)
	port, err := strconv.Atoi(at.Port())
	require.NoError(w.t, err)
	argument, err := json.Marshal(map[string]any{"host": at.Hostname(), "port": port, "key": key, "channels": channels})
	require.NoError(w.t, err)
	node := exec.Command("node", filepath.Join(dir, "client.js"), string(argument))
	node.Stderr = os.Stderr
	stdin, err := node.StdinPipe()
	require.NoError(w.t, err)
	stdout, err := node.StdoutPipe()
	require.NoError(w.t, err)
	require.NoError(w.t, node.Start())
	lines := make(chan printed, 1024)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(stdout)
		for scanner.Scan() {
			var line printed
			if json.Unmarshal(scanner.Bytes(), &line) == nil {
				lines <- line
			}
		}
	}()
	w.t.Cleanup(func() {
		_ = stdin.Close()
		for range lines { // to its end
		}
		_ = node.Wait()
	})
	return &client{t: w.t, lines: lines}
}

// await returns the next line that fits, passing over the others.
func (c *client) await(what string, fits func(printed) bool) printed {
	c.t.Helper()
	late := time.After(patience)
	for {
		select {
		case line, ok := <-c.lines:
			require.True(c.t, ok, "the client ended before %s", what)
			if fits(line) {
				return line
			}
		case <-late:
			require.Fail(c.t, "nothing came", what)
		}
	}
}

func (c *client) state(name string) {
	c.t.Helper()
	c.await("state "+name, func(line printed) bool { return line.State == name })
}

func (c *client) event(name string) any {
	c.t.Helper()
	return c.await(name, func(line printed) bool { return line.Event == name }).Data
}

func TestAnIndependentClientWorksUnchanged(t *testing.T) {
	t.Parallel()
	dir := installed(t)
	w := build(t, t.TempDir(), func(o *Options) { o.Patience = Patience{Activity: 2 * time.Second, Pong: 20 * time.Second} })
	c := w.startClient(dir, w.seed.AppKey, chatRoom, channelRoom)
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
	c.await("pong", func(line printed) bool { return line.Frame == "pusher:pong" })

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
	require.Equal(t, 4004, *c.await("error", func(line printed) bool { return line.Error != nil && *line.Error != 0 }).Error)
	c.state("disconnected") // for good

	stranger := w.startClient(dir, "wrong-key", chatRoom)
	require.Equal(t, 4001, *stranger.await("error", func(line printed) bool { return line.Error != nil }).Error)
	stranger.state("disconnected")
	refused := w.startClient(dir, w.seed.AppKey, "chatrooms.1.v2")
	refused.event("pusher:subscription_succeeded")
	w.fault(TargetSubscribe, "error", 1)
	_, err = w.EndAll(4200)
	require.NoError(t, err)
	require.EqualValues(t, 401, dig(t, refused.event("pusher:subscription_error"), "status"))
}

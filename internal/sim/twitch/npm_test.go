package twitch

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/authority"
	"github.com/streamsuites/streamsuites/internal/sim/npmtest"
)

// npmClients is where the clients on tmi.js and Twurple are.
const npmClients = "testdata/clients"

// installOnce keeps two tests from installing into one folder.
var installOnce sync.Once

// heard is a line of either client.
type heard struct {
	Event string `json:"event"`
	ID    string `json:"id"`
	User  string `json:"user"`
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// npmWorld is a simulator as the clients reach it: over TLS, the API under the
// platform's names.
type npmWorld struct {
	*Server
	t        *testing.T
	trust    string // what makes Node trust the simulator's certificates
	argument map[string]any
}

func openForNPM(t *testing.T) *npmWorld {
	t.Helper()
	installOnce.Do(func() { npmtest.Install(t, npmClients) })
	s := open(t, t.TempDir(), func(o *Options) { o.Patience.Reconnect = 50 * time.Millisecond })
	address, ca := serveWeb(t, s)
	host, port := split(t, address)
	_, api := split(t, serveNamedAPI(t, s, ca))
	return &npmWorld{Server: s, t: t, trust: "NODE_EXTRA_CA_CERTS=" + ca.Path(), argument: map[string]any{
		"host": host, "port": port, "api": api, "channel": channel,
		"client": s.seed.ClientID, "secret": s.seed.ClientSecret, "login": "lanternbot", "token": botToken,
	}}
}

func split(t *testing.T, address string) (host string, port int) {
	t.Helper()
	host, text, err := net.SplitHostPort(address)
	require.NoError(t, err)
	port, err = strconv.Atoi(text)
	require.NoError(t, err)
	return host, port
}

func serveNamedAPI(t *testing.T, s *Server, ca *authority.Authority) (address string) {
	t.Helper()
	secure, err := ca.Server("api.twitch.tv", "id.twitch.tv")
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(s.Handler())
	server.TLS = secure
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// npmClient is one of the clients, running.
type npmClient struct {
	*npmtest.Program[heard]
	t *testing.T
}

func (w *npmWorld) start(script string) npmClient {
	w.t.Helper()
	return npmClient{npmtest.Start[heard](w.t, npmClients, script, w.argument, w.trust), w.t}
}

// next is the client's next line of a kind; that a command failed is an error.
func (c npmClient) next(event string) heard {
	c.t.Helper()
	line := c.Await(event, func(line heard) bool { return line.Event == event || line.Event == "failed" })
	require.Equal(c.t, event, line.Event, line.Text)
	return line
}

// logIn takes Twurple through a login with a code, whose page a person answers.
func (w *npmWorld) logIn(c npmClient) {
	w.t.Helper()
	c.Tell(map[string]any{"login": true})
	person := serveAPI(w.t, w.Server)
	answer := person.form(activatePath, url.Values{"user_code": {c.next("code").Text}, "login": {"lanternbot"}, "answer": {"allow"}})
	require.Equal(w.t, http.StatusNoContent, answer.status)
	c.Tell(map[string]any{"enter": true})
	account := c.next("account")
	require.Equal(w.t, []string{"lanternbot", w.seed.account("lanternbot").ID}, []string{account.User, account.ID})
	require.Equal(w.t, "chat:read chat:edit user:write:chat moderator:manage:chat_messages", account.Text)
}

// chats goes through what happens in a chat.
func (w *npmWorld) chats(c npmClient) {
	w.t.Helper()
	require.Equal(w.t, "lanternbot", c.next("joined").User)
	asked := w.speak(w.t, "hello, how\\ are; you?")
	require.Equal(w.t, heard{Event: "message", ID: asked.ID, User: "anna", Text: asked.Text}, c.next("message"))

	_, err := w.Raid(Raid{User: "Ben", Viewers: 42})
	require.NoError(w.t, err)
	raid := c.next("raid")
	require.Equal(w.t, []any{42, "ben"}, []any{raid.Count, strings.ToLower(raid.User)})
	_, err = w.Gift(Gift{User: "Cleo", Count: 3})
	require.NoError(w.t, err)
	bomb := c.next("gift")
	require.Equal(w.t, []any{3, "cleo"}, []any{bomb.Count, strings.ToLower(bomb.User)})
	for _, recipient := range []string{"guest_1", "guest_2", "guest_3"} {
		require.Equal(w.t, recipient, strings.ToLower(c.next("received").User))
	}
	require.NoError(w.t, w.Delete(asked.ID))
	require.Equal(w.t, heard{Event: "deleted", ID: asked.ID, User: "anna", Text: asked.Text}, c.next("deleted"))
	require.NoError(w.t, w.Ban("", "spammer", 600))
	require.Equal(w.t, heard{Event: "timeout", User: "spammer", Count: 600}, c.next("timeout"))
	require.NoError(w.t, w.Ban("", "spammer", 0))
	require.Equal(w.t, heard{Event: "ban", User: "spammer"}, c.next("ban"))

	c.Tell(map[string]any{"say": "good evening"})
	require.Eventually(w.t, func() bool { return w.wasSaid("good evening") }, time.Minute, 10*time.Millisecond)

	w.fault(w.t, TargetIRC, "reconnect", 1)
	w.speak(w.t, "before you go")
	require.Equal(w.t, "before you go", c.next("message").Text)
	c.next("joined")
	require.Equal(w.t, w.speak(w.t, "welcome back").ID, c.next("message").ID)
}

func (w *npmWorld) wasSaid(text string) bool {
	for _, m := range w.Messages("", "", 1000) {
		if m.Text == text && m.User == "lanternbot" {
			return true
		}
	}
	return false
}

func TestTmiJSChatsUnchanged(t *testing.T) {
	t.Parallel()
	w := openForNPM(t)
	w.chats(w.start("tmijs.js"))
	w.argument["token"] = "wrong"
	require.Equal(t, "Login authentication failed", w.start("tmijs.js").next("refused").Text)
}

func TestTwurpleLogsInChatsAndUsesTheAPIUnchanged(t *testing.T) {
	t.Parallel()
	w := openForNPM(t)
	c := w.start("twurple.js")
	w.logIn(c)
	w.chats(c)

	live := func() heard {
		c.Tell(map[string]any{"live": channel})
		return c.next("live")
	}
	require.NoError(t, w.SetLive("", true))
	require.Equal(t, []any{1, channel}, []any{live().Count, live().User})
	require.NoError(t, w.SetLive("", false))
	require.Zero(t, live().Count)

	// A token that ended is refreshed where it is needed next.
	require.NoError(t, w.ExpireTokens("lanternbot"))
	c.Tell(map[string]any{"send": "by the API"})
	require.NotEmpty(t, c.next("refreshed").User)
	require.NotEmpty(t, c.next("sent").ID)
	require.True(t, w.wasSaid("by the API"))
	asked := w.speak(t, "delete me")
	c.Tell(map[string]any{"remove": asked.ID})
	require.Equal(t, asked.ID, c.next("deleted").ID)

	w.fault(t, TargetHelix, "not_sent", 1)
	c.Tell(map[string]any{"send": "held back"})
	held := c.Await("the refusal", func(line heard) bool { return line.Event == "failed" })
	require.Contains(t, held.Text, "has not been sent")
	c.Tell(map[string]any{"logout": true})
	require.Contains(t, c.next("ended").Text, "Invalid token")
}

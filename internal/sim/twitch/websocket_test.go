package twitch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/authority"
)

// webClient is a client that speaks chat over WebSocket.
type webClient struct {
	t      *testing.T
	socket *websocket.Conn
	lines  []string // read and not yet asked for
}

// serveWeb puts a server behind a real port for WebSockets inside TLS.
func serveWeb(t *testing.T, s *Server) (address string, ca *authority.Authority) {
	t.Helper()
	ca, err := authority.Open(t.TempDir())
	require.NoError(t, err)
	s.options.TLS, err = ca.Server("127.0.0.1")
	require.NoError(t, err)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.ServeWebSocket(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return listener.Addr().String(), ca
}

func trusting(t *testing.T, ca *authority.Authority) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(ca.Path())
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

func dialWeb(t *testing.T, address string, ca *authority.Authority) *webClient {
	t.Helper()
	socket, response, err := websocket.Dial(t.Context(), "wss://"+address+"/", &websocket.DialOptions{
		HTTPClient: trusting(t, ca), Subprotocols: []string{"irc"},
	})
	require.NoError(t, err)
	require.Equal(t, "irc", response.Header.Get("Sec-WebSocket-Protocol"))
	socket.SetReadLimit(webMessage)
	t.Cleanup(func() { _ = socket.CloseNow() })
	return &webClient{t: t, socket: socket}
}

// send sends one message: clients put no end behind its last line.
func (c *webClient) send(lines ...string) {
	c.t.Helper()
	require.NoError(c.t, c.socket.Write(c.t.Context(), websocket.MessageText, []byte(strings.Join(lines, "\r\n"))))
}

// line returns the next line that the server sends.
func (c *webClient) line() string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	for len(c.lines) == 0 {
		kind, message, err := c.socket.Read(ctx)
		require.NoError(c.t, err)
		require.Equal(c.t, websocket.MessageText, kind)
		require.True(c.t, bytes.HasSuffix(message, []byte("\r\n")), "a message ends with a line")
		c.lines = strings.Split(strings.TrimSuffix(string(message), "\r\n"), "\r\n")
	}
	line := c.lines[0]
	c.lines = c.lines[1:]
	return line
}

// until reads lines up to one that holds part.
func (c *webClient) until(part string) string {
	c.t.Helper()
	for {
		if line := c.line(); strings.Contains(line, part) {
			return line
		}
	}
}

// join logs in and joins the channel.
func (c *webClient) join(login, token string) *webClient {
	c.t.Helper()
	c.send("CAP REQ :twitch.tv/tags twitch.tv/commands")
	c.send("PASS oauth:"+token, "NICK "+login)
	c.send("JOIN #" + channel)
	c.until(" ROOMSTATE #" + channel)
	return c
}

func TestChatIsSpokenOverWebSocketsToo(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	address, ca := serveWeb(t, s)
	bot := dialWeb(t, address, ca).join("lanternbot", botToken)
	said := s.speak(t, "hé there")
	line := bot.until(" PRIVMSG ")
	require.Contains(t, line, ";id="+said.ID+";")
	require.True(t, strings.HasSuffix(line, " PRIVMSG #harborlights :hé there"), line)
	bot.send("PRIVMSG #harborlights :an answer")
	bot.until(" USERSTATE ")
	require.Equal(t, "an answer", s.Messages("", said.ID, 1)[0].Text)
}

func TestALoadIsCutIntoMessagesOfWholeLines(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	address, ca := serveWeb(t, s)
	bot := dialWeb(t, address, ca).join("lanternbot", botToken)
	lines, _ := load(1000)
	sent := make(chan int, 1)
	go func() { sent <- s.Broadcast(t.Context(), lines) }()
	for _, want := range lines {
		require.Equal(t, strings.TrimSuffix(string(want), "\r\n"), bot.line())
	}
	require.Equal(t, 1, next(t, sent))
}

func TestBytesThatAreNoTextDoNotEndAWebSocket(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	address, ca := serveWeb(t, s)
	bot := dialWeb(t, address, ca).join("lanternbot", botToken)
	s.fault(t, TargetIRC, "malformed", 1)
	s.speak(t, "after it")
	bot.until("\uFFFD")
	bot.until(":after it")
}

func TestAWebSocketEndsWithItsServer(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	address, ca := serveWeb(t, s)
	bot := dialWeb(t, address, ca).join("lanternbot", botToken)
	require.Equal(t, 1, s.Disconnect())
	for {
		if _, _, err := bot.socket.Read(t.Context()); err != nil {
			break
		}
	}
	require.Eventually(t, func() bool { return len(s.Members(channel)) == 0 }, 20*time.Second, 5*time.Millisecond)
}

func TestARequestThatIsNoWebSocketIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	address, ca := serveWeb(t, s)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/", http.NoBody)
	require.NoError(t, err)
	response, err := trusting(t, ca).Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusUpgradeRequired, response.StatusCode)
}

func FuzzLinesAreCutWithoutLoss(f *testing.F) {
	f.Add([]byte("a\r\nb\r\n"))
	f.Add(bytes.Repeat([]byte("0123456789abcde\n"), 4096))
	f.Add(bytes.Repeat([]byte("x"), 3*webMessage))
	f.Fuzz(func(t *testing.T, all []byte) {
		rest := all
		for len(rest) > 0 {
			message := firstLines(rest)
			require.NotEmpty(t, message)
			require.LessOrEqual(t, len(message), webMessage)
			rest = rest[len(message):]
			if len(rest) > 0 && bytes.IndexByte(message, '\n') >= 0 {
				require.Equal(t, byte('\n'), message[len(message)-1])
			}
		}
	})
}

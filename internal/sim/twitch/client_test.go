package twitch

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	irc "github.com/gempir/go-twitch-irc/v4"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/authority"
)

// serve puts a server behind a real port, TLS and plain.
func serve(t testing.TB, s *Server) (address string, ca *authority.Authority) {
	t.Helper()
	ca, err := authority.Open(t.TempDir())
	require.NoError(t, err)
	s.options.TLS, err = ca.Server("127.0.0.1", "localhost")
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return listener.Addr().String(), ca
}

func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(20 * time.Second):
		require.Fail(t, "nothing came")
		panic("unreachable")
	}
}

// events is what an independent client reported.
type events struct {
	client    *irc.Client
	connected chan struct{}
	private   chan irc.PrivateMessage
	self      chan irc.UserJoinMessage
	state     chan irc.UserStateMessage
	room      chan irc.RoomStateMessage
	global    chan irc.GlobalUserStateMessage
	notice    chan irc.NoticeMessage
	event     chan irc.UserNoticeMessage
	wiped     chan irc.ClearChatMessage
	deleted   chan irc.ClearMessage
	names     chan irc.NamesMessage
	pong      chan irc.PongMessage
	away      chan irc.ReconnectMessage
	ended     chan error
}

func connect(t *testing.T, address string, secure bool, client *irc.Client) *events {
	t.Helper()
	e := &events{client: client, connected: make(chan struct{}, 8), private: make(chan irc.PrivateMessage, 64), self: make(chan irc.UserJoinMessage, 8),
		state: make(chan irc.UserStateMessage, 64), room: make(chan irc.RoomStateMessage, 8), global: make(chan irc.GlobalUserStateMessage, 8),
		notice: make(chan irc.NoticeMessage, 8), event: make(chan irc.UserNoticeMessage, 8), wiped: make(chan irc.ClearChatMessage, 8),
		deleted: make(chan irc.ClearMessage, 8), names: make(chan irc.NamesMessage, 8), pong: make(chan irc.PongMessage, 8),
		away: make(chan irc.ReconnectMessage, 8), ended: make(chan error, 1)}
	client.IrcAddress, client.TLS = address, secure
	client.SetJoinRateLimiter(irc.CreateUnlimitedRateLimiter())
	client.OnConnect(func() { e.connected <- struct{}{} })
	client.OnPrivateMessage(func(m irc.PrivateMessage) { e.private <- m })
	client.OnSelfJoinMessage(func(m irc.UserJoinMessage) { e.self <- m })
	client.OnUserStateMessage(func(m irc.UserStateMessage) { e.state <- m })
	client.OnRoomStateMessage(func(m irc.RoomStateMessage) { e.room <- m })
	client.OnGlobalUserStateMessage(func(m irc.GlobalUserStateMessage) { e.global <- m })
	client.OnNoticeMessage(func(m irc.NoticeMessage) { e.notice <- m })
	client.OnUserNoticeMessage(func(m irc.UserNoticeMessage) { e.event <- m })
	client.OnClearChatMessage(func(m irc.ClearChatMessage) { e.wiped <- m })
	client.OnClearMessage(func(m irc.ClearMessage) { e.deleted <- m })
	client.OnNamesMessage(func(m irc.NamesMessage) { e.names <- m })
	client.OnPongMessage(func(m irc.PongMessage) { e.pong <- m })
	client.OnReconnectMessage(func(m irc.ReconnectMessage) { e.away <- m })
	client.Join(channel)
	go func() { e.ended <- client.Connect() }()
	return e
}

func TestAnIndependentClientWorksUnchanged(t *testing.T) {
	t.Parallel()
	for name, secure := range map[string]bool{"over TLS": true, "in plain": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir(), func(o *Options) { o.Patience.Reconnect = 50 * time.Millisecond })
			address, _ := serve(t, s)
			bot := irc.NewClient("lanternbot", "oauth:"+botToken)
			bot.IdlePingInterval = 300 * time.Millisecond
			bot.PongTimeout = 10 * time.Second
			e := connect(t, address, secure, bot)
			next(t, e.connected)
			require.Equal(t, "LanternBot", next(t, e.global).User.DisplayName)
			require.Equal(t, channel, next(t, e.self).Channel)
			require.Equal(t, []string{"lanternbot"}, next(t, e.names).Users)
			require.Equal(t, map[string]int{"moderator": 1}, next(t, e.state).User.Badges)
			require.Equal(t, map[string]int{"emote-only": 0, "followers-only": -1, "r9k": 0, "slow": 0, "subs-only": 0}, next(t, e.room).State)
			require.Equal(t, "go-twitch-irc", next(t, e.pong).Message)

			asked, err := s.Say(Utterance{User: "Anna", Text: "Kappa !ping; how\\ are you", Roles: []string{"subscriber", "vip"}})
			require.NoError(t, err)
			got := next(t, e.private)
			require.Equal(t, asked.ID, got.ID)
			require.Equal(t, asked.Text, got.Message)
			require.Equal(t, "500000002", got.RoomID)
			require.Equal(t, asked.At.UnixMilli(), got.Time.UnixMilli())
			require.True(t, got.User.IsVip)
			require.Equal(t, []irc.EmotePosition{{Start: 0, End: 4}}, got.Emotes[0].Positions)

			reader := connect(t, address, secure, irc.NewAnonymousClient())
			next(t, reader.self)
			bot.Reply(channel, asked.ID, "pong")
			answer := next(t, reader.private)
			require.Equal(t, "pong", answer.Message)
			require.Equal(t, asked.ID, answer.Reply.ParentMsgID)
			require.Equal(t, "anna", answer.Reply.ParentUserLogin)
			require.Equal(t, asked.Text, answer.Reply.ParentMsgBody)
			next(t, e.state)

			_, err = s.Happen(Event{Kind: "resub", User: "Ann", Params: map[string]string{"cumulative-months": "3"}, System: "Ann subscribed.", Text: "great stream"})
			require.NoError(t, err)
			event := next(t, e.event)
			require.Equal(t, []string{"resub", "great stream", "Ann subscribed."}, []string{event.MsgID, event.Message, event.SystemMsg})
			require.NoError(t, s.Ban("", "spammer", 600))
			wiped := next(t, e.wiped)
			require.Equal(t, []any{600, "spammer"}, []any{wiped.BanDuration, wiped.TargetUsername})
			require.NoError(t, s.Delete(asked.ID))
			require.Equal(t, asked.ID, next(t, e.deleted).TargetMsgID)

			s.fault(t, TargetIRC, "reconnect", 1)
			s.speak(t, "before you go")
			require.Equal(t, "before you go", next(t, e.private).Message)
			next(t, e.away)
			next(t, e.connected)
			next(t, e.self)
			next(t, reader.self)
			require.NoError(t, bot.Disconnect())
			require.ErrorIs(t, next(t, e.ended), irc.ErrClientDisconnected)
			require.NoError(t, reader.client.Disconnect())
			next(t, reader.ended)
		})
	}
}

func TestAnIndependentClientUnderstandsAFailedLogin(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, open(t, t.TempDir(), nil))
	e := connect(t, address, true, irc.NewClient("lanternbot", "oauth:wrong"))
	require.ErrorIs(t, next(t, e.ended), irc.ErrLoginAuthenticationFailed)
}

// readerOf logs an anonymous reader in over verified TLS and returns it joined.
func readerOf(t testing.TB, address string, ca *authority.Authority) *bufio.Reader {
	t.Helper()
	pem, err := os.ReadFile(ca.Path())
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: "localhost"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "CAP REQ :twitch.tv/tags\r\nNICK justinfan7\r\nJOIN #%s\r\n", channel)
	require.NoError(t, err)
	reader := bufio.NewReaderSize(conn, 64<<10)
	for {
		line, err := reader.ReadString('\n')
		require.NoError(t, err)
		if line == ":justinfan7.tmi.twitch.tv 366 justinfan7 #"+channel+" :End of /NAMES list\r\n" {
			return reader
		}
	}
}

// load is n prepared lines of an ordinary length.
func load(n int) (lines [][]byte, size int) {
	for i := range n {
		line := fmt.Appendf(nil, "@badge-info=subscriber/5;badges=subscriber/3;color=#FFFFFF;display-name=Onche;emotes=;flags=;id=%032d;mod=0;room-id=500000002;subscriber=1;"+
			"tmi-sent-ts=1568505600501;turbo=0;user-id=48215771;user-type= :onche!onche@onche.tmi.twitch.tv PRIVMSG #%s :line number %d\r\n", i, channel, i)
		lines = append(lines, line)
		size += len(line)
	}
	return lines, size
}

func TestALoadArrivesWholeAndInOrderAtAClientThatReadsSlowly(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	address, ca := serve(t, s)
	reader := readerOf(t, address, ca)
	lines, _ := load(2000)
	const rounds = 60 // more than any buffer holds
	sent := make(chan int, 1)
	go func() {
		took := 0
		for range rounds {
			took += s.Broadcast(t.Context(), lines)
		}
		sent <- took
	}()
	for range rounds {
		for _, want := range lines {
			got, err := reader.ReadSlice('\n')
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		}
	}
	require.Equal(t, rounds, next(t, sent))
}

func TestALoadEndsWithItsReaderAndItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	address, ca := serve(t, s)
	readerOf(t, address, ca)
	lines, _ := load(50_000)
	ctx, cancel := context.WithCancel(t.Context())
	stalled := make(chan int, 1)
	go func() {
		for s.Broadcast(ctx, lines) == 1 {
		}
		stalled <- s.Broadcast(ctx, lines)
	}()
	cancel()
	require.Zero(t, next(t, stalled))
	ended := make(chan int, 1)
	go func() {
		for s.Broadcast(t.Context(), lines) == 1 {
		}
		ended <- 0
	}()
	s.Disconnect()
	next(t, ended)
}

func BenchmarkBroadcastOverTLS(b *testing.B) {
	s := open(b, b.TempDir(), nil)
	address, ca := serve(b, s)
	reader := readerOf(b, address, ca)
	lines, size := load(1000)
	b.SetBytes(int64(size / len(lines)))
	drained := make(chan error, 1)
	total := int64(b.N/len(lines)+1) * int64(size)
	b.ResetTimer()
	go func() {
		_, err := io.CopyN(io.Discard, reader, total)
		drained <- err
	}()
	for range b.N/len(lines) + 1 {
		s.Broadcast(b.Context(), lines)
	}
	require.NoError(b, <-drained)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

package twitch

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

const (
	simChannel = "harborlights"
	simBot     = "lanternbot"
)

// world is the simulated platform around a client.
type world struct {
	*stage
	server *sim.Server
	faults *faults.Switches
	api    *platform.Client

	refreshed []string // tokens that were found refused
}

// inWorld runs a client of the bot account against the simulated platform, all
// in one bubble. change adapts the account's configuration.
func inWorld(t *testing.T, change func(w *world), act func(t *testing.T, w *world)) {
	t.Helper()
	play(t, func(t *testing.T, s *stage) {
		w := &world{stage: s}
		ctx, cancel := context.WithCancel(context.Background())
		var conns sync.WaitGroup
		dir := t.TempDir()
		var err error
		w.faults, err = faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
		require.NoError(t, err)
		w.server, err = sim.Open(sim.Options{Dir: dir, Seed: sim.DefaultSeed(), Faults: w.faults, Log: zerolog.Nop()})
		require.NoError(t, err)
		w.api, err = platform.New(platform.Config{
			Endpoints: platform.Endpoints{Helix: "http://sim.test/helix", OAuth: "http://sim.test/oauth2"},
			ClientID:  sim.DefaultSeed().ClientID, ClientSecret: sim.DefaultSeed().ClientSecret,
			HTTPClient: &http.Client{Transport: handled{w.server.Handler()}}, Log: zerolog.Nop(),
		})
		require.NoError(t, err)
		cert, _ := certificate()
		s.cfg.Login = simBot
		s.cfg.Token = func(context.Context) (string, error) { return sim.DefaultSeed().Accounts[0].Token, nil }
		s.cfg.Dial = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			conns.Go(func() {
				w.server.ServeConn(ctx, tls.Server(far, &tls.Config{Certificates: []tls.Certificate{cert}}))
			})
			return near, nil
		}
		if change != nil {
			change(w)
		}
		s.run(simChannel)
		defer func() {
			s.stop()
			cancel()
			conns.Wait()
			require.NoError(t, w.server.Close())
		}()
		act(t, w)
	})
}

// handled makes requests without a network.
type handled struct{ http.Handler }

// RoundTrip implements http.RoundTripper. A handler that breaks off its answer
// breaks the connection.
func (h handled) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	defer func() {
		switch broken := recover(); broken {
		case nil:
		case http.ErrAbortHandler:
			answer, err = nil, io.ErrUnexpectedEOF
		default:
			panic(broken)
		}
	}()
	rec := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	h.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// until waits for a channel's state.
func (w *world) until(state State) {
	w.t.Helper()
	for range 600 {
		if w.status(simChannel).State == state {
			return
		}
		pass(100 * time.Millisecond)
	}
	require.Equal(w.t, state, w.status(simChannel).State)
}

// details are the reasons of all states so far.
func (w *world) details() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all strings.Builder
	for _, c := range w.states {
		all.WriteString(c.detail + "\n")
	}
	return all.String()
}

func (w *world) say(text string) string {
	w.t.Helper()
	m, err := w.server.Say(sim.Utterance{User: "Ann", Text: text, Roles: []string{"vip"}})
	require.NoError(w.t, err)
	return m.ID
}

func TestSimulatedChatIsReadAndAnswered(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.until(StateLive)
		id := w.say("hello; \\s there = 👌")
		require.Equal(t, []string{id}, w.ids())
		require.Equal(t, "hello; \\s there = 👌", w.events[0].Text)
		require.Equal(t, []string{"vip"}, w.events[0].Author.Roles.Names())
		require.Equal(t, "ann", w.events[0].Author.Login)
		require.Equal(t, "Ann", w.events[0].Author.Name)
		require.NoError(t, w.client.Send(t.Context(), simChannel, "pong", id))
		require.True(t, w.status(simChannel).Moderator)
		require.Len(t, w.ids(), 1, "own messages are not echoed")
		raid, err := w.server.Happen(sim.Event{Kind: "raid", User: "bob", Params: map[string]string{"viewerCount": "42"}, System: "a raid"})
		require.NoError(t, err)
		require.Equal(t, []string{id, raid}, w.ids())
		require.Equal(t, chat.Raid, w.events[1].Kind)
		require.EqualValues(t, 42, w.events[1].Amount)
	})
}

func TestEveryFaultOfTheSimulatedChatIsSurvived(t *testing.T) {
	for name, c := range map[string]struct {
		target, kind string
		detail       string
	}{
		"a login that is cut off":   {sim.TargetLogin, "close", "server closed the connection"},
		"a login that hangs":        {sim.TargetLogin, "hang", "handshake timed out"},
		"a join that is ignored":    {sim.TargetJoin, "ignore", "join was not confirmed"},
		"a join that is cut off":    {sim.TargetJoin, "close", "server closed the connection"},
		"a message cut in half":     {sim.TargetIRC, "truncate", ""},
		"a connection that dies":    {sim.TargetIRC, "hang", "no answer to PING"},
		"a RECONNECT":               {sim.TargetIRC, "reconnect", "server asked to reconnect"},
		"a connection that closes":  {sim.TargetIRC, "close", ""},
		"lines that are malformed":  {sim.TargetIRC, "malformed", ""},
		"a message delivered twice": {sim.TargetIRC, "duplicate", ""},
	} {
		t.Run(name, func(t *testing.T) {
			atOnce := c.target == sim.TargetIRC
			inWorld(t, func(w *world) {
				if !atOnce {
					require.NoError(w.t, w.faults.Set(c.target, c.kind, 1))
				}
			}, func(t *testing.T, w *world) {
				if atOnce {
					w.until(StateLive)
					require.NoError(t, w.faults.Set(c.target, c.kind, 1))
					w.say("struck")
				}
				pass(2 * time.Minute)
				require.Equal(t, StateLive, w.status(simChannel).State)
				require.Contains(t, w.details(), c.detail)
				id := w.say("afterwards")
				require.Contains(t, w.ids(), id)
			})
		})
	}
}

func TestWhatBecomesOfAMessageInTheSimulatedChat(t *testing.T) {
	for kind, want := range map[string]struct {
		refusal   Refusal
		maybeSent bool
	}{
		"drop":         {Unconfirmed, true},
		"close_before": {Unconfirmed, true},
		"close_after":  {Unconfirmed, true},
		"ratelimit":    {RefusedThrottled, false},
		"duplicate":    {RefusedDuplicate, false},
		"banned":       {RefusedDisabled, false},
	} {
		t.Run(kind, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				w.until(StateLive)
				require.NoError(t, w.faults.Set(sim.TargetSend, kind, 1))
				refused := requireRefusal(t, w.client.Send(t.Context(), simChannel, "pong", ""), want.refusal)
				require.Equal(t, want.maybeSent, refused.MaybeSent)
			})
		})
	}
}

func TestTheSimulatedPlatformNeverSilencesAnAccountThatKeepsToItsLimits(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.until(StateLive)
		begun := time.Now()
		for range 250 {
			require.NoError(t, w.client.Send(t.Context(), simChannel, "pong", ""))
		}
		require.GreaterOrEqual(t, time.Since(begun), 64*time.Second)
	})
}

func TestAnExpiredTokenIsRefreshedAtTheSimulatedPlatform(t *testing.T) {
	var stored []platform.Token
	var tokens *platform.UserTokens
	inWorld(t, func(w *world) {
		account := sim.DefaultSeed().Accounts[0]
		tokens = platform.NewUserTokens(w.api, platform.Token{Access: account.Token, Refresh: account.Refresh},
			func(_ context.Context, token platform.Token) error { stored = append(stored, token); return nil })
		w.cfg.Token, w.cfg.Refresh = tokens.Token, tokens.Refresh
		require.NoError(w.t, w.server.ExpireTokens(simBot))
	}, func(t *testing.T, w *world) {
		w.until(StateLive)
		require.Len(t, stored, 1)
		who, err := w.api.Validate(t.Context(), stored[0].Access)
		require.NoError(t, err)
		require.Equal(t, simBot, who.Login)

		streams, err := w.api.Helix("bot", tokens).Streams(t.Context(), []string{simChannel, "nobody"})
		require.NoError(t, err)
		require.Len(t, streams, 1)
		require.Equal(t, simChannel, streams[0].UserLogin)
		require.NoError(t, w.server.SetLive(simChannel, false))
		streams, err = w.api.Helix("app", platform.NewAppTokens(w.api)).Streams(t.Context(), []string{simChannel})
		require.NoError(t, err)
		require.Empty(t, streams)
	})
}

func TestAnExpiredTokenWhoseRefreshIsRefusedNeedsALogin(t *testing.T) {
	inWorld(t, func(w *world) {
		tokens := platform.NewUserTokens(w.api, platform.Token{Access: "expired", Refresh: "revoked"}, nil)
		w.cfg.Token, w.cfg.Refresh = tokens.Token, tokens.Refresh
	}, func(t *testing.T, w *world) {
		w.until(StateNeedsLogin)
		require.Contains(t, w.status(simChannel).Detail, "needs a new login")
		require.NotContains(t, w.status(simChannel).Detail, "revoked")
	})
}

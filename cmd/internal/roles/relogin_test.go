package roles

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/config/watch"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/metrics"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// noSessions and noCommits are what a host needs that stores nothing.
type (
	noSessions struct{}
	noCommits  struct{}
)

// Signal implements ingest.Signaller.
func (noSessions) Signal(context.Context, string, []control.Decision) error { return nil }

// Commit implements ingest.Committer.
func (noCommits) Commit(context.Context, []store.LaneCommit) (store.CommitResult, error) {
	return store.CommitResult{}, nil
}

// onAir is a bot account that reads and writes the simulated platform's chat.
type onAir struct {
	t      *testing.T
	parts  Parts
	server *sim.Server
	client *twitch.Client
	all    []connection
}

// listenIRC serves the simulated chat and returns its address.
func listenIRC(t *testing.T, server *sim.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	serving := make(chan error, 1)
	go func() { serving <- server.Serve(ctx, listener) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-serving) })
	return listener.Addr().String()
}

// airing connects the account and joins the simulated channel.
func airing(t *testing.T, account func(*config.TwitchAccount)) *onAir {
	t.Helper()
	server, cfg, bot := simulated(t)
	account(&bot)
	cfg.Platforms[0].Twitch.IRC, cfg.Platforms[0].Twitch.IRCTLS = listenIRC(t, server), false
	p := hostOf(t, cfg, bot)
	p.live = newLive(cfg)
	var err error
	p.Metrics, err = metrics.New(metrics.Build{})
	require.NoError(t, err)
	host, err := ingest.NewHost(ingest.HostConfig{
		Store: p.Store, Committer: noCommits{}, Signaller: noSessions{}, Roster: newRoster(cfg, nil), Holder: "host", Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	connected, err := p.connectTwitch(t.Context(), host, "")
	require.NoError(t, err)
	a := &onAir{t: t, parts: p, server: server, client: connected.(*follower).connection.(*twitch.Client), all: []connection{connected}}
	require.NoError(t, p.readLogins(t.Context()))
	p.adoptLogins(a.all)
	require.NoError(t, a.client.Join("harborlights", "harborlights"))
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- connected.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-over) })
	return a
}

// until waits for what the channel's status is to be.
func (a *onAir) until(what string, is func(twitch.Status) bool) {
	a.t.Helper()
	require.Eventually(a.t, func() bool { return is(a.client.States()["harborlights"]) }, time.Minute, 5*time.Millisecond, what)
}

// told has the account take in what the vault holds now.
func (a *onAir) told() {
	a.t.Helper()
	require.NoError(a.t, a.parts.readLogins(a.t.Context()))
	a.parts.adoptLogins(a.all)
}

// logIn keeps a login of the simulated bot with these scopes.
func (a *onAir) logIn(scopes ...string) {
	a.t.Helper()
	vault, err := a.parts.vault()
	require.NoError(a.t, err)
	bot := sim.DefaultSeed().Accounts[0]
	require.NoError(a.t, vault.Keep(a.t.Context(), twitchAccount, tokens.Owner{AccountID: bot.ID, Login: bot.Login},
		tokens.Grant{Access: bot.Token, Refresh: bot.Refresh, Scopes: scopes}, tokens.Seed{}))
}

// last is the newest message.
func (a *onAir) last() sim.Message {
	a.t.Helper()
	all := a.server.Messages("harborlights", "", 50)
	require.NotEmpty(a.t, all)
	return all[len(all)-1]
}

var twitchAccount = tokens.Account{Platform: string(chat.Twitch)}

// unknown takes away everything that is configured but the application.
func unknown(account *config.TwitchAccount) {
	account.Token, account.RefreshToken, account.Nick = config.Secret{}, config.Secret{}, ""
}

func isRead(s twitch.Status) bool { return s.State == twitch.StateLive }

func TestALoginOfATwitchAccountIsTakenInWithoutARestartAndALogoutAsWell(t *testing.T) {
	t.Parallel()
	a := airing(t, unknown)
	a.until("chat is read as nobody", isRead)
	var refused *twitch.SendError
	require.ErrorAs(t, a.client.Send(t.Context(), "harborlights", "early", ""), &refused)
	require.Equal(t, twitch.RefusedReadOnly, refused.Refusal)

	a.logIn()
	a.told()
	require.Eventually(t, func() bool { return a.client.Send(t.Context(), "harborlights", "pong", "") == nil }, time.Minute, 10*time.Millisecond)
	require.Equal(t, "pong", a.last().Text)
	require.Equal(t, "lanternbot", a.last().User)

	vault, err := a.parts.vault()
	require.NoError(t, err)
	_, err = vault.Forget(t.Context(), twitchAccount)
	require.NoError(t, err)
	a.told()
	require.ErrorAs(t, a.client.Send(t.Context(), "harborlights", "late", ""), &refused)
	require.Equal(t, twitch.RefusedReadOnly, refused.Refusal)
	a.until("chat is read as nobody again", isRead)
	require.Equal(t, "pong", a.last().Text)
}

func TestALoginThatEndsLeavesChatReadAndTheStateSaysWhatToDo(t *testing.T) {
	t.Parallel()
	a := airing(t, unknown)
	a.logIn()
	a.told()
	a.until("chat is read", isRead)
	row, err := a.parts.Store.AccountTokens(t.Context(), twitchAccount)
	require.NoError(t, err)
	require.NoError(t, a.parts.Store.RequireLogin(t.Context(), twitchAccount, row.Generation, "the platform refuses the refresh token"))
	a.told()
	const why = "chat is read anonymously; cannot write: the platform refuses the refresh token; run streamsuites auth login twitch"
	a.until("a login is needed", func(s twitch.Status) bool { return s.State == twitch.StateNeedsLogin && s.Detail == why })
	a.logIn()
	a.told()
	a.until("chat is read", isRead)
}

func TestARefreshedTokenIsNoOtherLogin(t *testing.T) {
	t.Parallel()
	a := airing(t, unknown)
	a.logIn()
	a.told()
	before := a.all[0].(*follower).now
	mark, err := a.parts.Store.TokensMark(t.Context())
	require.NoError(t, err)
	row, err := a.parts.Store.AccountTokens(t.Context(), twitchAccount)
	require.NoError(t, err)
	_, err = a.parts.Store.KeepRefreshed(t.Context(), twitchAccount, row.Generation, row.Grant, time.Now())
	require.NoError(t, err)
	same, err := a.parts.Store.TokensMark(t.Context())
	require.NoError(t, err)
	require.Equal(t, mark, same, "nobody looks closer")
	_, changed := a.parts.logins.current()
	a.told()
	require.Equal(t, before, a.all[0].(*follower).now)
	select {
	case <-changed:
		require.Fail(t, "everybody who follows logins was woken up")
	default:
	}
}

func TestWhoeverLogsInIsNoticedByEveryHost(t *testing.T) {
	t.Parallel()
	a := airing(t, unknown)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { a.parts.noticeLogins(ctx) })
	watching.Go(func() { a.parts.followLogins(ctx, a.all) })
	defer watching.Wait()
	defer stop()
	a.logIn() // as another process does
	require.Eventually(t, func() bool { return a.client.Send(t.Context(), "harborlights", "pong", "") == nil }, time.Minute, 50*time.Millisecond)
}

func TestMessagesGoThroughTheAPIWhileTheConfigurationSaysSo(t *testing.T) {
	t.Parallel()
	a := airing(t, unknown)
	a.logIn("chat:read", "chat:edit", "user:write:chat")
	a.told()
	a.until("chat is read", isRead)
	send := func(text, replyTo string) {
		t.Helper()
		require.Eventually(t, func() bool { return a.client.Send(t.Context(), "harborlights", text, replyTo) == nil }, time.Minute, 10*time.Millisecond)
	}
	send("over the connection", "")
	require.False(t, a.last().ByAPI)

	throughAPI := *a.parts.Config
	throughAPI.Platforms = []config.Platform{throughAPI.Platforms[0]}
	throughAPI.Platforms[0].SendThrough = config.ThroughAPI
	a.parts.live.take(watch.Outcome{OK: true, Config: &throughAPI})
	asked, err := a.server.Say(sim.Utterance{User: "Ann", Text: "anybody there?"})
	require.NoError(t, err)
	send("by the API", asked.ID)
	require.True(t, a.last().ByAPI)
	require.Equal(t, asked.ID, a.last().ReplyTo)
}

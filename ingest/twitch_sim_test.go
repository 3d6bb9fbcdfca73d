package ingest

import (
	"context"
	"net"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	api "github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// lostAnswer is a call that was carried out and whose answer did not come.
type lostAnswer struct{}

// Error implements error.
func (lostAnswer) Error() string { return "connection reset" }

// Retryable tells that the failure passes.
func (lostAnswer) Retryable() bool { return true }

// Unanswered tells that the call may have been carried out.
func (lostAnswer) Unanswered() bool { return true }

// onTwitch holds a creator on a simulated Twitch whose API says what speak does.
func onTwitch(t *testing.T, speak func(ctx context.Context, helix *api.Helix, u twitch.Utterance) error) (*rig, *sim.Server, *twitch.Client) {
	t.Helper()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	who := creator(mira)
	who.Channels = []Channel{{chat.Twitch, "harborlights", "twitch"}}
	r := &rig{
		t: t, url: url, rows: &rows{Store: s}, db: &database{Committer: committer},
		sessions: &sessions{}, roster: newRoster(who), over: make(chan struct{}), shards: map[int]*running{},
	}
	r.host, err = NewHost(HostConfig{
		Store: r.rows, Committer: r.db, Signaller: r.sessions, Roster: r.roster, Linger: time.Millisecond, Holder: "host", Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(t, err)
	server, err := sim.Open(sim.Options{Dir: dir, Seed: sim.DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	web := httptest.NewServer(server.Handler())
	seed := sim.DefaultSeed()
	platform, err := api.New(api.Config{
		Endpoints: api.Endpoints{Helix: web.URL + "/helix", OAuth: web.URL + "/oauth2"}, ClientID: seed.ClientID, Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	bot := seed.Accounts[0]
	helix := platform.Helix("bot", api.NewUserTokens(platform, api.Token{Access: bot.Token}, nil))
	irc, over := serveIRC(t, server)
	client := r.host.ConnectTwitch("twitch", twitch.Config{
		Endpoints: twitch.Endpoints{Address: irc, Plain: true}, Login: bot.Login,
		Token: func(context.Context) (string, error) { return bot.Token, nil },
		Speak: func(ctx context.Context, u twitch.Utterance) error { return speak(ctx, helix, u) }, Log: zerolog.Nop(),
	}, nil)
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	reading := make(chan error, 1)
	go func() { defer close(r.over); _ = r.host.Run(ctx) }()
	go func() { reading <- client.Run(ctx) }()
	t.Cleanup(func() {
		r.end()
		require.NoError(t, <-reading)
		require.NoError(t, committer.Close(context.Background()))
		over()
		web.Close()
		require.NoError(t, server.Close())
	})
	r.hold()
	soon(t, "the channel is read", func() bool { return client.States()["harborlights"].State == twitch.StateLive })
	return r, server, client
}

// serveIRC serves the simulated chat until the returned function is called.
func serveIRC(t *testing.T, server *sim.Server) (address string, over func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	serving := make(chan error, 1)
	go func() { serving <- server.Serve(ctx, listener) }()
	return listener.Addr().String(), func() { stop(); require.NoError(t, <-serving) }
}

// saidByBot are the messages of the bot in the simulated chat.
func saidByBot(server *sim.Server) (said []sim.Message) {
	for _, m := range server.Messages("harborlights", "", 100) {
		if m.User == "lanternbot" {
			said = append(said, m)
		}
	}
	return said
}

func TestAnAnswerThroughTheAPIWhoseFateIsUnknownIsSettledByWhatChatShows(t *testing.T) {
	t.Parallel()
	r, server, _ := onTwitch(t, func(ctx context.Context, helix *api.Helix, u twitch.Utterance) error {
		if _, err := helix.SendMessage(ctx, u.RoomID, u.AccountID, u.Text, u.ReplyTo); err != nil {
			return err
		}
		return lostAnswer{}
	})
	asked, err := server.Say(sim.Utterance{User: "Ann", Text: "!ping"})
	require.NoError(t, err)
	soon(t, "the answer counts as sent", func() bool {
		return r.count(`select count(*) from outbox where kind = 'reply' and state = 'sent'`) == 1
	})
	said := saidByBot(server)
	require.Len(t, said, 1, "it is said once")
	require.True(t, said[0].ByAPI)
	require.Equal(t, asked.ID, said[0].ReplyTo, "an answer is a reply")
}

func TestAnAnswerThatTheAPIDoesNotShowIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	r, server, _ := onTwitch(t, func(context.Context, *api.Helix, twitch.Utterance) error {
		return &api.DroppedError{Code: "channel_settings", Message: "held by AutoMod"}
	})
	_, err := server.Say(sim.Utterance{User: "Ann", Text: "!ping"})
	require.NoError(t, err)
	soon(t, "the answer failed", func() bool {
		return r.count(`select count(*) from outbox where kind = 'reply' and state = 'failed' and error like '%channel_settings%held by AutoMod%'`) == 1
	})
	require.Empty(t, saidByBot(server))
}

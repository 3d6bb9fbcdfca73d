package ingest

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest/kick"
	"github.com/streamsuites/streamsuites/internal/chat"
	api "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestAKickChannelIsReadIntoItsLaneAndShownAsLive(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	who := creator(mira)
	who.Channels = []Channel{{chat.Kick, "harborlights", "kick"}}
	r := &rig{
		t: t, url: url, rows: &rows{Store: s}, db: &database{Committer: committer},
		sessions: &sessions{}, roster: newRoster(who), over: make(chan struct{}), shards: map[int]*running{},
	}
	r.host, err = NewHost(HostConfig{
		Store: r.rows, Committer: r.db, Signaller: r.sessions, Roster: r.roster, Linger: time.Millisecond,
		Holder: "host", LiveEvery: 20 * time.Millisecond, Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	server, client := simulatedKick(t, r.host)
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	reading := make(chan error, 1)
	go func() { defer close(r.over); _ = r.host.Run(ctx) }()
	go func() { reading <- client.Run(ctx) }()
	t.Cleanup(func() {
		r.end()
		require.NoError(t, <-reading)
		require.NoError(t, committer.Close(context.Background()))
		require.NoError(t, server.Close())
	})
	r.hold()
	soon(t, "the channel is read", func() bool { return client.States()["harborlights"].State == kick.StateLive })
	m, err := server.Say(sim.Utterance{User: "Anna_B", Text: "hello"})
	require.NoError(t, err)
	_, err = server.Happen(sim.Event{Kind: "kicks", User: "Anna_B", Amount: 100, Text: "wow"})
	require.NoError(t, err)
	require.NoError(t, server.Delete(m.ID))
	r.stored(3)
	require.Equal(t, 1, r.count(`select count(*) from chat_events where platform = 'kick' and message_id = $1`, m.ID))
	require.Equal(t, 1, r.count(`select count(*) from chat_events where kind = 'paid' and unit = 'kicks' and amount = 100`))
	require.Equal(t, 1, r.count(`select count(*) from chat_events where kind = 'deletion'`))
	soon(t, "the broadcast is known", func() bool {
		return r.count(`select count(*) from streams where platform = 'kick' and stream_id like 'harborlights-%'`) == 1
	})
	soon(t, "the state is shown", func() bool {
		return r.count(`select count(*) from platform_status where platform = 'kick' and state = 'live'`) == 1
	})
}

// simulatedKick connects a host to a platform of its own.
func simulatedKick(t *testing.T, host *Host) (*sim.Server, *kick.Client) {
	t.Helper()
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(t, err)
	seed := sim.DefaultSeed()
	server, err := sim.Open(sim.Options{Dir: filepath.Join(dir, "kick"), Seed: seed, Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	platform, err := api.New(api.Config{
		Endpoints: api.Endpoints{API: web.URL, OAuth: web.URL, Site: web.URL},
		ClientID:  seed.ClientID, ClientSecret: seed.ClientSecret, Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	tokens := api.NewUserTokens(platform, api.Token{Access: seed.Accounts[0].Token, Refresh: seed.Accounts[0].Refresh}, nil)
	return server, host.ConnectKick("kick", kick.Config{
		Address: kick.FixedAddress(strings.Replace(web.URL, "http", "ws", 1) + "/app/" + seed.AppKey),
		API:     platform.API("kick", tokens), Rooms: platform, Log: zerolog.Nop(),
	}, nil)
}

func TestWhatKickCertainlyDidNotDoIsToldApart(t *testing.T) {
	t.Parallel()
	reading := kickChat{kick.New(kick.Config{}, kickReader{})}
	var unsent *UnsentError
	require.ErrorAs(t, reading.Send(t.Context(), "nova", "pong", ""), &unsent)
	require.Zero(t, unsent.RetryAfter)
	require.ErrorAs(t, reading.Delete(t.Context(), "nova", "m1"), &unsent)
	require.Zero(t, unsent.RetryAfter, "asking again makes no sense")

	lost := lostKick{&api.Error{Operation: "send message", Retry: true, Err: errors.New("reset")}}
	speaking := kickChat{kick.New(kick.Config{API: lost}, kickReader{&Account{host: &Host{presences: newPresences()}}})}
	require.NoError(t, speaking.Join("nova", mira))
	err := speaking.Send(t.Context(), "nova", "pong", "")
	require.Error(t, err)
	require.NotErrorAs(t, err, &unsent, "it may have appeared")
	err = speaking.Delete(t.Context(), "nova", "m1")
	require.Error(t, err)
	require.NotErrorAs(t, err, &unsent, "it may be gone")
}

// lostKick is a platform whose answers to changes are lost.
type lostKick struct{ err error }

func (l lostKick) Channels(context.Context, []string) ([]api.Channel, error) {
	return []api.Channel{{BroadcasterID: 7, Slug: "nova"}}, nil
}

func (l lostKick) Users(context.Context, ...int64) ([]api.User, error)       { return nil, nil }
func (l lostKick) Send(context.Context, api.Message) (string, error)         { return "", l.err }
func (l lostKick) DeleteMessage(ctx context.Context, messageID string) error { return l.err }

package ingest

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest/youtube"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	data "github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

const harbor = "UCharborlightsSimulated1"

func TestYouTubesChatComesToTheStore(t *testing.T) {
	t.Parallel()
	world := simulated(t)
	_, err := world.Say(sim.Utterance{Channel: harbor, User: "ann", Text: "before"})
	require.NoError(t, err)
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, committer.Close(context.Background())) }()

	who := creator("cr0001")
	who.Channels = []Channel{{chat.YouTube, harbor, "reader"}}
	host, err := NewHost(HostConfig{
		Store: s, Committer: committer, Signaller: &sessions{}, Roster: newRoster(who), Linger: time.Millisecond, Holder: "host", Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	server := httptest.NewServer(world.Handler())
	defer server.Close()
	api, err := data.NewLive(data.LiveConfig{API: server.URL, APIKey: sim.DefaultSeed().APIKey})
	require.NoError(t, err)
	client := host.ConnectYouTube("reader", youtube.Config{API: api, Cursors: YouTubeCursors(s), Log: zerolog.Nop()})

	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 3)
	go func() { over <- client.Run(ctx) }()
	go func() { over <- host.Run(ctx) }()
	go func() { over <- host.RunShard(ctx, control.ShardOf(who.ID), func(any) {}) }()
	defer func() {
		stop()
		for range 3 {
			<-over
		}
	}()
	soon(t, "the chat is read", func() bool { return client.States()[harbor].State == youtube.StateLive })
	_, err = world.Say(sim.Utterance{Channel: harbor, User: "ann", Text: "after"})
	require.NoError(t, err)
	r := &rig{t: t, url: url}
	soon(t, "both are stored", func() bool {
		return r.count(`select count(*) from streamsuites.chat_events where platform = 'youtube' and channel = '`+harbor+`' and kind = ''`) == 2
	})
	require.Equal(t, 1, r.count(`select count(*) from streamsuites.chat_events where text = 'before' and history`))
	require.Equal(t, 1, r.count(`select count(*) from streamsuites.chat_events where text = 'after' and not history`))
	require.Equal(t, 1, r.count(`select count(*) from streamsuites.chat_events where kind = 'online'`))
}

// simulated is a simulated platform with a channel that is live.
func simulated(t *testing.T) *sim.Server {
	t.Helper()
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(t, err)
	world, err := sim.Open(sim.Options{Dir: dir, Seed: sim.DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = world.Close() })
	return world
}

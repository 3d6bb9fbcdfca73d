package roles

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/youtube"
	"github.com/streamsuites/streamsuites/internal/chat"
	states "github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/control"
	platform "github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// nobody is a session that is told nothing.
type nobody struct{}

// Signal implements ingest.Signaller.
func (nobody) Signal(context.Context, string, []control.Decision) error { return nil }

func TestCreatorsWhoAreAllOfflineOnYouTubeAreHeld(t *testing.T) {
	t.Parallel()
	const channel = "UCharborlightsSimulated1"
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(t, err)
	world, err := sim.Open(sim.Options{Dir: dir, Seed: sim.DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = world.Close() })
	_, err = world.SetLive(channel, false, "")
	require.NoError(t, err)
	server := httptest.NewServer(world.Handler())
	t.Cleanup(server.Close)
	cfg := load(t, map[string]string{
		"system.json":    `{"system": {"platforms": {"youtube": true}}}`,
		"platforms.json": `{"platforms": [{"name": "youtube", "enabled": true}]}`,
		"creators.json":  `{"creators": [{"creator_id": "Ab3dE9", "platforms": {"youtube": true}, "youtube_channel": "` + channel + `"}]}`,
	})
	url, s := storetest.New(t)
	p := Parts{Config: cfg, Store: s, Log: zerolog.Nop()}
	require.ErrorContains(t, p.ingestHolds(t.Context()), "no ingest reads the chat of Ab3dE9")

	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { committer.Close(context.Background()) })
	roster := newRoster(cfg)
	host, err := ingest.NewHost(ingest.HostConfig{
		Store: s, Committer: committer, Signaller: nobody{}, Roster: roster, Holder: "host", Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	api, err := platform.NewLive(platform.LiveConfig{API: server.URL, APIKey: sim.DefaultSeed().APIKey})
	require.NoError(t, err)
	client := host.ConnectYouTube(accountName(chat.YouTube, ""), youtube.Config{API: api, Log: zerolog.Nop()})

	running, stop := context.WithCancel(context.Background())
	holding, release := context.WithCancel(running)
	over := make(chan error, 2)
	released := make(chan error, 1)
	go func() { over <- client.Run(running) }()
	go func() { over <- host.Run(running) }()
	go func() { released <- host.RunShard(holding, control.ShardOf("Ab3dE9"), func(any) {}) }()
	t.Cleanup(func() { stop(); <-over; <-over })

	state := func() states.State {
		statuses, err := s.PlatformStatuses(t.Context())
		require.NoError(t, err)
		if len(statuses) != 1 {
			return ""
		}
		return statuses[0].State
	}
	require.Eventually(t, func() bool { return state() == states.Inactive }, time.Minute, 10*time.Millisecond)
	require.NoError(t, p.ingestHolds(t.Context()), "somebody looks whether the broadcast begins")

	release()
	<-released
	require.Equal(t, states.Inactive, state())
	require.ErrorContains(t, p.ingestHolds(t.Context()), "no ingest reads the chat of Ab3dE9", "nobody does any more")
}

package roles

import (
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestATokenOfKickThatAnotherHostRotatedIsUsedAndNotRotatedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(t, err)
	seed := sim.DefaultSeed()
	world, err := sim.Open(sim.Options{Dir: dir, Seed: seed, Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = world.Close() })
	server := httptest.NewServer(world.Handler())
	t.Cleanup(server.Close)

	cfg := load(t, map[string]string{
		"platforms.json": `{"platforms": [{"name": "kick", "enabled": true, "endpoints": {"api": "` + server.URL + `", "oauth": "` + server.URL + `", "site": "` + server.URL + `"}}]}`,
		"creators.json":  `{"creators": [{"creator_id": "Ab3dE9", "platforms": {"kick": true}, "kick_channel": "harborlights"}]}`,
	})
	bot := seed.Accounts[0]
	cfg.Kick = map[string]config.KickAccount{"": {
		ClientID: seed.ClientID, ClientSecret: config.NewSecret(seed.ClientSecret), RefreshToken: config.NewSecret(bot.Refresh),
	}}
	_, s := storetest.New(t)
	host := func() *platform.API { // a process of its own on the shared database
		p := Parts{Dir: statedir.Dir(cfg.StateDir), Config: cfg, Store: s, Log: zerolog.Nop(), Redactor: &logging.Redactor{}}
		p.vault, p.logins = p.opensVault(t.Context()), &loginsSeen{}
		source, _, err := p.tokensOf(t.Context(), chat.Kick, "")
		require.NoError(t, err)
		client, err := platform.New(platform.Config{
			Endpoints: platform.Endpoints{API: server.URL, OAuth: server.URL, Site: server.URL},
			ClientID:  seed.ClientID, ClientSecret: seed.ClientSecret, Log: zerolog.Nop(),
		})
		require.NoError(t, err)
		return client.API("bot", source)
	}
	here, there := host(), host()
	whoami := func(api *platform.API) {
		users, err := api.Users(t.Context())
		if assert.NoError(t, err) {
			assert.Len(t, users, 1)
		}
	}
	whoami(here)
	whoami(there)
	for range 3 {
		require.NoError(t, world.ExpireTokens(bot.Username))
		var both sync.WaitGroup
		for _, api := range []*platform.API{here, there, here, there} {
			both.Go(func() { whoami(api) })
		}
		both.Wait() // a refresh token that is used twice would be refused for good
	}
	whoami(host())
}

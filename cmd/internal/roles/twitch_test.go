package roles

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// serving is a configuration with these creators and the real Twitch.
func serving(t *testing.T, creators ...config.Creator) *config.Config {
	t.Helper()
	return &config.Config{
		StateDir: t.TempDir(), Creators: creators,
		Platforms: []config.Platform{{
			Name: string(chat.Twitch), State: config.Active,
			Twitch: config.TwitchEndpoints{
				IRC: "irc.chat.twitch.tv:6697", IRCTLS: true, Helix: "https://api.twitch.tv/helix", OAuth: "https://id.twitch.tv/oauth2",
			},
		}},
	}
}

func onTwitch(channel, label string, enabled bool) config.Creator {
	return config.Creator{
		ID: channel, Enabled: enabled, Platforms: map[string]bool{"twitch": true}, TwitchChannel: channel, TwitchAccount: label,
	}
}

func TestTheAccountLogsInAsItIsConfiguredOrAsTheChannelItServes(t *testing.T) {
	t.Parallel()
	token := config.NewSecret("token")
	creators := []config.Creator{onTwitch("absent", "", false), onTwitch("harborlights", "", true), onTwitch("second", "SECOND", true)}
	for name, c := range map[string]struct {
		account config.TwitchAccount
		want    string
	}{
		"as it is configured":         {config.TwitchAccount{Nick: "lanternbot", Token: token}, "lanternbot"},
		"as the channel":              {config.TwitchAccount{Token: token}, "harborlights"},
		"as the channel of its label": {config.TwitchAccount{Label: "SECOND", Token: token}, "second"},
		"without a token, as nobody":  {config.TwitchAccount{Nick: "lanternbot"}, ""},
		"for no channel, as nobody":   {config.TwitchAccount{Label: "THIRD", Token: token}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings, err := TwitchChat(serving(t, creators...), c.account, zerolog.Nop())
			require.NoError(t, err)
			require.Equal(t, c.want, settings.Login)
			require.Equal(t, "irc.chat.twitch.tv:6697", settings.Endpoints.Address)
			require.False(t, settings.Endpoints.Plain)
		})
	}
}

func TestOnlyAnApplicationCanRenewTokensAndAskWhoIsLive(t *testing.T) {
	t.Parallel()
	cfg := serving(t, onTwitch("harborlights", "", true))
	bare := config.TwitchAccount{Nick: "bot", Token: config.NewSecret("token")}
	access, err := accessTwitch(cfg, bare, configuredToken(bare), zerolog.Nop())
	require.NoError(t, err)
	require.Nil(t, access.api)
	require.Nil(t, access.chat.Refresh)
	given, err := access.chat.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "token", given)

	application := bare
	application.ClientID, application.ClientSecret = "id", config.NewSecret("secret")
	settings, err := TwitchChat(cfg, application, zerolog.Nop())
	require.NoError(t, err)
	require.NotNil(t, settings.Refresh)
}

func TestACertificateAuthorityThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	cfg := serving(t)
	cfg.Platforms[0].Twitch.CAFile = "/nowhere/ca.pem"
	_, err := TwitchChat(cfg, config.TwitchAccount{}, zerolog.Nop())
	require.ErrorContains(t, err, "trust /nowhere/ca.pem")
}

// simulated is the configuration of a bot account at a simulated platform.
func simulated(t *testing.T) (*sim.Server, *config.Config, config.TwitchAccount) {
	t.Helper()
	dir := t.TempDir()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(t, err)
	platform, err := sim.Open(sim.Options{Dir: dir, Seed: sim.DefaultSeed(), Faults: switches, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = platform.Close() })
	server := httptest.NewServer(platform.Handler())
	t.Cleanup(server.Close)
	cfg := serving(t, onTwitch("harborlights", "", true))
	cfg.Platforms[0].Twitch.Helix, cfg.Platforms[0].Twitch.OAuth = server.URL+"/helix", server.URL+"/oauth2"
	seed := sim.DefaultSeed()
	return platform, cfg, config.TwitchAccount{
		Nick: seed.Accounts[0].Login, Token: config.NewSecret(seed.Accounts[0].Token), RefreshToken: config.NewSecret(seed.Accounts[0].Refresh),
		ClientID: seed.ClientID, ClientSecret: config.NewSecret(seed.ClientSecret),
	}
}

func TestWhoIsLiveIsToldWithCategoryAndViewers(t *testing.T) {
	t.Parallel()
	platform, cfg, account := simulated(t)
	_, err := platform.SetShow("", func(s *sim.Show) { s.Title, s.Category, s.Viewers = "Endgames", "Chess", 7 })
	require.NoError(t, err)
	access, err := accessTwitch(cfg, account, configuredToken(account), zerolog.Nop())
	require.NoError(t, err)
	live, err := helixLive{access.api}.Live(t.Context(), []string{"harborlights", "nobody"})
	require.NoError(t, err)
	require.Len(t, live, 1)
	told := live["harborlights"]
	require.Equal(t, []any{"Endgames", "Chess", 7}, []any{told.Title, told.Category, told.Viewers})
}

func TestMessagesAreDeletedAsTheAccountNotAsTheApplication(t *testing.T) {
	t.Parallel()
	platform, cfg, account := simulated(t)
	access, err := accessTwitch(cfg, account, configuredToken(account), zerolog.Nop())
	require.NoError(t, err)
	said, err := platform.Say(sim.Utterance{User: "Ann", Text: "spam"})
	require.NoError(t, err)
	spam := twitch.Deletion{RoomID: "500000002", AccountID: "500000001", MessageID: said.ID}
	require.NoError(t, access.chat.Delete(t.Context(), spam))
	require.True(t, platform.Messages("", "", 1)[0].Deleted)
	require.NoError(t, access.chat.Delete(t.Context(), spam), "gone is gone")

	elsewhere := spam
	elsewhere.RoomID = "1"
	require.Error(t, access.chat.Delete(t.Context(), elsewhere))

	account.ClientID = ""
	access, err = accessTwitch(cfg, account, configuredToken(account), zerolog.Nop())
	require.NoError(t, err)
	require.Nil(t, access.chat.Delete, "no application, no API")
}

func TestAnAccountWithoutTheScopeSaysSoInsteadOfBeingRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"Unauthorized","status":401,"message":"Missing scope: user:write:chat"}`))
	}))
	t.Cleanup(server.Close)
	cfg := serving(t, onTwitch("harborlights", "", true))
	cfg.Platforms[0].Twitch.Helix, cfg.Platforms[0].SendThrough = server.URL, config.ThroughAPI
	account := config.TwitchAccount{Nick: "bot", Token: config.NewSecret("token"), ClientID: "id"}
	access, err := accessTwitch(cfg, account, configuredToken(account), zerolog.Nop())
	require.NoError(t, err)
	require.True(t, access.chat.Speaks())
	err = access.chat.Speak(t.Context(), twitch.Utterance{RoomID: "1", AccountID: "2", Text: "hi"})
	require.ErrorIs(t, err, twitch.ErrMayNotSpeak)
	require.ErrorContains(t, err, "user:write:chat")
}

package roles

import (
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
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
	access, err := accessTwitch(cfg, bare, nil, zerolog.Nop())
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

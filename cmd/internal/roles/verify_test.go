package roles

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

func TestATokenThatThePlatformTookBackIsNoticedWithoutAnyUseOfIt(t *testing.T) {
	t.Parallel()
	twitch, cfg, account := simulated(t)
	account.Nick, account.Token, account.RefreshToken = "", config.Secret{}, config.Secret{}
	p := hostOf(t, cfg, account)
	vault, err := p.vault()
	require.NoError(t, err)
	seed := sim.DefaultSeed().Accounts[0]
	kept := tokens.Account{Platform: string(chat.Twitch)}
	keep := func(g tokens.Grant) {
		require.NoError(t, vault.Keep(t.Context(), kept, tokens.Owner{Login: seed.Login, AccountID: seed.ID}, g, tokens.Seed{}))
	}
	state := func() tokens.State {
		all, err := vault.Statuses(t.Context())
		require.NoError(t, err)
		return all[0].State
	}
	require.NoError(t, p.verifyLogins(t.Context()), "nobody has logged in")

	keep(tokens.Grant{Access: seed.Token, Refresh: seed.Refresh})
	require.NoError(t, p.verifyLogins(t.Context()))
	now, err := vault.Tokens(t.Context(), kept)
	require.NoError(t, err)
	require.Equal(t, seed.Token, now.Access, "a good one stays")

	require.NoError(t, twitch.ExpireTokens(seed.Login))
	require.NoError(t, p.verifyLogins(t.Context()))
	require.Equal(t, tokens.StateReady, state())
	now, err = vault.Tokens(t.Context(), kept)
	require.NoError(t, err)
	require.NotEqual(t, seed.Token, now.Access, "it is replaced")

	keep(tokens.Grant{Access: "taken back", Refresh: "taken back, too"})
	require.NoError(t, p.verifyLogins(t.Context()))
	require.Equal(t, tokens.StateNeedsLogin, state())
	require.NoError(t, p.lookAtLogins(t.Context()))
	events, err := p.Store.LatestRuntimeEvents(t.Context(), 1)
	require.NoError(t, err)
	require.Contains(t, events[0].Message, "run streamsuites auth login twitch")
}

func TestAPlatformThatDoesNotAnswerTakesNoTokenBack(t *testing.T) {
	t.Parallel()
	_, cfg, account := simulated(t)
	cfg.Platforms[0].Twitch.OAuth = "http://127.0.0.1:1" // where nothing ever listens
	p := hostOf(t, cfg, account)
	vault, err := p.vault()
	require.NoError(t, err)
	seed := sim.DefaultSeed().Accounts[0]
	require.NoError(t, vault.Keep(t.Context(), tokens.Account{Platform: string(chat.Twitch)}, tokens.Owner{Login: seed.Login, AccountID: seed.ID},
		tokens.Grant{Access: seed.Token, Refresh: seed.Refresh}, tokens.Seed{}))
	require.Error(t, p.verifyLogins(t.Context()))
	all, err := vault.Statuses(t.Context())
	require.NoError(t, err)
	require.Equal(t, tokens.StateReady, all[0].State)
}

func TestPlatformsAreAskedAboutLoginsEveryHourAndAtTheBeginning(t *testing.T) {
	t.Parallel()
	var asked []int
	for look := range 130 {
		if asks(look) {
			asked = append(asked, look)
		}
	}
	require.Equal(t, []int{0, 1, 2, 3, 60, 120}, asked)
}

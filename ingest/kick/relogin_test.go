package kick

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

// nobody is an API that cannot send.
type nobody struct{ API }

// Send implements API.
func (nobody) Send(context.Context, platform.Message) (string, error) {
	return "", platform.ErrNeedsLogin
}

func TestALoginDuringTheRunCanWriteAndALogoutEndsThat(t *testing.T) {
	var account API
	play(t, func(w *world) {
		account = w.cfg.API
		w.cfg.API = nobody{account}
	}, func(t *testing.T, w *world) {
		w.join()
		bot := sim.DefaultSeed().Accounts[0]
		var refused *SendError
		require.ErrorAs(t, w.client.Send(t.Context(), harbor, "pong", ""), &refused)
		require.Equal(t, RefusedNeedsLogin, refused.Refusal)
		w.until(StateNeedsLogin)

		w.client.Relogin(account, bot.Username, decimal(bot.ID))
		w.until(StateLive)
		require.NoError(t, w.client.Send(t.Context(), harbor, "pong", ""))
		pass(0)
		require.True(t, w.last(t).Self)
		require.Equal(t, "pong", w.last(t).Text)

		w.client.Relogin(nobody{account}, "", "")
		require.ErrorAs(t, w.client.Send(t.Context(), harbor, "pong", ""), &refused)
		require.Equal(t, RefusedNeedsLogin, refused.Refusal)
		id := w.say("still read")
		require.Equal(t, id, w.last(t).MessageID)
		require.Empty(t, w.gaps)
	})
}

func TestARefusalOfTheFormerLoginSaysNothingOfTheNewOne(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		former := w.client.access()
		w.client.Relogin(w.cfg.API, "", "")
		require.True(t, w.client.refusedLogin(former, platform.ErrNeedsLogin, true))
		require.Equal(t, StateLive, w.client.States()[harbor].State)
		require.True(t, w.client.refusedLogin(w.client.access(), platform.ErrNeedsLogin, true))
		require.Equal(t, StateNeedsLogin, w.client.States()[harbor].State)
	})
}

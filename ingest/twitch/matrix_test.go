package twitch

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// row is a line of the matrix of errors and actions for chat (protocol
// reference, "Error → action matrix"): the simulator's faults that bring the
// signal about, and what has to come of it. The rows of Helix are in
// internal/platform/twitch.
type row struct {
	target string
	kinds  []string
	act    func(w *world, kind string)
}

func TestEveryRowOfTheMatrixIsActedOn(t *testing.T) {
	t.Parallel()
	logins := []string{"auth_failed", "improper", "invalid_nick", "unsuccessful"}
	ends := []string{"reconnect", "close", "truncate", "hang"} // RECONNECT, TCP drops, a PONG that is missing
	for name, r := range map[string]row{
		"a refused login is refreshed once":             {sim.TargetLogin, logins, refreshes},
		"a login that is refused again needs a person":  {sim.TargetLogin, logins, needsLogin},
		"a connection that ends is replaced":            {sim.TargetIRC, ends, replaced},
		"reconnects are ever rarer and drawn at random": {sim.TargetLogin, []string{"close"}, backsOff},
		"messages wait for a connection for some time":  {sim.TargetLogin, []string{"close"}, sendsWait},
		"msg_ratelimit stops the account's sending":     {sim.TargetSend, []string{"ratelimit"}, throttles},
		"what is fatal for a channel ends sending only": {sim.TargetSend, []string{"banned", "suspended", "channel_suspended"}, disables},
	} {
		for _, kind := range r.kinds {
			t.Run(name+"/"+kind, func(t *testing.T) {
				inWorld(t, func(w *world) { w.useTokens() }, func(_ *testing.T, w *world) {
					w.until(StateLive)
					r.act(w, kind)
				})
			})
		}
	}
}

// useTokens lets the account refresh at the simulated platform.
func (w *world) useTokens() {
	account := sim.DefaultSeed().Accounts[0]
	tokens := platform.NewUserTokens(w.api, platform.Token{Access: account.Token, Refresh: account.Refresh}, nil)
	w.cfg.Token = tokens.Token
	w.cfg.Refresh = func(ctx context.Context, refused string) (string, error) {
		w.refreshed = append(w.refreshed, refused)
		return tokens.Refresh(ctx, refused)
	}
	dial := w.cfg.Dial
	w.cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		w.mu.Lock()
		w.dials = append(w.dials, time.Now())
		w.mu.Unlock()
		return dial(ctx, network, address)
	}
}

// again sets the fault for the next logins and ends the connection.
func (w *world) again(kind string, times int) {
	w.t.Helper()
	require.NoError(w.t, w.faults.Set(sim.TargetLogin, kind, times))
	w.server.Disconnect()
}

// dialled is how often the client has connected so far.
func (w *world) dialled() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]time.Time(nil), w.dials...)
}

// requireReading holds that chat is read.
func (w *world) requireReading() {
	w.t.Helper()
	w.until(StateLive)
	id := w.say("afterwards")
	require.Contains(w.t, w.ids(), id)
}

func refreshes(w *world, kind string) {
	w.again(kind, 1)
	pass(2 * time.Minute)
	require.Len(w.t, w.refreshed, 1)
	require.NotContains(w.t, w.path(simChannel), StateNeedsLogin)
	w.requireReading()
}

func needsLogin(w *world, kind string) {
	w.again(kind, 2)
	w.until(StateNeedsLogin)
	require.Len(w.t, w.refreshed, 1, "once")
	asked := len(w.dialled())
	pass(24 * time.Hour)
	require.Len(w.t, w.dialled(), asked, "it never loops")
	require.Equal(w.t, StateNeedsLogin, w.status(simChannel).State)
	requireRefusal(w.t, w.client.Send(w.t.Context(), simChannel, "hi", ""), RefusedNotConnected)
	w.client.Resume()
	w.requireReading()
}

func replaced(w *world, kind string) {
	require.NoError(w.t, w.faults.Set(sim.TargetIRC, kind, 1))
	w.say("struck")
	pass(2 * time.Minute)
	w.requireReading()
	require.Contains(w.t, w.path(simChannel), StateDegraded)
	require.Len(w.t, w.gaps, 1)
	require.Equal(w.t, simChannel, w.gaps[0].channel)
	require.True(w.t, w.gaps[0].to.After(w.gaps[0].from))
	require.NotEmpty(w.t, w.gaps[0].reason)
	require.Len(w.t, w.dialled(), 2)
	require.Empty(w.t, w.refreshed)
}

// backsOff has the jitter at its upper end: 1, 2, 4 and so on up to 60 seconds.
func backsOff(w *world, kind string) {
	pass(2 * time.Minute) // a healthy connection starts afresh
	before := len(w.dialled())
	w.again(kind, 10)
	pass(15 * time.Minute)
	w.requireReading()
	dials := w.dialled()[before:]
	require.Len(w.t, dials, 11)
	want := time.Second
	for i := 1; i < len(dials); i++ {
		want = min(2*want, time.Minute)
		require.InDelta(w.t, want.Seconds(), dials[i].Sub(dials[i-1]).Seconds(), 1.5, "wait %d", i)
	}
	require.Len(w.t, w.gaps, 1, "one gap over all of them")
}

func sendsWait(w *world, kind string) {
	w.again(kind, 1)
	w.until(StateDegraded)
	begun := time.Now()
	require.NoError(w.t, w.client.Send(w.t.Context(), simChannel, "queued", ""), "sent when the channel is back")
	require.Less(w.t, time.Since(begun), 15*time.Second)

	w.again(kind, 8)
	w.until(StateDegraded)
	begun = time.Now()
	refused := requireRefusal(w.t, w.client.Send(w.t.Context(), simChannel, "too late", ""), RefusedNotConnected)
	require.False(w.t, refused.MaybeSent)
	require.InDelta(w.t, 15, time.Since(begun).Seconds(), 1)
	pass(10 * time.Minute)
	w.requireReading()
	for _, m := range w.server.Messages(simChannel, "", 100) {
		require.NotEqual(w.t, "too late", m.Text)
	}
}

func throttles(w *world, kind string) {
	require.NoError(w.t, w.faults.Set(sim.TargetSend, kind, 1))
	refused := requireRefusal(w.t, w.client.Send(w.t.Context(), simChannel, "one", ""), RefusedThrottled)
	require.Equal(w.t, 30*time.Second, refused.RetryAfter)
	begun := time.Now()
	require.NoError(w.t, w.client.Send(w.t.Context(), simChannel, "two", ""))
	require.GreaterOrEqual(w.t, time.Since(begun), 30*time.Second)
	require.Empty(w.t, w.gaps)
	w.requireReading()
}

func disables(w *world, kind string) {
	require.NoError(w.t, w.faults.Set(sim.TargetSend, kind, 1))
	refused := requireRefusal(w.t, w.client.Send(w.t.Context(), simChannel, "one", ""), RefusedDisabled)
	require.Equal(w.t, "msg_"+kind, refused.Notice)
	requireRefusal(w.t, w.client.Send(w.t.Context(), simChannel, "two", ""), RefusedDisabled)
	require.Equal(w.t, "msg_"+kind, w.status(simChannel).SendOff)
	require.Empty(w.t, w.server.Messages(simChannel, "", 10))
	require.Equal(w.t, StateDegraded, w.status(simChannel).State)
	id := w.say("chat goes on")
	require.Contains(w.t, w.ids(), id)
	require.Len(w.t, w.dialled(), 1, "the connection stays")
}

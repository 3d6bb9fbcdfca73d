package youtube

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALoginDuringTheRunCanWriteAndReadingGoesOnWhereItWas(t *testing.T) {
	play(t, func(s *stage, cfg *Config) { cfg.API = s.api(false) }, func(s *stage) {
		s.join()
		s.say("before")
		s.pass(10 * time.Second)
		var refused *SendError
		require.ErrorAs(s, s.client.Send(s.Context(), harbor, "hi", ""), &refused)
		require.Equal(s, RefusedReadOnly, refused.Refusal)

		since := clock()
		s.client.Relogin(s.api(true))
		s.say("during")
		s.pass(time.Minute)
		require.Equal(s, StateLive, s.status().State)
		require.NoError(s, s.client.Send(s.Context(), harbor, "hi", ""))
		s.pass(10 * time.Second)
		require.Equal(s, []string{"before", "during", "hi"}, s.rec.texts())
		require.Empty(s, s.rec.missed())
		all := s.requests("", since)
		require.Contains(s, all[len(all)-1].auth, "Bearer ")
		require.Equal(s, "UClanternbotSimulatedBt4", s.client.ownID())

		// And out again.
		since = clock()
		s.client.Relogin(s.api(false))
		s.say("after")
		s.pass(time.Minute)
		require.Equal(s, []string{"before", "during", "hi", "after"}, s.rec.texts())
		require.ErrorAs(s, s.client.Send(s.Context(), harbor, "hi", ""), &refused)
		require.Equal(s, RefusedReadOnly, refused.Refusal)
		require.Empty(s, s.client.ownID())
		for _, r := range s.requests("", since) {
			require.Empty(s, r.auth, "nothing is asked as the account: %s", r.path)
		}
	})
}

// loggedOut is the error of a vault that has nothing.
type loggedOut struct{}

// Error implements error.
func (loggedOut) Error() string { return "nobody has logged in" }

// NeedsLogin tells that only a person can help.
func (loggedOut) NeedsLogin() bool { return true }

func TestWithoutALoginAndAKeyTheAccountWaitsForSomebody(t *testing.T) {
	play(t, func(s *stage, cfg *Config) { s.tokens.set(loggedOut{}) }, func(s *stage) {
		require.NoError(s, s.client.Join(harbor, "harborlights"))
		s.pass(time.Hour)
		require.Equal(s, StateNeedsLogin, s.status().State)
		require.Contains(s, s.status().Detail, "nobody has logged in")
		require.Empty(s, s.requests("", time.Time{}), "nothing is asked")
		s.tokens.set(nil)
		s.client.Relogin(s.api(true))
		s.pass(time.Minute)
		require.Equal(s, StateLive, s.status().State)
		s.say("heard")
		s.pass(10 * time.Second)
		require.Equal(s, []string{"heard"}, s.rec.texts())
	})
}

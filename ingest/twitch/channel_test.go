package twitch

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/pacing"
)

func TestAJoinIsConfirmedByAnyOfTheServersAnswers(t *testing.T) {
	for name, line := range map[string]string{
		"own JOIN":        ":bot!bot@bot.tmi.twitch.tv JOIN #nova",
		"end of names":    ":bot.tmi.twitch.tv 366 bot #nova :End of /NAMES list",
		"room state":      "@room-id=1 :tmi.twitch.tv ROOMSTATE #nova",
		"chat is flowing": "@id=m1;user-id=7 :ann!ann@ann PRIVMSG #nova :hi",
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				p := s.welcomed()
				p.expect("JOIN #nova")
				p.write(":eve!eve@eve.tmi.twitch.tv JOIN #nova")
				require.Equal(t, StateConnecting, s.status("nova").State)
				p.write(line)
				require.Equal(t, StateLive, s.status("nova").State)
			})
		})
	}
}

func TestAJoinThatIsNotConfirmedIsTriedAgainEverMoreRarely(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.welcomed()
		var at []time.Time
		for range 9 {
			require.Equal(t, "JOIN #nova", p.talk())
			at = append(at, time.Now())
		}
		require.Equal(t, StateDegraded, s.states[1].state)
		require.Equal(t, "join was not confirmed", s.states[1].detail)
		require.InDelta(t, 12, at[1].Sub(at[0]).Seconds(), 0.1, "10 s for the confirmation and up to 2 s")
		require.InDelta(t, 14, at[2].Sub(at[1]).Seconds(), 0.1)
		require.InDelta(t, 70, at[8].Sub(at[7]).Seconds(), 0.2, "never more than a minute")
		p.admit("nova", "mod=0")
		require.Equal(t, StateLive, s.status("nova").State)
	})
}

func TestAChannelThatIsGoneIsParkedUntilItIsJoinedAnew(t *testing.T) {
	for _, id := range []string{"msg_channel_suspended", "msg_room_not_found", "tos_ban"} {
		t.Run(id, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				p := s.welcomed()
				p.expect("JOIN #nova")
				p.notice("nova", id, "This channel does not exist or has been suspended.")
				require.Equal(t, StatePaused, s.status("nova").State)
				require.Equal(t, id, s.status("nova").Detail)
				p.quiet(20 * time.Second)
				requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedDisabled)
				require.NoError(t, s.client.Join("nova", "creator-nova"))
				p.expect("JOIN #nova")
				p.admit("nova", "mod=0")
				require.Equal(t, StateLive, s.status("nova").State)
			})
		})
	}
}

func TestAChannelThatBannedTheAccountIsParkedWhenItDoesNotLetItIn(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.welcomed()
		p.expect("JOIN #nova")
		p.notice("nova", "msg_banned", "You are permanently banned from talking in nova.")
		require.Equal(t, StateConnecting, s.status("nova").State)
		p.quiet(20 * time.Second)
		require.Equal(t, StatePaused, s.status("nova").State)
		require.Equal(t, "msg_banned", s.status("nova").Detail)
	})
}

func TestAParkedChannelStaysParkedOverReconnects(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova", "vega")
		p := s.welcomed()
		p.expect("JOIN #nova", "JOIN #vega")
		p.notice("nova", "msg_channel_suspended", "gone")
		p.close()
		p = s.welcomed()
		p.expect("JOIN #vega")
		p.quiet(9 * time.Second)
		require.Equal(t, StatePaused, s.status("nova").State)
	})
}

func TestAServerThatTakesUsOutOfAChannelIsAskedAgain(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		p.write(":eve!eve@eve.tmi.twitch.tv PART #nova", ":bot!bot@bot.tmi.twitch.tv PART #nova")
		p.expect("JOIN #nova")
		pass(3 * time.Second)
		p.admit("nova", "mod=0")
		require.Equal(t, []State{StateConnecting, StateLive, StateDegraded, StateLive}, s.path("nova"))
		require.Len(t, s.gaps, 1)
		require.Equal(t, 3*time.Second, s.gaps[0].to.Sub(s.gaps[0].from))
	})
}

func TestAPartedChannelIsLeftAndItsLateChatIgnored(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova", "vega")
		p := s.joined("nova", "vega")
		go s.client.Part("#Nova")
		p.expect("PART #nova")
		p.say("nova", "late", "hi")
		p.say("vega", "m1", "hi")
		require.Equal(t, []string{"m1"}, s.ids())
		require.Equal(t, []State{StateConnecting, StateLive, StateInactive}, s.path("nova"))
		require.NotContains(t, s.client.States(), "nova")
		requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedNotJoined)
	})
}

func TestAConnectionWithoutChannelsIsClosed(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		s.client.Part("nova")
		require.Empty(t, p.next())
		require.NoError(t, s.client.Join("vega", "creator"))
		s.joined("vega")
	})
}

func TestAChannelIsJoinedWhileTheClientRuns(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		require.NoError(t, s.client.Join("  #VEGA ", "creator"))
		p.expect("JOIN #vega")
	})
}

func TestAConnectionTakesAHundredChannels(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Limits.Join = Rate{1000, time.Second}
		names := make([]string, 201)
		for i := range names {
			names[i] = fmt.Sprintf("c%03d", i)
		}
		s.run(names...)
		count := map[int]int{}
		for range 3 {
			p := s.accept()
			p.welcome()
			synctest.Wait()
			joins := 0
			for len(p.lines) > 0 {
				p.admit(p.next()[len("JOIN #"):], "mod=0")
				joins++
				synctest.Wait()
			}
			count[joins]++
		}
		require.Equal(t, map[int]int{100: 2, 1: 1}, count)
	})
}

func TestJoinsKeepToTheirBudget(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		names := make([]string, 50)
		for i := range names {
			names[i] = fmt.Sprintf("c%02d", i)
		}
		s.run(names...)
		p := s.welcomed()
		begun := time.Now()
		var at []time.Duration
		for range names {
			name := p.next()[len("JOIN #"):]
			at = append(at, time.Since(begun))
			p.admit(name, "mod=0")
		}
		for i := 20; i < len(at); i++ {
			require.GreaterOrEqual(t, at[i]-at[i-20], 11*time.Second)
		}
		require.Less(t, at[49], 23*time.Second)
	})
}

func TestABudgetThatCannotBeAskedDelaysAndIsShown(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		failing := &brokenBudget{Budget: pacing.NewWindow(time.Now)}
		failing.down.Store(true)
		s.cfg.Budget = failing
		s.run("nova")
		pass(5 * time.Second)
		require.Contains(t, s.status("nova").Detail, "budget")
		require.Empty(t, s.dials)
		failing.down.Store(false)
		p := s.welcomed()
		p.expect("JOIN #nova")
		failing.down.Store(true)
		p.admit("nova", "mod=0")
		synctest.Wait()
		requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedBudget)
	})
}

func TestANameThatCannotBeAChannelIsRefused(t *testing.T) {
	t.Parallel()
	c := New(Config{}, &recorder{})
	for _, name := range []string{"", "#", "a b", "a,b", "a\r\nQUIT", "a\x00", "ä", "*", ":x", "a;b"} {
		require.ErrorIs(t, c.Join(name, "creator"), ErrChannelName, "%q", name)
	}
	require.Empty(t, c.States())
}

type brokenBudget struct {
	Budget
	down atomic.Bool
}

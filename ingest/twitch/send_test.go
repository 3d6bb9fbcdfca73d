package twitch

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// sending starts a Send and returns where its result will be.
func (s *stage) sending(channel, text, replyTo string) <-chan error {
	result := make(chan error, 1)
	go func() { result <- s.client.Send(context.Background(), channel, text, replyTo) }()
	return result
}

func TestAMessageCountsAsSentWhenTheServerTookIt(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		result := s.sending("#Nova", "hello there", "")
		p.expect("PRIVMSG #nova :hello there")
		synctest.Wait()
		require.Empty(t, result)
		p.took("nova")
		require.NoError(t, <-result)
		require.EqualValues(t, 1, s.client.Stats().Sent)
	})
}

func TestAReplyNamesTheMessageThatItAnswers(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		result := s.sending("nova", "pong", "0f1e-uuid")
		p.expect("@reply-parent-msg-id=0f1e-uuid PRIVMSG #nova :pong")
		p.took("nova")
		require.NoError(t, <-result)
		pass(31 * time.Second)
		s.sending("nova", "pong", "x; y\r\nJOIN #evil")
		require.Equal(t, `@reply-parent-msg-id=x\:\sy\r\nJOIN\s#evil PRIVMSG #nova :pong`, p.talk())
	})
}

func TestTextCannotLeaveItsLine(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		result := s.sending("nova", "/ban ann\r\nQUIT :\x00bye", "")
		p.expect("PRIVMSG #nova :\u200b/ban ann  QUIT : bye")
		p.took("nova")
		require.NoError(t, <-result)
		requireRefusal(t, s.client.Send(t.Context(), "nova", "\r\n \x00", ""), RefusedEmpty)
		requireRefusal(t, s.client.Send(t.Context(), "nova\r\nQUIT", "hi", ""), RefusedNotJoined)
		requireRefusal(t, s.client.Send(t.Context(), "other", "hi", ""), RefusedNotJoined)
	})
}

func TestEveryRefusalOfTheServerHasItsConsequence(t *testing.T) {
	type want struct {
		refusal Refusal
		retry   time.Duration
		state   State
	}
	refuse := want{RefusedPlatform, 0, StateLive}
	disabled := want{RefusedDisabled, 0, StateDegraded}
	for id, w := range map[string]want{
		"msg_slowmode": refuse, "msg_subsonly": refuse, "msg_emoteonly": refuse, "msg_r9k": refuse,
		"msg_followersonly": refuse, "msg_followersonly_zero": refuse, "msg_followersonly_followed": refuse,
		"msg_rejected": refuse, "msg_rejected_mandatory": refuse, "msg_bad_characters": refuse,
		"no_permission": refuse, "unrecognized_cmd": refuse,
		"msg_duplicate": {RefusedDuplicate, 30 * time.Second, StateLive},
		"msg_ratelimit": {RefusedThrottled, 30 * time.Second, StateLive},
		"msg_timedout":  {RefusedPlatform, 42 * time.Second, StateLive},
		"msg_banned":    disabled, "msg_channel_blocked": disabled, "msg_suspended": disabled,
		"msg_channel_suspended": disabled, "msg_verified_email": disabled, "msg_requires_verified_phone_number": disabled,
	} {
		t.Run(id, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				p := s.joined("nova")
				result := s.sending("nova", "one", "")
				p.next()
				p.notice("nova", id, "You are timed out for 42 more seconds.")
				refused := requireRefusal(t, <-result, w.refusal)
				require.Equal(t, id, refused.Notice)
				require.Equal(t, w.retry, refused.RetryAfter)
				require.False(t, refused.MaybeSent)
				require.Equal(t, w.state, s.status("nova").State)
				p.say("nova", "m1", "reading goes on")
				require.Equal(t, []string{"m1"}, s.ids())
				if w == disabled {
					requireRefusal(t, s.client.Send(t.Context(), "nova", "two", ""), RefusedDisabled)
					require.Equal(t, id, s.status("nova").SendOff)
					return
				}
				begun := time.Now()
				result = s.sending("nova", "two", "")
				require.Equal(t, "PRIVMSG #nova :two", p.talk())
				require.GreaterOrEqual(t, time.Since(begun), w.retry*boolean(w.refusal != RefusedDuplicate))
				p.took("nova")
				require.NoError(t, <-result)
			})
		})
	}
}

func boolean(b bool) time.Duration {
	if b {
		return 1
	}
	return 0
}

func TestTooFastPausesTheWholeAccount(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova", "vega")
		p := s.joined("nova", "vega")
		s.sending("nova", "one", "")
		p.next()
		p.notice("nova", "msg_ratelimit", "Your message was not sent because you are sending messages too quickly.")
		synctest.Wait()
		begun := time.Now()
		s.sending("vega", "two", "")
		require.Equal(t, "PRIVMSG #vega :two", p.talk())
		require.Equal(t, 30*time.Second, time.Since(begun))

		p.notice("vega", "msg_ratelimit", "again")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		refused := requireRefusal(t, s.client.Send(ctx, "nova", "three", ""), RefusedThrottled)
		require.Equal(t, 30*time.Second, refused.RetryAfter, "known at once, without waiting")
		require.NoError(t, ctx.Err())
	})
}

func TestADisabledChannelCanBeWrittenToAgainAsModeratorOrWhenJoinedAnew(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		for _, mend := range []func(){
			func() { p.write("@mod=1 :tmi.twitch.tv USERSTATE #nova") },
			func() { require.NoError(t, s.client.Join("nova", "creator")) },
		} {
			p.notice("nova", "msg_banned", "banned")
			require.Equal(t, StateDegraded, s.status("nova").State)
			mend()
			require.Equal(t, StateLive, s.status("nova").State)
		}
		s.sending("nova", "hi", "")
		p.expect("PRIVMSG #nova :hi")
	})
}

func TestAMessageWithoutAnAnswerMayHaveBeenSent(t *testing.T) {
	for name, act := range map[string]func(*peer){
		"the server says nothing":       func(*peer) {},
		"the connection breaks instead": func(p *peer) { p.close() },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				p := s.joined("nova")
				result := s.sending("nova", "hi", "")
				p.next()
				act(p)
				require.True(t, requireRefusal(t, <-result, Unconfirmed).MaybeSent)
			})
		})
	}
}

func TestTheCallersDeadlineDoesNotHideWhatBecameOfAMessage(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		ctx, cancel := context.WithCancel(context.Background())
		result := make(chan error, 1)
		go func() { result <- s.client.Send(ctx, "nova", "hi", "") }()
		p.next()
		cancel()
		p.took("nova")
		require.NoError(t, <-result)
	})
}

func TestAMessageWaitsForItsChannelAndNoLonger(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.welcomed()
		p.expect("JOIN #nova")
		first := s.sending("nova", "one", "")
		begun := time.Now()
		p.quiet(5 * time.Second)
		p.admit("nova", "mod=0")
		p.expect("PRIVMSG #nova :one")
		require.Equal(t, 5*time.Second, time.Since(begun))
		p.took("nova")
		require.NoError(t, <-first)

		for range 20 {
			s.refuse <- fmt.Errorf("connection refused")
		}
		p.close()
		synctest.Wait()
		begun = time.Now()
		refused := requireRefusal(t, <-s.sending("nova", "two", ""), RefusedNotConnected)
		require.False(t, refused.MaybeSent)
		require.Equal(t, 15*time.Second, time.Since(begun))
	})
}

func TestAMessageWaitsForTheAccountsStandingAfterAJoin(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.welcomed()
		p.expect("JOIN #nova")
		p.write(":bot.tmi.twitch.tv 366 bot #nova :End of /NAMES list")
		begun := time.Now()
		s.sending("nova", "hi", "")
		p.expect("PRIVMSG #nova :hi")
		require.Equal(t, 2*time.Second, time.Since(begun), "a server that does not tell it is not waited for")
	})
}

func TestMessagesToAChannelKeepTheirDistanceUnlessTheAccountModerates(t *testing.T) {
	for standing, distance := range map[string]time.Duration{
		"mod=0": 1200 * time.Millisecond, "mod=1": 0, "badges=broadcaster/1": 0, "badges=moderator/1": 0, "badges=vip/1": 1200 * time.Millisecond,
	} {
		t.Run(standing, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				p := s.welcomed()
				p.next()
				p.admit("nova", standing)
				var at []time.Time
				for i := range 3 {
					result := s.sending("nova", fmt.Sprint("text ", i), "")
					p.next()
					at = append(at, time.Now())
					p.write("@" + standing + " :tmi.twitch.tv USERSTATE #nova")
					require.NoError(t, <-result)
				}
				require.Equal(t, distance, at[1].Sub(at[0]))
				require.Equal(t, distance, at[2].Sub(at[1]))
				require.Equal(t, distance == 0, s.status("nova").Moderator)
			})
		})
	}
}

func TestTheAccountsLimitCountsAllChannelsAndTheStricterOneHolds(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("mine", "other")
		p := s.welcomed()
		p.expect("JOIN #mine", "JOIN #other")
		p.admit("mine", "mod=1")
		p.admit("other", "mod=0")
		send := func(channel string, n int) (at []time.Time) {
			for i := range n {
				result := s.sending(channel, fmt.Sprint("text ", i), "")
				p.talk()
				at = append(at, time.Now())
				p.write(map[string]string{"mine": "@mod=1", "other": "@mod=0"}[channel] + " :tmi.twitch.tv USERSTATE #" + channel)
				require.NoError(t, <-result)
			}
			return at
		}
		begun := time.Now()
		require.Zero(t, send("mine", 100)[99].Sub(begun), "a hundred as moderator")
		require.GreaterOrEqual(t, send("mine", 1)[0].Sub(begun), 32*time.Second)

		pass(35 * time.Second)
		begun = time.Now()
		send("other", 1)
		send("mine", 19)
		require.Less(t, time.Since(begun), time.Second)
		require.GreaterOrEqual(t, send("mine", 1)[0].Sub(begun), 32*time.Second, "twenty, because one went elsewhere")
	})
}

func TestAnEqualTextIsMadeDifferentAndAtLastRefused(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		seen := map[string]bool{}
		for range 4 {
			result := s.sending("nova", "pong", "")
			line := p.next()
			require.True(t, strings.HasPrefix(line, "PRIVMSG #nova :pong"))
			require.False(t, seen[line], "a text that is equal to one before")
			seen[line] = true
			p.took("nova")
			require.NoError(t, <-result)
		}
		refused := requireRefusal(t, s.client.Send(t.Context(), "nova", "pong", ""), RefusedDuplicate)
		require.Positive(t, refused.RetryAfter)
		pass(refused.RetryAfter)
		result := s.sending("nova", "pong", "")
		require.Equal(t, "PRIVMSG #nova :pong", p.talk())
		p.took("nova")
		require.NoError(t, <-result)
	})
}

func TestAModeratorMayRepeatItself(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.welcomed()
		p.next()
		p.admit("nova", "mod=1")
		for range 6 {
			result := s.sending("nova", "pong", "")
			p.expect("PRIVMSG #nova :pong")
			p.write("@mod=1 :tmi.twitch.tv USERSTATE #nova")
			require.NoError(t, <-result)
		}
	})
}

func TestMessagesToOneChannelGoOneAfterTheOther(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova", "vega")
		p := s.joined("nova", "vega")
		first := s.sending("nova", "one", "")
		p.expect("PRIVMSG #nova :one")
		second := s.sending("nova", "two", "")
		p.quiet(2 * time.Second)
		s.sending("vega", "elsewhere", "")
		p.expect("PRIVMSG #vega :elsewhere")
		p.took("nova")
		require.NoError(t, <-first)
		p.expect("PRIVMSG #nova :two")
		p.took("nova")
		require.NoError(t, <-second)
	})
}

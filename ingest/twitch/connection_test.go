package twitch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestASilentConnectionIsAskedAndLeftWhenItDoesNotAnswer(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		silent := time.Now()
		p.expect("PING :streamsuites")
		require.Equal(t, 30*time.Second, time.Since(silent))
		p.write(":tmi.twitch.tv PONG tmi.twitch.tv :streamsuites")
		p.expect("PING :streamsuites")
		require.Equal(t, 60*time.Second, time.Since(silent))
		require.Empty(t, p.next())
		require.Equal(t, 70*time.Second, time.Since(silent))
		synctest.Wait()
		require.Equal(t, "no answer to PING", s.status("nova").Detail)
		s.joined("nova")
		require.Equal(t, silent.Add(30*time.Second), s.gaps[0].from.Local(), "the PONG was the last that was heard")
	})
}

func TestAConnectionWithChatIsNotAsked(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		for i := range 20 {
			p.say("nova", fmt.Sprint(i), "hi")
			p.quiet(29 * time.Second)
		}
	})
}

func TestAPingIsAnsweredAtOnceBetweenTwoMessages(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		p.say("nova", "m1", "hi")
		p.write("PING :tmi.twitch.tv")
		begun := time.Now()
		p.expect("PONG :tmi.twitch.tv")
		require.Zero(t, time.Since(begun))
	})
}

func TestASlowHandlerDoesNotMakeAHealthyConnectionLookDead(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.onSee = func(chat.Event) { pass(5 * time.Minute) }
		s.run("nova")
		p := s.joined("nova")
		go func() {
			p.say("nova", "m1", "hi")
			p.write("PING :one")
		}()
		p.expect("PONG :one")
		require.Len(t, s.dials, 1)
	})
}

func TestALostConnectionIsReplacedAndTheMissedWindowReported(t *testing.T) {
	for name, lose := range map[string]func(*peer){
		"server asked to reconnect":     func(p *peer) { p.write(":tmi.twitch.tv RECONNECT") },
		"server closed the connection":  func(p *peer) { p.close() },
		"server stopped in mid-message": func(p *peer) { _, _ = p.conn.Write([]byte("@id=x :ann!")); p.close() },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				p := s.joined("nova")
				p.say("nova", "m1", "hi")
				synctest.Wait()
				heard := time.Now()
				lose(p)
				synctest.Wait()
				require.Equal(t, StateDegraded, s.status("nova").State)
				p = s.welcomed()
				require.InDelta(t, 0.999, time.Since(heard).Seconds(), 0.01, "the first wait")
				p.expect("JOIN #nova")
				pass(2 * time.Second)
				p.say("nova", "m2", "also proves that we are in")
				p.admit("nova", "mod=0")
				synctest.Wait()
				require.Equal(t, []string{"event m1", "gap nova", "event m2"}, s.order)
				require.Equal(t, heard, s.gaps[0].from.Local())
				require.InDelta(t, 3, s.gaps[0].to.Sub(s.gaps[0].from).Seconds(), 0.01)
				require.NotEmpty(t, s.gaps[0].reason)
				require.Equal(t, []State{StateConnecting, StateLive, StateDegraded, StateLive}, s.path("nova"))
				require.EqualValues(t, 1, s.client.Stats().Gaps)
			})
		})
	}
}

func TestAGapLastsOverFailedReconnects(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		heard := time.Now()
		for range 4 {
			s.refuse <- errors.New("connection refused")
		}
		p.close()
		p = s.welcomed()
		p.expect("JOIN #nova")
		p.close() // not joined yet
		s.joined("nova")
		require.Len(t, s.gaps, 1)
		require.Equal(t, heard, s.gaps[0].from.Local())
		require.Equal(t, time.Now(), s.gaps[0].to.Local())
	})
}

func TestAChannelThatWasNeverReadHasNoGap(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.refuse <- errors.New("connection refused")
		s.run("nova")
		s.joined("nova")
		require.Empty(t, s.gaps)
		require.Equal(t, []State{StateConnecting, StateDegraded, StateLive}, s.path("nova"))
	})
}

func TestReconnectsSlowDownAndStartAfreshAfterAHealthyMinute(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		for range 8 {
			s.refuse <- errors.New("connection refused")
		}
		s.run("nova")
		p := s.joined("nova")
		var waits []float64
		for i := 1; i < len(s.dials); i++ {
			waits = append(waits, s.dials[i].Sub(s.dials[i-1]).Seconds())
		}
		require.InDeltaSlice(t, []float64{1, 2, 4, 8, 16, 32, 60, 60}, waits, 0.1)

		pass(10 * time.Second)
		lost := time.Now()
		p.close()
		p = s.joined("nova")
		require.InDelta(t, 60, time.Since(lost).Seconds(), 0.1, "ten seconds are not healthy")

		for range 3 {
			p.expect("PING :streamsuites")
			p.write("PONG :x")
		}
		lost = time.Now()
		p.close()
		s.joined("nova")
		require.InDelta(t, 1, time.Since(lost).Seconds(), 0.1)
	})
}

func TestLoginsKeepToTheirBudget(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Rand = func() float64 { return 0 } // the backoff alone would not wait
		for range 40 {
			s.refuse <- errors.New("connection refused")
		}
		s.run("nova")
		s.accept()
		for i := 20; i < len(s.dials); i++ {
			require.GreaterOrEqual(t, s.dials[i].Sub(s.dials[i-20]), 10*time.Second)
		}
		require.Len(t, s.dials, 41)
	})
}

func TestHostileLinesAreCountedAndChatGoesOn(t *testing.T) {
	for name, c := range map[string]struct{ line, kind string }{
		"a state's badge without a version": {"@badges=broken :tmi.twitch.tv USERSTATE #nova", brokenPanic},
		"a message without parameters":      {":a!a@a PRIVMSG", brokenChat},
		"a message without text":            {"@user-id=7 :a!a@a PRIVMSG #nova", brokenChat},
		"a message without author":          {"@id=x PRIVMSG #nova :hi", brokenChat},
		"a ban without parameters":          {"CLEARCHAT", brokenChat},
		"a deletion without parameters":     {":tmi.twitch.tv CLEARMSG", brokenChat},
		"a raid without parameters":         {"@msg-id=raid :tmi.twitch.tv USERNOTICE", brokenChat},
		"a raid of nobody":                  {"@msg-id=raid :tmi.twitch.tv USERNOTICE #nova", brokenChat},
		"a notice without parameters":       {":tmi.twitch.tv NOTICE", brokenPanic},
		"tags and nothing else":             {"@a=b;c=d", brokenEmpty},
		"a source and nothing else":         {":tmi.twitch.tv", brokenEmpty},
		"a line of 17 KiB":                  {"@x=" + strings.Repeat("y", 17<<10) + " :a!a@a PRIVMSG #nova :hi", brokenTooLong},
		"a line of 200 KiB":                 {":a!a@a PRIVMSG #nova :" + strings.Repeat("z", 200<<10), brokenTooLong},
		"an author's id of a kilobyte":      {"@user-id=" + strings.Repeat("7", 1<<10) + " :a!a@a PRIVMSG #nova :hi", brokenChat},
		"only NUL where the text was":       {":a!a@a PRIVMSG #nova :\x00\x00", brokenChat},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				p := s.joined("nova")
				p.write(c.line)
				p.say("nova", "after", "still here")
				require.Equal(t, []string{"after"}, s.ids())
				require.Equal(t, map[string]int64{c.kind: 1}, s.client.Stats().Broken)
				require.Contains(t, s.log.String(), c.kind)
			})
		})
	}
}

func TestWhatBreaksOnlyATagLosesNoMessage(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		p.write("@badges=broken,moderator;id=m0;tmi-sent-ts=x :a!a@a.tmi.twitch.tv PRIVMSG #nova :bad tags",
			"@emotes=25:4-0;source-badges=broken;source-id=1;id=m1;user-id=7 :ann!ann@ann PRIVMSG #nova :hello",
			"@flags="+strings.Repeat("x", 8<<10)+";id=m2;user-id=7 :ann!ann@ann PRIVMSG #nova :tags of 8 KiB",
			"@emotes=25:4-0;id=m3;login=ann;msg-id=sub;user-id=7 :tmi.twitch.tv USERNOTICE #nova :hello")
		require.Equal(t, []string{"m0", "m1", "m2", "m3"}, s.ids())
		require.Equal(t, chat.Moderator, s.events[0].Author.Roles)
	})
}

func TestLinesMayArriveInPieces(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		for _, piece := range []string{"@id=m1;user-id=7 :ann!an", "n@ann PRIVMSG #nova :hel", "lo\r", "\n@id=m2;user-id=7 :ann!ann@ann PRIVMSG #nova :two\n\r\n"} {
			_, err := p.conn.Write([]byte(piece))
			require.NoError(t, err)
			pass(20 * time.Second)
		}
		require.Equal(t, []string{"m1", "m2"}, s.ids())
		require.Equal(t, "hello", s.events[0].Text)
	})
}

func TestALineInPiecesSurvivesThePingBetweenThem(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		_, err := p.conn.Write([]byte("@id=m1;user-id=7 :ann!ann@ann PRIVMSG #nova :hel"))
		require.NoError(t, err)
		p.expect("PING :streamsuites")
		_, err = p.conn.Write([]byte("lo\r\n"))
		require.NoError(t, err)
		require.Equal(t, []string{"m1"}, s.ids())
	})
}

func TestOtherThingsInChatAreTold(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		p.write("@ban-duration=600;room-id=1;target-user-id=80;tmi-sent-ts=1700000000000 :tmi.twitch.tv CLEARCHAT #nova :spammer",
			"@login=ronni;target-msg-id=1 :tmi.twitch.tv CLEARMSG #nova :text",
			"@login=raider;msg-id=unraid :tmi.twitch.tv USERNOTICE #nova",
			"@id=e1;login=raider;msg-id=raid;msg-param-viewerCount=42 :tmi.twitch.tv USERNOTICE #NOVA",
			"@msg-id=slow_on :tmi.twitch.tv NOTICE #nova :This room is now in slow mode.",
			":tmi.twitch.tv HOSTTARGET #nova :x 1")
		synctest.Wait()
		require.Equal(t, []OtherKind{OtherClearChat, OtherClearMsg, OtherUserNotice, OtherNotice}, s.other)
		require.EqualValues(t, 1, s.client.Stats().Other[OtherClearChat])
		require.Len(t, s.ids(), 3, "all are events but the raid that did not come about, and remarks")
		require.Equal(t, "e1", s.ids()[2])
		require.Equal(t, StateLive, s.status("nova").State)
	})
}

func TestTheLogHoldsNeitherTokensNorChat(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		p.say("nova", "m1", "private-matter")
		p.write("@badges=broken :a!a@a PRIVMSG #nova :private-matter")
		p.notice("nova", "msg_banned", "private-matter")
		go func() { _ = s.client.Send(t.Context(), "nova", "private-matter", "") }()
		p.write(":tmi.twitch.tv RECONNECT")
		s.accept().write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		require.Equal(t, StateNeedsLogin, s.status("nova").State)
		require.NotEmpty(t, s.log.String())
		require.NotContains(t, s.log.String(), "secret")
		require.NotContains(t, s.log.String(), "private-matter")
		for _, c := range s.states {
			require.NotContains(t, c.detail, "secret")
		}
	})
}

func TestAfterTheEndEverythingIsInactiveAndNothingRuns(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova", "vega")
		s.joined("nova", "vega")
		sending := make(chan error, 1)
		go func() { sending <- s.client.Send(t.Context(), "nova", "hi", "") }()
		synctest.Wait()
		s.stop()
		var refused *SendError
		require.ErrorAs(t, <-sending, &refused)
		require.True(t, refused.MaybeSent)
		require.Equal(t, StateInactive, s.status("nova").State)
		require.Equal(t, StateInactive, s.status("vega").State)
		require.NoError(t, s.client.Join("late", "creator"))
	})
}

func TestTheEndDoesNotWaitForAServerThatHangs(t *testing.T) {
	for name, until := range map[string]func(*stage){
		"while it is connected to":         func(s *stage) { s.accept() },
		"before its answer to the login":   func(s *stage) { p := s.accept(); p.next(); p.next(); p.next() },
		"while the account waits for help": func(s *stage) { s.accept().write(":tmi.twitch.tv NOTICE * :Login unsuccessful") },
		"while a wait is under way":        func(s *stage) { s.accept().close() },
		"while a join is not confirmed":    func(s *stage) { s.welcomed().next() },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.run("nova")
				until(s)
				synctest.Wait()
				begun := time.Now()
				s.stop()
				require.Less(t, time.Since(begun), 6*time.Second)
			})
		})
	}
}

package twitch

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnAccountAsksForCapabilitiesThenLogsInThenJoins(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.accept()
		p.expect("CAP REQ :twitch.tv/tags twitch.tv/commands", "PASS oauth:secret-one", "NICK bot")
		p.write(":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands", "PING :early", ":tmi.twitch.tv 001 bot :Welcome")
		p.expect("PONG :early", "JOIN #nova")
		p.admit("nova", "mod=0")
		require.Equal(t, []State{StateConnecting, StateLive}, s.path("nova"))
		require.Equal(t, "creator-nova", s.status("nova").CreatorID)
	})
}

func TestWithoutALoginTheChatIsReadAnonymouslyAndCannotBeWrittenTo(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Login, s.cfg.Token = "", nil
		s.run("nova")
		p := s.accept()
		p.expect("CAP REQ :twitch.tv/tags twitch.tv/commands", "PASS oauth:anonymous")
		nick := strings.TrimPrefix(p.next(), "NICK ")
		require.Regexp(t, `^justinfan\d+$`, nick)
		p.write(":tmi.twitch.tv CAP * ACK :x", ":tmi.twitch.tv 001 "+nick+" :Welcome")
		p.expect("JOIN #nova")
		p.write(":" + nick + "!" + nick + "@x JOIN #nova")
		p.say("nova", "m1", "hello")
		require.Equal(t, []string{"m1"}, s.ids())
		requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedReadOnly)
	})
}

func TestARefusedLoginIsRefreshedOnceAndThenParked(t *testing.T) {
	for _, notice := range []string{
		"Login authentication failed", "Improperly formatted auth", "Invalid NICK", "Login unsuccessful",
	} {
		t.Run(notice, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				var refused []string
				s.cfg.Refresh = func(_ context.Context, token string) (string, error) {
					refused = append(refused, token)
					return "secret-two", nil
				}
				s.run("nova")
				for _, token := range []string{"secret-one", "secret-two"} {
					p := s.accept()
					p.next()
					p.expect("PASS oauth:"+token, "NICK bot")
					p.write(":tmi.twitch.tv NOTICE * :" + notice)
					require.Empty(t, p.next())
				}
				pass(time.Hour)
				require.Equal(t, StateNeedsLogin, s.status("nova").State)
				require.Contains(t, s.status("nova").Detail, notice)
				require.Equal(t, []string{"secret-one"}, refused)
				require.Len(t, s.dials, 2)
				requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedNotConnected)
			})
		})
	}
}

func TestAParkedAccountLogsInAgainWhenItIsResumed(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		token := "secret-one"
		s.cfg.Token = func(context.Context) (string, error) { return token, nil }
		s.run("nova")
		p := s.accept()
		p.write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		pass(time.Hour)
		require.Equal(t, StateNeedsLogin, s.status("nova").State)
		token = "secret-three"
		s.client.Resume()
		p = s.accept()
		p.next()
		p.expect("PASS oauth:secret-three")
	})
}

func TestARefreshedTokenIsUsedUntilTheConfigurationKnowsIt(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		refreshes := 0
		s.cfg.Refresh = func(context.Context, string) (string, error) { refreshes++; return "oauth:secret-two", nil }
		s.run("nova")
		s.accept().write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		for range 3 {
			p := s.accept()
			p.next()
			p.expect("PASS oauth:secret-two", "NICK bot")
			p.write(":tmi.twitch.tv CAP * ACK :x", ":tmi.twitch.tv 001 bot :Welcome")
			p.next()
			p.close()
		}
		require.Equal(t, 1, refreshes)
	})
}

func TestARefreshThatMaySucceedLaterIsTriedAgain(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		refreshes := 0
		s.cfg.Refresh = func(context.Context, string) (string, error) {
			refreshes++
			if refreshes == 1 {
				return "", passing{}
			}
			return "secret-two", nil
		}
		s.run("nova")
		s.accept().write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		p := s.accept()
		require.NotContains(t, s.path("nova"), StateNeedsLogin)
		p.write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		p = s.accept()
		p.next()
		p.expect("PASS oauth:secret-two")
	})
}

func TestARefreshThatIsRefusedParksTheAccount(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Refresh = func(context.Context, string) (string, error) { return "", errors.New("invalid refresh token") }
		s.run("nova")
		s.accept().write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		pass(time.Hour)
		require.Equal(t, StateNeedsLogin, s.status("nova").State)
		require.Len(t, s.dials, 1)
	})
}

func TestATokenThatIsRevokedInTheMiddleIsHandledLikeARefusedLogin(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		p.write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		pass(time.Hour)
		require.Equal(t, StateNeedsLogin, s.status("nova").State)
		require.Len(t, s.dials, 1)
	})
}

func TestTwoConnectionsOfOneAccountRefreshItsTokenOnce(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Limits.ChannelsPerConnection = 1
		refreshes := 0
		s.cfg.Refresh = func(context.Context, string) (string, error) { refreshes++; return "secret-two", nil }
		s.run("nova", "vega")
		for range 2 {
			s.accept().write(":tmi.twitch.tv NOTICE * :Login authentication failed")
		}
		for range 2 {
			p := s.accept()
			p.next()
			p.expect("PASS oauth:secret-two", "NICK bot")
			p.write(":tmi.twitch.tv CAP * ACK :x", ":tmi.twitch.tv 001 bot :Welcome")
		}
		synctest.Wait()
		require.Equal(t, 1, refreshes)
		require.NotContains(t, s.path("nova"), StateNeedsLogin)
	})
}

func TestATokenThatCannotStandInALineIsNotSent(t *testing.T) {
	for _, token := range []string{"", "oauth:", "a b", "a\r\nJOIN #x", "a\x00"} {
		t.Run(token, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.cfg.Token = func(context.Context) (string, error) { return token, nil }
				s.run("nova")
				pass(time.Hour)
				require.Equal(t, StateNeedsLogin, s.status("nova").State)
				require.Empty(t, s.dials)
			})
		})
	}
}

func TestRefusedCapabilitiesAreReportedAndTriedAgainSlowly(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.accept()
		p.write(":tmi.twitch.tv CAP * NAK :twitch.tv/tags")
		synctest.Wait()
		require.Equal(t, StateDegraded, s.status("nova").State)
		require.Contains(t, s.status("nova").Detail, "capabilities")
		s.welcomed()
	})
}

func TestAServerThatNeverWelcomesIsLeft(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.accept()
		begun := time.Now()
		p.expect("CAP REQ :twitch.tv/tags twitch.tv/commands", "PASS oauth:secret-one", "NICK bot", "")
		require.Equal(t, 10*time.Second, time.Since(begun))
		synctest.Wait()
		require.Contains(t, s.status("nova").Detail, "handshake timed out")
	})
}

func TestAConfigurationThatCannotWorkIsAnError(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, New(Config{Endpoints: Endpoints{Address: "nowhere"}}, &recorder{}).Run(t.Context()), "address")
	require.ErrorContains(t, New(Config{Endpoints: Production, Login: "bot"}, &recorder{}).Run(t.Context()), "no token")
}

func TestAClientRunsOnce(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run()
		synctest.Wait()
		require.ErrorIs(t, s.client.Run(t.Context()), ErrRunning)
	})
}

type passing struct{}

func (passing) Error() string   { return "service unavailable" }
func (passing) Retryable() bool { return true }

func requireRefusal(t *testing.T, err error, want Refusal) *SendError {
	t.Helper()
	var refused *SendError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, want, refused.Refusal, "%v", err)
	return refused
}

package twitch

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnotherLoginIsTakenInWithoutARestartAndTheInterruptionIsAGap(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Login = ""
		s.run("nova")
		anonymous := s.joined("nova")
		anonymous.say("nova", "m1", "hello")
		requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedReadOnly)

		s.client.Relogin(" Bot ")
		synctest.Wait()
		require.Equal(t, StateDegraded, s.status("nova").State)
		p := s.accept()
		p.next()
		p.expect("PASS oauth:secret-one", "NICK bot")
		p.write(":tmi.twitch.tv CAP * ACK :x", ":tmi.twitch.tv 001 bot :Welcome", "@badges=;user-id=900 :tmi.twitch.tv GLOBALUSERSTATE")
		p.expect("JOIN #nova")
		p.admit("nova", "mod=0")
		synctest.Wait()
		require.Equal(t, StateLive, s.status("nova").State)
		require.Len(t, s.gaps, 1)
		require.Equal(t, "another account is logged in", s.gaps[0].reason)

		sent := make(chan error, 1)
		go func() { sent <- s.client.Send(t.Context(), "nova", "hi", "") }()
		p.expect("PRIVMSG #nova :hi")
		p.took("nova")
		require.NoError(t, <-sent)
		p.write("@badges=;id=m2;room-id=1;user-id=900 :bot!bot@bot.tmi.twitch.tv PRIVMSG #nova :!clip")
		synctest.Wait()
		require.True(t, s.events[len(s.events)-1].Self)
	})
}

func TestALogoutGoesOnReadingAsNobody(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		s.joined("nova")
		s.client.Relogin("")
		p := s.accept()
		p.expect("CAP REQ :twitch.tv/tags twitch.tv/commands", "PASS oauth:anonymous")
		nick := strings.TrimPrefix(p.next(), "NICK ")
		p.write(":tmi.twitch.tv CAP * ACK :x", ":tmi.twitch.tv 001 "+nick+" :Welcome")
		p.expect("JOIN #nova")
		p.write(":" + nick + "!" + nick + "@x JOIN #nova")
		p.write("@badges=;id=m2;room-id=1;user-id=900 :bot!bot@bot.tmi.twitch.tv PRIVMSG #nova :hello")
		synctest.Wait()
		require.Equal(t, StateLive, s.status("nova").State)
		require.False(t, s.events[0].Self, "nobody is logged in")
		requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedReadOnly)
	})
}

func TestALoginEndsTheWaitForTheNextConnectionAndReopensChannels(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.joined("nova")
		p.notice("nova", "msg_banned", "You are permanently banned from talking in nova.")
		synctest.Wait()
		require.NotEqual(t, StateLive, s.status("nova").State)
		p.close()
		for range 8 { // the wait grows to a minute
			s.accept().close()
		}
		synctest.Wait()
		began := time.Now()
		s.client.Relogin("other")
		p = s.accept()
		require.Less(t, time.Since(began), 2*time.Second)
		p.welcome()
		p.expect("JOIN #nova")
		p.admit("nova", "mod=0")
		synctest.Wait()
		require.Equal(t, StateLive, s.status("nova").State)
		require.Empty(t, s.status("nova").SendOff)
	})
}

// loggedOut is the error of a vault that has nothing.
type loggedOut struct{}

// Error implements error.
func (loggedOut) Error() string { return "nobody has logged in" }

// NeedsLogin tells that only a person can help.
func (loggedOut) NeedsLogin() bool { return true }

func TestATokenThatOnlyAPersonCanGiveParksTheAccountUntilSomebodyDoes(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		var missing error = loggedOut{}
		s.cfg.Token = func(context.Context) (string, error) { return "secret-one", missing }
		s.run("nova")
		pass(time.Hour)
		require.Equal(t, StateNeedsLogin, s.status("nova").State)
		require.Contains(t, s.status("nova").Detail, "nobody has logged in")
		require.Empty(t, s.dials)
		missing = nil
		s.client.Relogin("bot")
		s.joined("nova")
		require.Equal(t, StateLive, s.status("nova").State)
	})
}

func TestALoginDuringTheHandshakeIsNotOvertakenByTheOneBefore(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		p := s.accept()
		p.next()
		p.expect("PASS oauth:secret-one", "NICK bot")
		s.client.Relogin("other")
		p.write(":tmi.twitch.tv CAP * ACK :x", ":tmi.twitch.tv 001 bot :Welcome")
		require.Empty(t, p.next(), "the connection of the former account is closed")
		p = s.accept()
		p.next()
		p.expect("PASS oauth:secret-one", "NICK other")
	})
}

func TestALoginThatEndedIsReadOnAnonymouslyAndTheStateSaysThatOneIsNeeded(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.run("nova")
		s.joined("nova")
		s.client.Lapse("the platform refuses the refresh token")
		p := s.joined("nova")
		require.Equal(t, StateNeedsLogin, s.status("nova").State)
		require.Equal(t, "chat is read anonymously; cannot write: the platform refuses the refresh token", s.status("nova").Detail)
		p.say("nova", "m1", "hello")
		synctest.Wait()
		require.Equal(t, []string{"m1"}, s.ids())
		requireRefusal(t, s.client.Send(t.Context(), "nova", "hi", ""), RefusedReadOnly)

		s.client.Relogin("") // it is wanted so
		require.Equal(t, StateLive, s.status("nova").State)
		p.quiet(time.Second)
		s.client.Lapse("it ended")
		require.Equal(t, StateNeedsLogin, s.status("nova").State)
		s.client.Relogin("bot")
		s.joined("nova")
		require.Equal(t, StateLive, s.status("nova").State)
	})
}

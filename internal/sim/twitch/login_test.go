package twitch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

func TestALoginIsGreetedInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := dial(t, open(t, t.TempDir(), nil))
		w.send("CAP REQ :twitch.tv/tags twitch.tv/commands twitch.tv/membership", "PASS oauth:"+botToken, "NICK LanternBot")
		lines := w.take()
		for i, prefix := range []string{
			":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands twitch.tv/membership",
			":tmi.twitch.tv 001 lanternbot :", ":tmi.twitch.tv 002 lanternbot :", ":tmi.twitch.tv 003 lanternbot :",
			":tmi.twitch.tv 004 lanternbot :", ":tmi.twitch.tv 375 lanternbot :", ":tmi.twitch.tv 372 lanternbot :",
			":tmi.twitch.tv 376 lanternbot :", "@badge-info=;badges=;color=#2E8B57;display-name=LanternBot;emote-sets=0;user-id=500000001;user-type= :tmi.twitch.tv GLOBALUSERSTATE",
		} {
			require.True(t, strings.HasPrefix(lines[i], prefix), "%q", lines[i])
		}
		w.send("JOIN #HarborLights")
		require.Equal(t, []string{
			":lanternbot!lanternbot@lanternbot.tmi.twitch.tv JOIN #harborlights",
			":lanternbot.tmi.twitch.tv 353 lanternbot = #harborlights :lanternbot",
			":lanternbot.tmi.twitch.tv 366 lanternbot #harborlights :End of /NAMES list",
			"@badge-info=;badges=moderator/1;color=#2E8B57;display-name=LanternBot;emote-sets=0;mod=1;subscriber=0;user-type=mod :tmi.twitch.tv USERSTATE #harborlights",
			"@emote-only=0;followers-only=-1;r9k=0;room-id=500000002;slow=0;subs-only=0 :tmi.twitch.tv ROOMSTATE #harborlights",
		}, w.take())
		w.send("PART #harborlights", "PING :are you there", "PING", "WHO x")
		require.Equal(t, []string{
			":lanternbot!lanternbot@lanternbot.tmi.twitch.tv PART #harborlights",
			":tmi.twitch.tv PONG tmi.twitch.tv :are you there",
			"PONG",
			":tmi.twitch.tv 421 lanternbot WHO :Unknown command",
		}, w.take())
	})
}

func TestFailedLoginsAreToldWhyAndClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"a token that nobody was given":        {[]string{"PASS oauth:wrong", "NICK lanternbot"}, loginFailed},
		"somebody else's token":                {[]string{"PASS oauth:pebble-token", "NICK lanternbot"}, loginFailed},
		"a password without its prefix":        {[]string{"PASS " + botToken, "NICK lanternbot"}, loginImproper},
		"a nick before the password":           {[]string{"NICK lanternbot", "PASS oauth:" + botToken}, loginUnsuccessful},
		"a nick that cannot be":                {[]string{"PASS oauth:" + botToken, "NICK lantern-bot"}, loginInvalidNick},
		"a token without any right to chat":    {[]string{"PASS oauth:mute-token", "NICK mute"}, loginUnsuccessful},
		"no nick at all":                       {[]string{"PASS oauth:" + botToken, "NICK"}, loginInvalidNick},
		"a password that is only its prefix":   {[]string{"PASS oauth:", "NICK lanternbot"}, loginImproper},
		"a nick of a stranger, without a word": {[]string{"NICK stranger"}, loginUnsuccessful},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := dial(t, open(t, t.TempDir(), nil))
				w.send(c.lines...)
				require.Equal(t, []string{":tmi.twitch.tv NOTICE * :" + c.want}, w.take())
				require.True(t, w.closed())
			})
		})
	}
}

func TestAnonymousReadersReadButDoNotSpeak(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s)
		w.send("NICK justinfan4711", "JOIN #harborlights")
		lines := w.take()
		require.True(t, containing(lines, "001 justinfan4711"))
		require.False(t, containing(lines, "USERSTATE"))
		w.send("PRIVMSG #harborlights :hello")
		s.speak(t, "hi")
		require.Equal(t, []string{":anna!anna@anna.tmi.twitch.tv PRIVMSG #harborlights :hi"}, w.take(), "no tags were asked for")
		require.Len(t, s.Messages("", "", 10), 1)
	})
}

func TestCapabilitiesDecideWhatAClientIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s)
		w.send("CAP LS 302", "CAP REQ :twitch.tv/tags example.org/other", "CAP END")
		require.Equal(t, []string{":tmi.twitch.tv CAP * LS :" + capabilities, ":tmi.twitch.tv CAP * NAK :twitch.tv/tags example.org/other"}, w.take())
		w.send("PASS oauth:"+botToken, "NICK lanternbot", "JOIN #harborlights")
		require.False(t, containing(w.take(), "STATE"))
		w.send("CAP REQ :twitch.tv/membership")
		dial(t, s).join("pebble", "pebble-token", channel).send("PART #harborlights")
		require.Equal(t, []string{
			":tmi.twitch.tv CAP * ACK :twitch.tv/membership",
			":pebble!pebble@pebble.tmi.twitch.tv JOIN #harborlights",
			":pebble!pebble@pebble.tmi.twitch.tv PART #harborlights",
		}, w.take())
	})
}

func TestWhatNeedsALoginHasNoEffectWithoutOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s)
		w.send("JOIN #harborlights", "PRIVMSG #harborlights :hi", "FOO")
		require.Empty(t, w.take())
		require.Empty(t, s.Messages("", "", 10))
		pass(31 * time.Second)
		require.True(t, w.closed(), "who does not log in is closed")
	})
}

func TestTheTwentyFirstLoginInTenSecondsIsClosed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		for range 20 {
			dial(t, s).join("lanternbot", botToken)
		}
		w := dial(t, s)
		w.send("PASS oauth:"+botToken, "NICK lanternbot")
		require.Empty(t, w.take())
		require.True(t, w.closed())
		pass(10 * time.Second)
		dial(t, s).join("lanternbot", botToken)
	})
}

func TestTheTwentyFirstJoinInTenSecondsIsNotAnswered(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), func(o *Options) {
			for i := range 25 {
				o.Seed.Channels = append(o.Seed.Channels, Channel{Login: fmt.Sprintf("room%02d", i)})
			}
		})
		var wanted []string
		for i := range 21 {
			wanted = append(wanted, fmt.Sprintf("#room%02d", i))
		}
		w := dial(t, s).join("lanternbot", botToken)
		w.send("JOIN " + strings.Join(wanted, ","))
		lines := w.take()
		require.True(t, containing(lines, "JOIN #room19"))
		require.False(t, containing(lines, "room20"))
		pass(10 * time.Second)
		w.send("JOIN #room20")
		require.True(t, containing(w.take(), "JOIN #room20"))
	})
}

func TestASilentClientIsAskedAndThenClosed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		silent := dial(t, s).join("lanternbot", botToken, channel)
		lively := dial(t, s).join("pebble", "pebble-token", channel)
		pass(4*time.Minute + 16*time.Second)
		require.Equal(t, []string{"PING :tmi.twitch.tv"}, silent.take())
		lively.send("PONG :tmi.twitch.tv")
		pass(time.Minute)
		require.True(t, silent.closed())
		require.False(t, lively.closed())
		require.Equal(t, []string{"pebble"}, s.Members(channel))
	})
}

func TestUnknownChannelsAreNotAnswered(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := dial(t, open(t, t.TempDir(), nil)).join("lanternbot", botToken)
		w.send("JOIN #nowhere", "JOIN harborlights", "JOIN", "PART #nowhere")
		require.Empty(t, w.take())
	})
}

func TestFaultsOfLoginAndJoin(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"auth_failed": loginFailed, "improper": loginImproper, "invalid_nick": loginInvalidNick, "unsuccessful": loginUnsuccessful} {
		t.Run(kind, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				s := open(t, t.TempDir(), nil)
				s.fault(t, TargetLogin, kind, 1)
				w := dial(t, s)
				w.send("PASS oauth:"+botToken, "NICK lanternbot")
				require.Equal(t, []string{":tmi.twitch.tv NOTICE * :" + want}, w.take())
				require.True(t, w.closed())
				dial(t, s).join("lanternbot", botToken)
			})
		})
	}
	t.Run("close and hang of a login", func(t *testing.T) {
		inBubble(t, func(t *testing.T) {
			s := open(t, t.TempDir(), nil)
			s.fault(t, TargetLogin, "close", 1)
			w := dial(t, s)
			w.send("NICK justinfan1")
			require.True(t, w.closed())
			require.Empty(t, w.take())
			s.fault(t, TargetLogin, "hang", 1)
			w = dial(t, s)
			w.send("NICK justinfan1", "PING :x")
			pass(time.Hour)
			require.Empty(t, w.take())
			require.False(t, w.closed())
		})
	})
	t.Run("joins that are ignored, refused and closed", func(t *testing.T) {
		inBubble(t, func(t *testing.T) {
			s := open(t, t.TempDir(), nil)
			w := dial(t, s).join("lanternbot", botToken)
			s.fault(t, TargetJoin, "ignore", 1)
			w.send("JOIN #harborlights")
			require.Empty(t, w.take())
			s.fault(t, TargetJoin, "suspended", 1)
			w.send("JOIN #harborlights")
			require.True(t, containing(w.take(), "@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #harborlights :"))
			s.fault(t, TargetJoin, "close", faults.Forever)
			w.send("JOIN #harborlights")
			require.True(t, w.closed())
		})
	})
}

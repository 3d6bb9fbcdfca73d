package twitch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAMessageReachesEverybodyButItsSender(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		bot := dial(t, s).join("lanternbot", botToken, channel)
		second := dial(t, s).join("lanternbot", botToken, channel)
		reader := dial(t, s).join("justinfan1", "x", channel)
		bot.send("@client-nonce=abc PRIVMSG #harborlights :hello there")
		m := s.Messages("", "", 1)[0]
		require.Equal(t, []string{"@badge-info=;badges=moderator/1;client-nonce=abc;color=#2E8B57;display-name=LanternBot;emote-sets=0;id=" + m.ID +
			";mod=1;subscriber=0;user-type=mod :tmi.twitch.tv USERSTATE #harborlights"}, bot.take())
		want := []string{fmt.Sprintf("@badge-info=;badges=moderator/1;client-nonce=abc;color=#2E8B57;display-name=LanternBot;emotes=;first-msg=0;flags=;id=%s;mod=1;"+
			"returning-chatter=0;room-id=500000002;subscriber=0;tmi-sent-ts=%d;turbo=0;user-id=500000001;user-type=mod "+
			":lanternbot!lanternbot@lanternbot.tmi.twitch.tv PRIVMSG #harborlights :hello there", m.ID, m.At.UnixMilli())}
		require.Equal(t, want, reader.take())
		require.Equal(t, want, second.take())
	})
}

func TestAReplyNamesItsParent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		bot := dial(t, s).join("lanternbot", botToken, channel)
		reader := dial(t, s).join("justinfan1", "x", channel)
		asked := s.speak(t, `a; b\c question`)
		reader.take()
		bot.send("@reply-parent-msg-id=" + asked.ID + " PRIVMSG #harborlights :an answer")
		line := reader.take()[0]
		require.Contains(t, line, `reply-parent-display-name=Anna;reply-parent-msg-body=a\:\sb\\c\squestion;reply-parent-msg-id=`+asked.ID+";reply-parent-user-id=")
		require.Contains(t, line, "reply-thread-parent-msg-id="+asked.ID)
		require.Equal(t, asked.ID, s.Messages("", asked.ID, 10)[0].ReplyTo)
		bot.send("@reply-parent-msg-id=unknown PRIVMSG #harborlights :another answer")
		require.NotContains(t, reader.take()[0], "reply-parent")
	})
}

func TestPeopleAreShownWithTheirRoles(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		_, err := s.Say(Utterance{User: "Anna_K", Text: "Kappa hé Kappa LUL", Roles: []string{"vip", "subscriber", "everyone"}})
		require.NoError(t, err)
		_, err = s.Say(Utterance{User: "HarborLights", Text: "welcome", SharedFrom: "tidepool"})
		require.NoError(t, err)
		lines := w.take()
		require.Contains(t, lines[0], "@badge-info=subscriber/7;badges=vip/1,subscriber/6;")
		require.Contains(t, lines[0], "display-name=Anna_K;emotes=25:0-4,9-13/425618:15-17;")
		require.Contains(t, lines[0], ";subscriber=1;")
		require.True(t, strings.HasSuffix(lines[0], ";user-type=;vip=1 :anna_k!anna_k@anna_k.tmi.twitch.tv PRIVMSG #harborlights :Kappa hé Kappa LUL"), lines[0])
		require.Contains(t, lines[1], "badges=broadcaster/1;")
		require.Contains(t, lines[1], ";source-room-id=")
	})
}

func TestWhatCannotBeSaidIsExplained(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), nil)
	require.NoError(t, s.Ban("", "troll", 0))
	for name, u := range map[string]Utterance{
		"no user":            {Text: "x"},
		"a user with spaces": {User: "a b", Text: "x"},
		"no text":            {User: "a"},
		"two lines":          {User: "a", Text: "x\r\nPRIVMSG #b :y"},
		"a NUL":              {User: "a", Text: "x\x00"},
		"not text":           {User: "a", Text: "\xff"},
		"too long a text":    {User: "a", Text: strings.Repeat("ä", 501)},
		"an unknown channel": {User: "a", Text: "x", Channel: "nowhere"},
		"an unknown role":    {User: "a", Text: "x", Roles: []string{"king"}},
		"an unknown parent":  {User: "a", Text: "x", ReplyTo: "nothing"},
		"somebody banned":    {User: "troll", Text: "x"},
	} {
		_, err := s.Say(u)
		var invalid *InvalidError
		require.ErrorAs(t, err, &invalid, name)
	}
	require.Empty(t, s.Messages("", "", 10))
	_, err := s.Say(Utterance{User: "a", Text: strings.Repeat("ä", 500)})
	require.NoError(t, err)
}

func TestLongLinesAndTextsAreCut(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		w.send("@a="+strings.Repeat("x", 4000)+" PRIVMSG #harborlights :"+strings.Repeat("é", 400), "PRIVMSG #harborlights :short")
		kept := s.Messages("", "", 10)
		require.Len(t, kept, 2, "tags do not count")
		require.Equal(t, strings.Repeat("é", (510-len("PRIVMSG #harborlights :"))/2), kept[0].Text)
		w.send(strings.Repeat("x", maxInput+1))
		require.True(t, w.closed(), "no line is longer than that")
	})
}

func TestModeratorsMaySendAHundredInThirtySecondsAndAreThenSilent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, nil)
		w := dial(t, s).join("lanternbot", botToken, channel, "tidepool")
		for range 100 {
			w.send("PRIVMSG #harborlights :same again")
		}
		require.Len(t, w.take(), 100)
		w.send("PRIVMSG #harborlights :one more", "PRIVMSG #tidepool :elsewhere")
		require.Empty(t, w.take(), "over the limit nothing is said")
		pass(29 * time.Minute)
		w.send("PRIVMSG #harborlights :still silent")
		require.Len(t, s.Messages("", "", 500), 100)
		pass(time.Minute)
		dial(t, s).join("lanternbot", botToken).send("PRIVMSG #harborlights :back")
		require.Len(t, s.Messages("", "", 500), 101)
	})
}

func TestOrdinaryAccountsMaySendTwentyInThirtySeconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("pebble", "pebble-token", channel)
		for i := range 21 {
			w.send(fmt.Sprintf("PRIVMSG #harborlights :line %d", i))
			pass(time.Second)
		}
		require.Len(t, s.Messages("", "", 500), 20)
		require.Len(t, w.take(), 20)
	})
}

func TestTheAllowanceAndTheSilenceSurviveARestart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		for i := range 60 {
			w.send(fmt.Sprintf("PRIVMSG #harborlights :%d", i))
		}
		s = open(t, dir, nil)
		w = dial(t, s).join("lanternbot", botToken, channel)
		for i := range 41 {
			w.send(fmt.Sprintf("PRIVMSG #harborlights :again %d", i))
		}
		require.Len(t, s.Messages("", "", 500), 100)
		s = open(t, dir, nil)
		pass(time.Minute)
		dial(t, s).join("lanternbot", botToken, channel).send("PRIVMSG #harborlights :x")
		require.Len(t, s.Messages("", "", 500), 100)
	})
}

func TestOrdinaryAccountsMustNotHurryOrRepeatThemselves(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("pebble", "pebble-token", channel)
		w.send("PRIVMSG #harborlights :hello", "PRIVMSG #harborlights :hurry")
		require.True(t, containing(w.take(), "@msg-id=msg_ratelimit :tmi.twitch.tv NOTICE #harborlights :"))
		pass(2 * time.Second)
		w.send("PRIVMSG #harborlights :hello")
		require.Equal(t, []string{"@msg-id=msg_duplicate :tmi.twitch.tv NOTICE #harborlights :" + refusedDuplicate.text}, w.take())
		pass(29 * time.Second)
		w.send("PRIVMSG #harborlights :hello")
		require.Len(t, s.Messages("", "", 10), 2)
	})
}

func TestRoomModesAreToldAndKept(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, nil)
		w := dial(t, s).join("pebble", "pebble-token", channel)
		refused := func(change func(*Modes), text, code string) {
			t.Helper()
			_, err := s.SetModes("", func(m *Modes) { *m = noModes; change(m) })
			require.NoError(t, err)
			w.take()
			pass(2 * time.Second)
			w.send("PRIVMSG #harborlights :" + text)
			require.True(t, containing(w.take(), "@msg-id="+code+" :tmi.twitch.tv NOTICE #harborlights :"), code)
		}
		w.send("PRIVMSG #harborlights :first")
		refused(func(m *Modes) { m.SubsOnly = true }, "a", "msg_subsonly")
		refused(func(m *Modes) { m.EmoteOnly = true }, "a", "msg_emoteonly")
		refused(func(m *Modes) { m.FollowersOnly = 10 }, "a", "msg_followersonly")
		refused(func(m *Modes) { m.FollowersOnly = 0 }, "a", "msg_followersonly_zero")
		refused(func(m *Modes) { m.Slow = 60 }, "a", "msg_slowmode")
		pass(time.Minute)
		refused(func(m *Modes) { m.R9K = true }, "first", "msg_r9k")
		_, err := s.SetModes("", func(m *Modes) { m.Slow = 5 })
		require.NoError(t, err)
		require.Equal(t, []string{"@room-id=500000002;slow=5 :tmi.twitch.tv ROOMSTATE #harborlights"}, w.take(), "only what changed")
		_, err = s.SetModes("", func(m *Modes) { m.Slow = -1 })
		require.Error(t, err)
		lines := dial(t, open(t, dir, nil))
		lines.send("CAP REQ :twitch.tv/tags twitch.tv/commands", "NICK justinfan1", "JOIN #harborlights")
		require.True(t, containing(lines.take(), "r9k=1;room-id=500000002;slow=5;subs-only=0 :tmi.twitch.tv ROOMSTATE"))
	})
}

func TestModerationIsToldAndBinds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, nil)
		w := dial(t, s).join("pebble", "pebble-token", channel)
		m := s.speak(t, "rude words")
		w.take()
		require.NoError(t, s.Delete(m.ID))
		require.NoError(t, s.Ban("", "Pebble", 60))
		require.NoError(t, s.Clear(""))
		require.NoError(t, s.Notice("", "slow_on", "This room is now in slow mode."))
		lines := w.take()
		now := time.Now().UnixMilli()
		require.Equal(t, []string{
			fmt.Sprintf("@login=anna;room-id=;target-msg-id=%s;tmi-sent-ts=%d :tmi.twitch.tv CLEARMSG #harborlights :rude words", m.ID, now),
			fmt.Sprintf("@ban-duration=60;room-id=500000002;target-user-id=500000003;tmi-sent-ts=%d :tmi.twitch.tv CLEARCHAT #harborlights :pebble", now),
			fmt.Sprintf("@room-id=500000002;tmi-sent-ts=%d :tmi.twitch.tv CLEARCHAT #harborlights", now),
			"@msg-id=slow_on :tmi.twitch.tv NOTICE #harborlights :This room is now in slow mode.",
		}, lines)
		w.send("PRIVMSG #harborlights :let me speak")
		require.True(t, containing(w.take(), "msg_timedout"))
		pass(time.Minute)
		w.send("PRIVMSG #harborlights :at last")
		require.Len(t, s.Messages("", m.ID, 10), 1)
		require.NoError(t, s.Ban("", "pebble", 0))
		w = dial(t, open(t, dir, nil)).join("pebble", "pebble-token", channel)
		pass(5 * time.Second)
		w.send("PRIVMSG #harborlights :hm")
		require.True(t, containing(w.take(), "msg_banned"))
		require.NoError(t, s.Unban("", "pebble"))
		require.Error(t, s.Delete("nothing"))
		require.Error(t, s.Notice("", "made_up", "x"))
		require.Error(t, s.Ban("", "a b", 1))
	})
}

func TestEventsAreUserNotices(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		id, err := s.Happen(Event{Kind: "raid", User: "Raider", Params: map[string]string{"viewerCount": "42", "displayName": "Raider"},
			System: "42 raiders from Raider have joined!"})
		require.NoError(t, err)
		line := w.take()[0]
		require.Contains(t, line, ";id="+id+";login=raider;mod=0;msg-id=raid;msg-param-displayName=Raider;msg-param-viewerCount=42;")
		require.Contains(t, line, `;system-msg=42\sraiders\sfrom\sRaider\shave\sjoined!;`)
		require.True(t, strings.HasSuffix(line, ":tmi.twitch.tv USERNOTICE #harborlights"))
		for _, bad := range []Event{{User: "a"}, {User: "a b", Kind: "raid"}, {User: "a", Kind: "raid", Params: map[string]string{"a;b": "c"}}} {
			_, err = s.Happen(bad)
			require.Error(t, err)
		}
	})
}

func TestSlashCommandsLeftChat(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		w.send("PRIVMSG #harborlights :/ban somebody", "PRIVMSG #harborlights :.clear", "PRIVMSG #harborlights :/me waves", "PRIVMSG #harborlights :... well")
		require.Equal(t, 2, strings.Count(strings.Join(w.take(), "\n"), "unrecognized_cmd"))
		kept := s.Messages("", "", 10)
		require.Equal(t, "\x01ACTION waves\x01", kept[0].Text)
		require.Equal(t, "... well", kept[1].Text)
	})
}

func TestMessagesAreListedOldestFirstAndKnownAfterAReopening(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, nil)
	first := s.speak(t, "one")
	s.speak(t, "two")
	_, err := s.Say(Utterance{Channel: "#TidePool", User: "b", Text: "three"})
	require.NoError(t, err)
	s = open(t, dir, nil)
	texts := func(list []Message) (all []string) {
		for _, m := range list {
			all = append(all, m.Text)
		}
		return all
	}
	require.Equal(t, []string{"one", "two", "three"}, texts(s.Messages("", "", 10)))
	require.Equal(t, []string{"one", "two"}, texts(s.Messages(channel, "", 10)))
	require.Equal(t, []string{"two", "three"}, texts(s.Messages("", first.ID, 10)))
	require.Equal(t, []string{"three"}, texts(s.Messages("", "", 1)))
	require.Equal(t, []string{channel, "tidepool"}, s.Channels())
}

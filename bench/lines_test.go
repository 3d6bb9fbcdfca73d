package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	chatLine = "@badge-info=;badges=;color=#FFFFFF;display-name=Ana;emotes=;flags=;id=ca561310-6855-43b3-8325-3ea7418359a2;mod=0;room-id=71092938;" +
		"subscriber=1;tmi-sent-ts=1568505600501;user-id=48215771 :ana!ana@ana.tmi.twitch.tv PRIVMSG #xqcow :look at #xqcow id=1 ;id=2"
	banLine = "@ban-duration=150;room-id=71092938;target-user-id=48215771;tmi-sent-ts=1568505600739 :tmi.twitch.tv CLEARCHAT #xqcow :ana"
)

var moment = time.UnixMilli(1790000000123)

func TestACopyOfALineDiffersInIDTimeAndChannelOnly(t *testing.T) {
	t.Parallel()
	lines, err := cutLines(strings.NewReader(chatLine + "\r\n"))
	require.NoError(t, err)
	s := newScribe(lines, []string{"one", "two"}, nil, [32]byte{})
	copies := s.write(nil, 2, moment)
	require.Equal(t, written{lines: 2, stored: 2, chat: 2}, s.written)
	id := regexp.MustCompile(`id=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12};mod`)
	found := strings.Split(strings.TrimSuffix(string(copies), "\r\n"), "\r\n")
	require.Len(t, found, 2)
	require.NotEqual(t, id.FindString(found[0]), id.FindString(found[1]))
	for i, channel := range []string{"one", "two"} {
		expected := strings.NewReplacer("id=ca561310-6855-43b3-8325-3ea7418359a2;mod", id.FindString(found[i]), "1568505600501", "1790000000123",
			"PRIVMSG #xqcow", "PRIVMSG #"+channel).Replace(chatLine)
		require.Equal(t, expected, found[i])
	}
}

func TestOnlyChatCountsAndBansAreStored(t *testing.T) {
	t.Parallel()
	lines, err := cutLines(strings.NewReader(banLine + "\n" + chatLine + "\n\nPING :tmi\n"))
	require.NoError(t, err)
	require.Len(t, lines, 2, "lines without a channel are left out")
	s := newScribe(lines, []string{"one"}, nil, [32]byte{})
	copies := s.write(nil, 3, moment)
	require.Equal(t, written{lines: 6, stored: 6, chat: 3}, s.written)
	require.Equal(t, 3, bytes.Count(copies, []byte(" PRIVMSG #one :look")))
	require.Equal(t, 3, bytes.Count(copies, []byte(" CLEARCHAT #one :ana\r\n")))
}

func TestEveryHundredthMessageTriggersSomething(t *testing.T) {
	t.Parallel()
	lines, err := cutLines(strings.NewReader(banLine + "\n" + chatLine + "\n"))
	require.NoError(t, err)
	first, second := [2][]byte{}, []string{"one", "two", "three"}
	for i := range first {
		s := newScribe(lines, second, newSampler([][]string{{"!a"}, {"!b", "!b c"}}), [32]byte{})
		for range 10 {
			first[i] = s.write(first[i], 50, moment)
		}
		require.Equal(t, written{lines: 1000, stored: 1000, chat: 500, triggering: 5}, s.written)
	}
	require.Equal(t, first[0], first[1], "the load is always the same")
	require.Equal(t, 5, bytes.Count(first[0], []byte(" :!")))
	require.Equal(t, 495, bytes.Count(first[0], []byte(" :look at #xqcow id=1 ;id=2\r\n")))
}

func TestSubscriptionsAreStoredAndDoNotCountAsChat(t *testing.T) {
	t.Parallel()
	lines, err := cutLines(strings.NewReader("@id=1;msg-id=resub;tmi-sent-ts=5 :tmi.twitch.tv USERNOTICE #xqcow :!hug\n" + chatLine + "\n"))
	require.NoError(t, err)
	s := newScribe(lines, []string{"one"}, newSampler([][]string{{"!a"}}), [32]byte{})
	copies := s.write(nil, every, moment)
	require.Equal(t, written{lines: 2 * every, stored: 2 * every, chat: every, triggering: 1}, s.written)
	require.Equal(t, every, bytes.Count(copies, []byte(";msg-id=resub;tmi-sent-ts=1790000000123 :tmi.twitch.tv USERNOTICE #one :!hug\r\n")))
}

func TestChatThatHoldsNoMessageIsRefused(t *testing.T) {
	t.Parallel()
	_, err := cutLines(strings.NewReader(banLine + "\n"))
	require.ErrorContains(t, err, "PRIVMSG")
}

func TestACheckoutThatLiesAloneFindsTheRealChatInTheLibrary(t *testing.T) {
	t.Parallel()
	path, err := linesPath(t.Context()) // nothing lies beside this folder
	require.NoError(t, err)
	lines, err := readLines(path)
	require.NoError(t, err)
	require.Len(t, lines, 5000)
}

func FuzzACopyIsOneLine(f *testing.F) {
	f.Add([]byte(chatLine))
	f.Add([]byte(banLine))
	f.Add([]byte("@ :a PRIVMSG #"))
	f.Add([]byte("@id=;tmi-sent-ts=;id PRIVMSG #b  #"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if bytes.ContainsAny(raw, "\r\n") {
			return // the reader cuts there
		}
		line, ok := cutLine(raw)
		if !ok {
			return
		}
		line.chat = true
		copied := newScribe([]realLine{line}, []string{"room"}, nil, [32]byte{}).write(nil, 1, moment)
		require.True(t, bytes.HasPrefix(copied, []byte("@")))
		require.True(t, bytes.HasSuffix(copied, []byte("\r\n")))
		require.Equal(t, 1, bytes.Count(copied, []byte("\n")))
		require.Contains(t, string(copied), " #room")
	})
}

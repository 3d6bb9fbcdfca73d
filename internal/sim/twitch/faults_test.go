package twitch

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFaultsOfDelivery(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, s *Server, w *wire){
		"drop": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "lost")
			s.speak(t, "kept")
			require.Equal(t, []string{"kept"}, said(w.take()))
			require.Len(t, s.Messages("", "", 10), 2)
		},
		"duplicate": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "twice")
			lines := w.take()
			require.Len(t, lines, 2)
			require.Equal(t, lines[0], lines[1])
		},
		"reorder": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "first")
			require.Empty(t, w.take())
			s.speak(t, "second")
			require.Equal(t, []string{"second", "first"}, said(w.take()))
		},
		"malformed": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "true")
			lines := w.take()
			require.Greater(t, len(lines), 5)
			require.Contains(t, lines[0], "@badges=broken;emotes=25:9-4;tmi-sent-ts=x ")
			require.True(t, strings.HasSuffix(lines[len(lines)-1], " :true"))
		},
		"truncate": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "half of it")
			require.True(t, w.closed())
			lines := w.take()
			require.Len(t, lines, 1)
			require.NotContains(t, lines[0], "PRIVMSG")
		},
		"close": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "nothing")
			require.True(t, w.closed())
			require.Empty(t, w.take())
		},
		"hang": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "nothing")
			w.send("PING :x")
			pass(time.Hour)
			require.Empty(t, w.take())
			require.False(t, w.closed())
			dial(t, s).join("pebble", "pebble-token", channel)
			require.Equal(t, 2, s.Disconnect())
			require.True(t, w.closed())
		},
		"reconnect": func(t *testing.T, s *Server, w *wire) {
			s.speak(t, "last")
			lines := w.take()
			require.Equal(t, []string{"last"}, said(lines))
			require.Equal(t, ":tmi.twitch.tv RECONNECT", lines[1])
			require.False(t, w.closed())
			pass(5 * time.Second)
			require.True(t, w.closed())
		},
	}
	for _, target := range Targets() {
		if target.Name == TargetIRC {
			require.Len(t, cases, len(target.Kinds), "every kind has its test")
		}
	}
	for kind, check := range cases {
		t.Run(kind, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				s := open(t, t.TempDir(), nil)
				w := dial(t, s).join("lanternbot", botToken, channel)
				s.fault(t, TargetIRC, kind, 1)
				check(t, s, w)
				require.Empty(t, s.options.Faults.Active())
			})
		})
	}
}

func TestFaultsOfSending(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		told           string
		kept           int
		closed, silent bool
	}{
		"drop":      {silent: true},
		"ratelimit": {told: "@msg-id=msg_ratelimit"},
		"duplicate": {told: "@msg-id=msg_duplicate"},
		"banned":    {told: "@msg-id=msg_banned"},
		"suspended": {told: "@msg-id=msg_suspended"},

		"channel_suspended": {told: "@msg-id=msg_channel_suspended"},

		"close_before": {closed: true, silent: true},
		"close_after":  {closed: true, kept: 1, silent: true},
	} {
		t.Run(kind, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				s := open(t, t.TempDir(), nil)
				w := dial(t, s).join("lanternbot", botToken, channel)
				s.fault(t, TargetSend, kind, 1)
				w.send("PRIVMSG #harborlights :hi")
				lines := w.take()
				require.Equal(t, c.silent, len(lines) == 0, "%q", lines)
				require.True(t, c.told == "" || containing(lines, c.told))
				require.Equal(t, c.closed, w.closed())
				require.Len(t, s.Messages("", "", 10), c.kept)
			})
		})
	}
}

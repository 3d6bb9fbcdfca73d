package main

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
)

func TestChatIsColouredByPlatformOnATerminal(t *testing.T) {
	t.Parallel()
	line := livefeed.Line{CreatorID: "c", Platform: chat.Kick, Author: "Cy", Text: "hi", At: time.Date(2026, 2, 1, 12, 0, 0, 0, time.Local)}
	require.Equal(t, "\x1b[2m12:00:00\x1b[0m \x1b[32mkick   \x1b[0m \x1b[1mCy\x1b[0m: hi\n", paint(true).line(line, false, names{}))
	require.Equal(t, "12:00:00 kick    c Cy: hi\n", paint(false).line(line, true, names{}))
	require.Equal(t, "         \x1b[32mkick   \x1b[0m \x1b[2;9mCy: hi\x1b[0m\n", paint(true).struck(line))
}

func TestEverythingThatHappensHasWords(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]livefeed.Line{
		"Ann: hi (before we came)":               {Text: "hi", History: true},
		"Ann pays 100 bits: wow":                 {Event: chat.Paid, Amount: 100, Unit: "bits", Sum: "100 bits", Text: "wow"},
		"Ann pays 5.000 KWD":                     {Event: chat.Paid, Amount: 5000, Unit: "KWD", Sum: "5.000 KWD"},
		"Ann subscribes, month 3":                {Event: chat.Subscription, Amount: 3},
		"Ann subscribes: to the higher level":    {Event: chat.Subscription, Text: "to the higher level"},
		"Ann gives away 1 subscription":          {Event: chat.Gift, Amount: 1},
		"Ann raids with 42 viewers":              {Event: chat.Raid, Amount: 42},
		"Ann follows":                            {Event: chat.Follow},
		"Ann announces: be kind":                 {Event: chat.Announcement, Text: "be kind"},
		"user 7 was banned for 10m0s by Ann":     {Event: chat.Ban, Target: "7", Amount: 600},
		"user 8 was banned by Ann: spam":         {Event: chat.Ban, Target: "8", Text: "spam"},
		"user 7 was unbanned by Ann":             {Event: chat.Unban, Target: "7"},
		"the chat was cleared by Ann":            {Event: chat.Clear},
		"live: Building (from a partner's chat)": {Event: chat.Online, Text: "Building", Shared: true},
		"the broadcast is over":                  {Event: chat.Offline},
	} {
		l.Author, l.Platform = "Ann", chat.Twitch
		require.Contains(t, paint(false).line(l, false, names{}), " twitch  "+want+"\n")
	}
}

func TestWhatIsTakenOutOfChatIsShownAgainAndSaysWhose(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	print := newTail(&out, output.Text, "c", "")
	at := time.Date(2026, 2, 1, 12, 0, 0, 0, time.Local)
	show := func(lines ...livefeed.Line) string {
		out.Reset()
		for i := range lines {
			lines[i].CreatorID, lines[i].Platform, lines[i].Channel, lines[i].At = "c", chat.Twitch, "nova", at
			require.NoError(t, print.print(lines[i]))
		}
		return out.String()
	}
	bob := func(id, text string) livefeed.Line {
		return livefeed.Line{MessageID: id, AuthorID: "7", Author: "Bob", Text: text}
	}
	show(bob("m1", "hi"), livefeed.Line{MessageID: "m2", AuthorID: "7", Author: "Bob", Event: chat.Gift, Amount: 2})
	require.Equal(t, "12:00:00 twitch  Ann: hello (to Bob)\n", show(livefeed.Line{MessageID: "m3", AuthorID: "8", Author: "Ann", Text: "hello", ReplyTo: "m1"}))
	require.Equal(t, `12:00:00 twitch  Bob was banned for 1m0s
         twitch  ~~Bob: hi~~
         twitch  ~~Bob gives away 2 subscriptions~~
`, show(livefeed.Line{Event: chat.Ban, Target: "7", Amount: 60}))
	require.Equal(t, "12:00:00 twitch  Bob was unbanned\n", show(livefeed.Line{Event: chat.Unban, Target: "7"}), "also when nothing of theirs is left")
	for i := range 30 {
		show(bob(fmt.Sprint("n", i), fmt.Sprint("line ", i)))
	}
	cleared := show(livefeed.Line{Event: chat.Clear})
	require.Contains(t, cleared, "~~Bob: line 8~~")
	require.Contains(t, cleared, "\n         twitch  and 21 more\n")
	require.NotContains(t, cleared, "line 9~~")
}

package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
)

func TestChatIsColouredByPlatformOnATerminal(t *testing.T) {
	t.Parallel()
	line := livefeed.Line{CreatorID: "c", Platform: chat.Kick, Author: "Cy", Text: "hi", At: time.Date(2026, 2, 1, 12, 0, 0, 0, time.Local)}
	require.Equal(t, "\x1b[2m12:00:00\x1b[0m \x1b[32mkick   \x1b[0m \x1b[1mCy\x1b[0m: hi\n", paint(true).line(line, false))
	require.Equal(t, "12:00:00 kick    c Cy: hi\n", paint(false).line(line, true))
	require.Equal(t, "         \x1b[32mkick   \x1b[0m \x1b[2;9mCy: hi\x1b[0m\n", paint(true).struck(line))
}

func TestEverythingThatHappensHasWords(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]livefeed.Line{
		"Ann: hi (before we came)":               {Text: "hi", History: true},
		"Ann pays 100 bits: wow":                 {Event: chat.Paid, Amount: 100, Unit: "bits", Text: "wow"},
		"Ann pays 500 JPY":                       {Event: chat.Paid, Amount: 500, Unit: "JPY"},
		"Ann pays 5.05 USD":                      {Event: chat.Paid, Amount: 505, Unit: "USD"},
		"Ann subscribes, month 3":                {Event: chat.Subscription, Amount: 3},
		"Ann gives away 1 subscription":          {Event: chat.Gift, Amount: 1},
		"Ann raids with 42 viewers":              {Event: chat.Raid, Amount: 42},
		"Ann follows":                            {Event: chat.Follow},
		"Ann announces: be kind":                 {Event: chat.Announcement, Text: "be kind"},
		"user 7 was banned for 10m0s by Ann":     {Event: chat.Ban, Target: "7", Amount: 600},
		"user 7 may write again by Ann":          {Event: chat.Unban, Target: "7"},
		"the chat was cleared by Ann":            {Event: chat.Clear},
		"live: Building (from a partner's chat)": {Event: chat.Online, Text: "Building", Shared: true},
		"the broadcast is over":                  {Event: chat.Offline},
	} {
		l.Author, l.Platform = "Ann", chat.Twitch
		require.Contains(t, paint(false).line(l, false), " twitch  "+want+"\n")
	}
}

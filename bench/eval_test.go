package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRealLinesBecomeMessagesWithoutWhatIsNotChat(t *testing.T) {
	t.Parallel()
	lines, err := cutLines(strings.NewReader(banLine + "\n" + chatLine + "\n" + strings.Replace(chatLine, ":look", ":\x01ACTION look", 1) + "\x01\n"))
	require.NoError(t, err)
	events := eventsOf(lines, moment)
	require.Len(t, events, 2)
	require.Equal(t, "look at #xqcow id=1 ;id=2", events[0].Text)
	require.Equal(t, events[0].Text, events[1].Text)
	require.NotEqual(t, events[0].MessageID, events[1].MessageID)
}

func TestThePeakOfAProcessIsReadInMegabytes(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 1.024, peakIn("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t    1000 kB\nVmRSS:\t 5 kB\n"), 1e-9)
	require.Zero(t, peakIn(""))
}

package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAConnectionIsNewsWhenItsStateChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, step := range []struct{ state, detail string }{
		{"inactive", ""}, {"connecting", ""}, {"live", ""}, {"live", ""}, {"degraded", "no answer"}, {"live", ""},
		{"needs_login", "token refused"}, {"inactive", ""},
	} {
		require.NoError(t, b.store.SavePlatformStatus(t.Context(), []store.PlatformStatus{{
			CreatorID: creator, Epoch: b.epoch, Platform: chat.Twitch, Channel: "channel", State: connection.State(step.state), Error: step.detail,
		}}))
	}
	require.Equal(t, []string{
		"Reading the chat of channel", "The chat of channel is degraded: no answer", "Reading the chat of channel",
		"The chat of channel needs a login: token refused", "No longer reading the chat of channel",
	}, b.lines(t))
}

func TestACaptureIsNewsWhenItsStateChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, step := range []struct{ state, detail string }{
		{"connecting", ""}, {"recording", ""}, {"recording", ""}, {"stalled", "nothing new for 12s"}, {"ended", ""}, {"failed", "refused"},
	} {
		require.NoError(t, b.store.SaveCapture(t.Context(), store.Capture{
			CreatorID: creator, StreamID: "s", Host: "h", Platform: "twitch", State: step.state, Error: step.detail,
		}))
	}
	require.Equal(t, []string{
		"Recording the stream of " + creator, "The stream of " + creator + " brings nothing: nothing new for 12s",
		"The recording of " + creator + " ended", "The stream of " + creator + " cannot be recorded: refused",
	}, b.lines(t))
}

func TestAnAnswerThatWasSentIsNewsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.put(t, store.OutboxReply, "r")
	_, err := b.store.ClaimOutbox(t.Context(), id, creator, b.epoch, "host-a")
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, b.store.FinishOutbox(t.Context(), id, store.OutboxSent, ""))
	}
	signal := b.put(t, store.OutboxSignal, "s")
	require.NoError(t, b.store.FinishOutbox(t.Context(), signal, store.OutboxSent, ""))
	lines := b.lines(t)
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], "Answered in the chat of ")
}

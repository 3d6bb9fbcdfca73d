package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

type notice struct{ channel, payload string }

// listen listens on channels and returns what arrives.
func (b bench) listen(t testing.TB, channels ...string) <-chan notice {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	notices, ended := make(chan notice, 100), make(chan error, 1)
	go func() {
		ended <- b.store.Listen(ctx, channels, func(channel, payload string) { notices <- notice{channel, payload} })
	}()
	t.Cleanup(func() {
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
	require.Equal(t, notice{}, receive(t, notices), "after connecting, everything is read again")
	return notices
}

func receive(t testing.TB, notices <-chan notice) notice {
	t.Helper()
	select {
	case n := <-notices:
		return n
	case <-time.After(20 * time.Second):
		require.FailNow(t, "nothing was notified")
		return notice{}
	}
}

func TestAListenerConnectsAgainAndSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	notices := b.listen(t, store.ChannelInbox)
	require.NoError(t, b.store.PutInbox(t.Context(), creator, "config", "1", nil))
	require.Equal(t, notice{store.ChannelInbox, creator}, receive(t, notices))

	for round := range 2 {
		_, err := b.connect(t).Exec(t.Context(), `
			select pg_terminate_backend(pid, 10000) from pg_stat_activity
			where datname = current_database() and query ilike 'listen %'`)
		require.NoError(t, err)
		require.Equal(t, notice{}, receive(t, notices), round)
	}
	_, err := b.connect(t).Exec(t.Context(), `select pg_notify($1, 'after')`, store.ChannelInbox)
	require.NoError(t, err)
	require.Equal(t, notice{store.ChannelInbox, "after"}, receive(t, notices))
}

func TestWhoWaitsForSomethingIsNotifiedOfIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	notices := b.listen(t, store.ChannelExport, store.ChannelOutbox, store.ChannelInbox, store.ChannelEvent)
	lane := store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, Clips: []clip.Request{request(creator, "ab12cd")}}
	lane.Outbox = []store.Outbox{{Kind: store.OutboxSignal, DedupeKey: "clip:ab12cd", Payload: []byte(`{}`)}}
	b.commit(t, lane)
	require.ElementsMatch(t, []notice{{store.ChannelEvent, "1"}, {store.ChannelOutbox, creator}, {store.ChannelExport, store.NoticeClip + "ab12cd"}},
		[]notice{receive(t, notices), receive(t, notices), receive(t, notices)})

	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 1, State: clip.Failed, Reason: "no"})
	require.ElementsMatch(t, []notice{{store.ChannelEvent, "2"}, {store.ChannelInbox, creator}, {store.ChannelExport, store.NoticeClip + "ab12cd"}},
		[]notice{receive(t, notices), receive(t, notices), receive(t, notices)})

	require.NoError(t, b.store.AddRuntimeEvent(t.Context(), store.RuntimeEvent{Source: "system", Severity: store.SeverityInfo, Message: "Started"}))
	require.Equal(t, notice{store.ChannelEvent, "3"}, receive(t, notices))
}

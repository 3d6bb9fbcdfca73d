package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

// put commits one outbox row and returns its id.
func (b bench) put(t testing.TB, kind store.OutboxKind, key string) int64 {
	t.Helper()
	result := b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, Outbox: []store.Outbox{
		{Kind: kind, DedupeKey: key, Payload: []byte(`{}`)},
	}})
	return result.OutboxIDs[creator][0]
}

func (b bench) state(t testing.TB, id int64) (state string) {
	t.Helper()
	require.NoError(t, b.connect(t).QueryRow(t.Context(), `select state from streamsuites.outbox where id = $1`, id).Scan(&state))
	return state
}

func TestAnOutboxRowIsClaimedByOneSenderOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.put(t, store.OutboxReply, "r")
	var claimed atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			mine, err := b.store.ClaimOutbox(t.Context(), id, creator, b.epoch, "host-a")
			assert.NoError(t, err)
			if mine {
				claimed.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(1), claimed.Load())
	pending, err := b.store.PendingOutbox(t.Context(), []string{creator}, store.OutboxReply, 10)
	require.NoError(t, err)
	require.Empty(t, pending)
}

func TestAClaimWhoseAnswerWasLostIsMadeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	unheard, waiting := b.put(t, store.OutboxReply, "r1"), b.put(t, store.OutboxReply, "r2")
	others := b.put(t, store.OutboxReply, "r3")
	for id, holder := range map[int64]string{unheard: "host-a", others: "host-b"} {
		_, err := b.store.ClaimOutbox(ctx, id, creator, b.epoch, holder)
		require.NoError(t, err)
	}
	creators, err := b.store.UnsentOutbox(ctx, []string{creator, "nobody"}, "host-a")
	require.NoError(t, err)
	require.Equal(t, []string{creator}, creators)

	rows, err := b.store.ResumeOutbox(ctx, creator, store.QueueOf(store.OutboxReply), "host-a", 10)
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, []int64{unheard, waiting}, []int64{rows[0].ID, rows[1].ID})
	require.Equal(t, "pending", b.state(t, unheard))
	require.Equal(t, "sending", b.state(t, others), "somebody else has it in hand")
	signals, err := b.store.ResumeOutbox(ctx, creator, store.QueueOf(store.OutboxSignal), "host-a", 10)
	require.NoError(t, err)
	require.Empty(t, signals)
}

func TestAHolderWithAStaleEpochClaimsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.put(t, store.OutboxReply, "r")
	claim := b.connect(t)
	_, err := claim.Exec(t.Context(), `begin; update streamsuites.epochs set epoch = epoch + 1`)
	require.NoError(t, err)
	refused := make(chan error, 1)
	go func() {
		_, err := b.store.ClaimOutbox(t.Context(), id, creator, b.epoch, "host-a")
		refused <- err
	}()
	b.awaitLockWaits(t, 1)
	_, err = claim.Exec(t.Context(), `commit`)
	require.NoError(t, err)
	require.ErrorIs(t, <-refused, store.ErrStaleEpoch)
	require.Equal(t, "pending", b.state(t, id))

	claimed, err := b.store.ClaimOutbox(t.Context(), id, creator, b.epoch+1, "host-b")
	require.NoError(t, err)
	require.True(t, claimed)
}

func TestWhatAFormerHolderWasSendingIsSettled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	reply, signal, waiting := b.put(t, store.OutboxReply, "r"), b.put(t, store.OutboxSignal, "s"), b.put(t, store.OutboxReply, "w")
	for _, id := range []int64{reply, signal} {
		claimed, err := b.store.ClaimOutbox(ctx, id, creator, b.epoch, "host-a")
		require.NoError(t, err)
		require.True(t, claimed)
	}
	unknown, err := b.store.RecoverOutbox(ctx, map[string]int64{creator: b.epoch + 7})
	require.NoError(t, err)
	require.Zero(t, unknown, "only the holder may")
	require.Equal(t, "sending", b.state(t, reply))

	epochs, err := b.store.ClaimCreators(ctx, "host-b", []string{creator})
	require.NoError(t, err)
	unknown, err = b.store.RecoverOutbox(ctx, epochs)
	require.NoError(t, err)
	require.Equal(t, 1, unknown)
	require.Equal(t, []string{"unknown", "pending", "pending"}, []string{b.state(t, reply), b.state(t, signal), b.state(t, waiting)})

	require.NoError(t, b.store.FinishOutbox(ctx, reply, store.OutboxSent, ""), "the former holder knows better")
	require.Equal(t, "sent", b.state(t, reply))
}

func TestAnOutboxRowEndsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		kind    store.OutboxKind
		claim   bool
		steps   []store.OutboxState
		refused store.OutboxState
	}{
		"a sent reply is not sent again":         {store.OutboxReply, true, []store.OutboxState{store.OutboxSent, store.OutboxSent}, store.OutboxPending},
		"a claimed reply is not sent again":      {store.OutboxReply, true, nil, store.OutboxPending},
		"an unclaimed reply cannot be sent":      {store.OutboxReply, false, nil, store.OutboxSent},
		"a reply that is too late is dropped":    {store.OutboxReply, false, []store.OutboxState{store.OutboxDropped}, store.OutboxSent},
		"an unknown reply is not sent again":     {store.OutboxReply, true, []store.OutboxState{store.OutboxUnknown}, store.OutboxPending},
		"a signal may wait again":                {store.OutboxSignal, true, []store.OutboxState{store.OutboxPending, store.OutboxSent}, store.OutboxPending},
		"a failed signal stays failed":           {store.OutboxSignal, true, []store.OutboxState{store.OutboxFailed}, store.OutboxDropped},
		"a state that does not exist is refused": {store.OutboxSignal, true, nil, "else"},
	} {
		id := b.put(t, c.kind, name)
		if c.claim {
			claimed, err := b.store.ClaimOutbox(t.Context(), id, creator, b.epoch, "host-a")
			require.NoError(t, err, name)
			require.True(t, claimed, name)
		}
		for _, state := range c.steps {
			require.NoError(t, b.store.FinishOutbox(t.Context(), id, state, ""), name)
			require.Equal(t, string(state), b.state(t, id), name)
		}
		require.ErrorIs(t, b.store.FinishOutbox(t.Context(), id, c.refused, ""), store.ErrOutboxState, name)
	}
}

func TestClaimsOfASignalAreCounted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.put(t, store.OutboxSignal, "s")
	for range 2 {
		_, err := b.store.ClaimOutbox(t.Context(), id, creator, b.epoch, "host-a")
		require.NoError(t, err)
		require.NoError(t, b.store.FinishOutbox(t.Context(), id, store.OutboxPending, "no answer"))
	}
	pending, err := b.store.PendingOutbox(t.Context(), []string{creator}, store.OutboxSignal, 1)
	require.NoError(t, err)
	require.Equal(t, 2, pending[0].Attempts)
}

func TestAnInboxRowIsWrittenOnceForItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			assert.NoError(t, b.store.PutInbox(t.Context(), creator, "config", "config:1", 1))
		})
	}
	wg.Wait()
	require.NoError(t, b.store.PutInbox(t.Context(), creator, "config", "config:2", 2))
	inbox, err := b.store.PendingInbox(t.Context(), []string{creator, "other"})
	require.NoError(t, err)
	require.Len(t, inbox, 2)
	require.Less(t, inbox[0].ID, inbox[1].ID)
	require.Equal(t, "2", string(inbox[1].Payload))
}

func TestOnlyFinishedRowsArePruned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	done, pending := b.put(t, store.OutboxReply, "done"), b.put(t, store.OutboxReply, "pending")
	require.NoError(t, b.store.FinishOutbox(ctx, done, store.OutboxDropped, "late"))
	require.NoError(t, b.store.PutInbox(ctx, creator, "config", "consumed", 1))
	require.NoError(t, b.store.PutInbox(ctx, creator, "config", "waiting", 1))
	inbox, err := b.store.PendingInbox(ctx, []string{creator})
	require.NoError(t, err)
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 3, Clock: noon, InboxDone: map[int64]int64{inbox[0].ID: 2}})

	pruned, err := b.store.PruneOutbox(ctx, noon.AddDate(-1, 0, 0))
	require.NoError(t, err)
	require.Zero(t, pruned)
	pruned, err = b.store.PruneOutbox(ctx, time.Now().AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, int64(1), pruned)
	require.Equal(t, "pending", b.state(t, pending))
	_, err = b.store.PruneChat(ctx, noon.AddDate(-1, 0, 0))
	require.NoError(t, err)
	log, err := b.store.OpenLog(ctx, creator, store.LogSpan{})
	require.NoError(t, err)
	require.Equal(t, int64(2), log.ToSeq, "an input belongs to the log and is kept as long as chat")
	inbox, err = b.store.PendingInbox(ctx, []string{creator})
	require.NoError(t, err)
	require.Len(t, inbox, 1)
}

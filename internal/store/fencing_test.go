package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAStaleEpochDropsTheRowsOfThatCreatorOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	epochs, err := b.store.ClaimCreators(ctx, "host-a", []string{"other"})
	require.NoError(t, err)
	_, err = b.store.ClaimCreators(ctx, "host-b", []string{creator})
	require.NoError(t, err)

	result, err := b.committer.Commit(ctx, []store.LaneCommit{
		chatter(creator, b.epoch, 1, 3), chatter("other", epochs["other"], 1, 3), chatter("never claimed", 1, 1, 3),
	})
	require.NoError(t, err)
	require.Equal(t, []string{creator, "never claimed"}, result.Stale)
	for id, want := range map[string]int{creator: 0, "other": 3, "never claimed": 0} {
		st, err := b.store.LoadLane(ctx, id)
		require.NoError(t, err)
		require.Len(t, st.Recent, want, id)
	}
}

func TestACommitOfStaleCreatorsAloneWritesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.store.ClaimCreators(t.Context(), "host-b", []string{creator})
	require.NoError(t, err)
	result, err := b.committer.Commit(t.Context(), []store.LaneCommit{chatter(creator, b.epoch, 1, 3)})
	require.NoError(t, err)
	require.Equal(t, store.CommitResult{Stale: []string{creator}}, result)
}

// A claim that meets a commit waits for it, and then the lane that it loads holds
// what that commit wrote.
func TestAClaimWaitsForACommitUnderWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	// Somebody holds the creator's row of lanes, which is the last that a commit
	// writes: so the commit stands still after its check of the epochs.
	blocker := b.connect(t)
	_, err := blocker.Exec(ctx, `begin; insert into streamsuites.lanes values ('`+creator+`', 1, now())`)
	require.NoError(t, err)
	committed := make(chan error, 1)
	go func() {
		result, err := b.committer.Commit(ctx, []store.LaneCommit{chatter(creator, b.epoch, 1, 3)})
		if err == nil && len(result.Stale) > 0 {
			err = store.ErrStaleEpoch
		}
		committed <- err
	}()
	b.awaitLockWaits(t, 1)
	claimed := make(chan error, 1)
	go func() {
		_, err := b.store.ClaimCreators(ctx, "host-b", []string{creator})
		claimed <- err
	}()
	b.awaitLockWaits(t, 2)
	require.Empty(t, claimed, "the claim waits")

	_, err = blocker.Exec(ctx, `rollback`)
	require.NoError(t, err)
	require.NoError(t, <-committed)
	require.NoError(t, <-claimed)
	st, err := b.store.LoadLane(ctx, creator)
	require.NoError(t, err)
	require.Len(t, st.Recent, 3)
}

// A commit that meets a claim waits for it, and is stale then.
func TestACommitWaitsForAClaimUnderWayAndIsStaleThen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	claim := b.connect(t)
	_, err := claim.Exec(ctx, `begin; update streamsuites.epochs set epoch = epoch + 1`)
	require.NoError(t, err)
	results := make(chan store.CommitResult, 1)
	go func() {
		result, err := b.committer.Commit(ctx, []store.LaneCommit{chatter(creator, b.epoch, 1, 3)})
		if err == nil {
			results <- result
		}
		close(results)
	}()
	b.awaitLockWaits(t, 1)
	_, err = claim.Exec(ctx, `commit`)
	require.NoError(t, err)
	require.Equal(t, []string{creator}, (<-results).Stale)
}

// A holder that was stopped (SIGSTOP) in the middle of a commit keeps its locks only
// as long as the server lets it. That has to be less than the 15 s after which it is
// noticed that the holder is gone, or the next one would wait for it.
func TestTheServerEndsCommitsThatStandStillBeforeTheirHolderIsMissed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, setting := range []string{"idle_in_transaction_session_timeout", "statement_timeout"} {
		value, err := b.committer.Setting(t.Context(), setting)
		require.NoError(t, err)
		limit, err := time.ParseDuration(value)
		require.NoError(t, err, setting)
		require.Positive(t, limit, setting)
		require.Less(t, limit, 15*time.Second, setting)
	}
}

// What the data plane writes beside its commits is refused as well, as far as a
// holder that stood still could do harm by it.
func TestAStaleHolderWritesNothingBesideItsCommitsEither(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, Outbox: []store.Outbox{
		{LaneSeq: 1, Kind: store.OutboxReply, DedupeKey: "a", Payload: []byte(`{}`)},
		{LaneSeq: 1, Kind: store.OutboxReply, DedupeKey: "b", Payload: []byte(`{}`)},
		{LaneSeq: 1, Kind: store.OutboxSignal, DedupeKey: "c", Payload: []byte(`{}`)},
	}})
	replies, err := b.store.PendingOutbox(ctx, []string{creator}, store.OutboxReply, 10)
	require.NoError(t, err)
	mine, err := b.store.ClaimOutbox(ctx, replies[0].ID, creator, b.epoch, "host-a")
	require.NoError(t, err)
	require.True(t, mine)
	now, err := b.store.ClaimCreators(ctx, "host-b", []string{creator})
	require.NoError(t, err)
	status := func(epoch int64, state string) store.PlatformStatus {
		return store.PlatformStatus{CreatorID: creator, Epoch: epoch, Platform: chat.Twitch, Channel: "channel", State: connection.State(state), LastSuccess: noon}
	}
	require.NoError(t, b.store.SavePlatformStatus(ctx, []store.PlatformStatus{status(now[creator], "live")}))

	require.NoError(t, b.store.SavePlatformStatus(ctx, []store.PlatformStatus{status(b.epoch, "inactive")}))
	_, err = b.store.RecordLive(ctx, b.epoch, stream("s1", noon))
	require.ErrorIs(t, err, store.ErrStaleEpoch)
	_, err = b.store.RecordOffline(ctx, b.epoch, creator, chat.Twitch, noon)
	require.ErrorIs(t, err, store.ErrStaleEpoch)
	_, err = b.store.ClaimOutbox(ctx, replies[1].ID, creator, b.epoch, "host-a")
	require.ErrorIs(t, err, store.ErrStaleEpoch)
	unknown, err := b.store.RecoverOutbox(ctx, map[string]int64{creator: b.epoch})
	require.NoError(t, err)
	require.Zero(t, unknown)

	statuses, err := b.store.PlatformStatuses(ctx)
	require.NoError(t, err)
	require.Equal(t, connection.Live, statuses[0].State)
	live, err := b.store.LiveStreams(ctx)
	require.NoError(t, err)
	require.Empty(t, live)

	// What became of a reply that was on its way is better known to who sent it
	// than to anybody else; it makes nobody send it again.
	unknown, err = b.store.RecoverOutbox(ctx, now)
	require.NoError(t, err)
	require.Equal(t, 1, unknown)
	require.ErrorIs(t, b.store.FinishOutbox(ctx, replies[0].ID, store.OutboxPending, ""), store.ErrOutboxState)
	require.NoError(t, b.store.FinishOutbox(ctx, replies[0].ID, store.OutboxSent, ""))
	pending, err := b.store.PendingOutbox(ctx, []string{creator}, store.OutboxReply, 10)
	require.NoError(t, err)
	require.Len(t, pending, 1)
}

func TestAClaimWaitsForABroadcastThatIsBeingRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	blocker := b.connect(t)
	_, err := blocker.Exec(ctx, `begin; lock table streamsuites.streams in exclusive mode`)
	require.NoError(t, err)
	recorded, claimed := make(chan error, 1), make(chan error, 1)
	go func() { _, err := b.store.RecordLive(ctx, b.epoch, stream("s1", noon)); recorded <- err }()
	b.awaitLockWaits(t, 1)
	go func() { _, err := b.store.ClaimCreators(ctx, "host-b", []string{creator}); claimed <- err }()
	b.awaitLockWaits(t, 2)
	_, err = blocker.Exec(ctx, `rollback`)
	require.NoError(t, err)
	require.NoError(t, <-recorded)
	require.NoError(t, <-claimed)
}

package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

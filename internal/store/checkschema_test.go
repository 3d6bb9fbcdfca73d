package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestAProgramKnowsWhetherTheSchemaIsItsOwn(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), storetest.Empty(t))
	require.NoError(t, err)
	defer s.Close()
	var older *store.OlderSchemaError
	require.ErrorAs(t, s.CheckSchema(t.Context()), &older)
	require.Zero(t, older.Found)

	b := setup(t)
	require.NoError(t, b.store.CheckSchema(t.Context()))
	_, err = b.connect(t).Exec(t.Context(), `update streamsuites.schema_version set version = 900`)
	require.NoError(t, err)
	var newer *store.NewerSchemaError
	require.ErrorAs(t, b.store.CheckSchema(t.Context()), &newer)
}

func TestWhatIsOldIsForgottenAndTheRestStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	lane := store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon.Add(time.Hour)}
	for i, trigger := range []string{"old", "new"} {
		at := noon.Add(time.Duration(i) * time.Hour)
		lane.Cooldowns = append(lane.Cooldowns, store.Cooldown{TriggerID: trigger, Scope: "global", Until: at, FiredAt: at})
		require.NoError(t, b.store.AddRuntimeEvent(ctx, store.RuntimeEvent{At: at, Source: "system", Severity: store.SeverityInfo, Message: trigger}))
		_, err := b.store.TakeBudget(ctx, "bot", trigger, 1, 1, time.Minute, at)
		require.NoError(t, err)
	}
	b.commit(t, lane)

	for name, prune := range map[string]func() (int64, error){
		"cooldowns": func() (int64, error) { return b.store.PruneCooldowns(ctx, noon.Add(time.Minute)) },
		"events":    func() (int64, error) { return b.store.PruneRuntimeEvents(ctx, noon.Add(time.Minute)) },
		"budgets":   func() (int64, error) { return b.store.PruneBudgets(ctx, noon.Add(time.Minute)) },
	} {
		pruned, err := prune()
		require.NoError(t, err, name)
		require.Equal(t, int64(1), pruned, name)
	}
	require.Equal(t, []string{"new"}, b.lines(t))
	fired, err := b.store.AllCooldowns(ctx)
	require.NoError(t, err)
	require.Contains(t, fired[creator], "new")
	require.NotContains(t, fired[creator], "old")
}

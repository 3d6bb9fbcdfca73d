package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

// rowsByPartition counts the chat in each partition that has any.
func (b bench) rowsByPartition(t testing.TB) map[string]int {
	t.Helper()
	rows, err := b.connect(t).Query(t.Context(), `select relname, count(*) from streamsuites.chat_events e join pg_class c on c.oid = e.tableoid group by 1`)
	require.NoError(t, err)
	counts := map[string]int{}
	var name string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error {
		counts[name] = n
		return nil
	})
	require.NoError(t, err)
	return counts
}

func (b bench) partitionNames(t testing.TB) []string {
	t.Helper()
	rows, err := b.connect(t).Query(t.Context(), `select relname from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'streamsuites.chat_events'::regclass`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	slices.Sort(names)
	return names
}

func TestADatabaseThatWasJustMigratedHasPartitionsForTheseDays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.Contains(t, b.partitionNames(t), "chat_events_"+time.Now().UTC().Format("20060102"))
}

func TestChatOfADayWithoutAPartitionMovesIntoItWhenItIsMade(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, chatter(creator, b.epoch, 1, 3))
	require.Equal(t, map[string]int{"chat_events_other": 3}, b.rowsByPartition(t))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { assert.NoError(t, b.store.EnsurePartitions(t.Context(), noon)) })
	}
	wg.Wait()
	require.Equal(t, map[string]int{"chat_events_20260201": 3}, b.rowsByPartition(t))
	names := b.partitionNames(t)
	for _, day := range []string{"20260131", "20260201", "20260202", "20260203", "20260204"} {
		require.Contains(t, names, "chat_events_"+day)
	}
	b.commit(t, chatter(creator, b.epoch, 4, 3))
	require.Equal(t, map[string]int{"chat_events_20260201": 6}, b.rowsByPartition(t))
	st, err := b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.Len(t, st.Recent, 6)
}

func TestPartitionsAreMadeWhileChatIsWritten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop, written := make(chan struct{}), make(chan int, 1)
	go func() {
		first := 1
		defer func() { written <- first - 1 }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			_, err := b.committer.Commit(t.Context(), []store.LaneCommit{chatter(creator, b.epoch, first, 10)})
			if !assert.NoError(t, err) {
				return
			}
			first += 10
		}
	}()
	for day := range 5 {
		require.NoError(t, b.store.EnsurePartitions(t.Context(), noon.AddDate(0, 0, day)))
	}
	close(stop)
	want, total := <-written, 0
	for _, n := range b.rowsByPartition(t) {
		total += n
	}
	require.Equal(t, want, total)
}

func TestOldChatIsPrunedByPartition(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	require.NoError(t, b.store.EnsurePartitions(ctx, noon))
	lane := chatter(creator, b.epoch, 1, 4)
	lane.Events[1].SentAt = noon.AddDate(0, 0, 1)
	lane.Events[2].SentAt = time.Time{} // no partition, received on the first day
	lane.Events[3].SentAt = noon.AddDate(100, 0, 0)
	lane.Events[3].ReceivedAt = noon.AddDate(0, 0, 1)
	b.commit(t, lane)

	dropped, err := b.store.PruneChat(ctx, noon)
	require.NoError(t, err)
	require.Equal(t, 1, dropped, "the day before yesterday's noon is over")
	require.Equal(t, map[string]int{"chat_events_20260201": 1, "chat_events_20260202": 1, "chat_events_other": 2}, b.rowsByPartition(t))
	dropped, err = b.store.PruneChat(ctx, time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
	require.Equal(t, map[string]int{"chat_events_20260202": 1, "chat_events_other": 1}, b.rowsByPartition(t))
	require.NotContains(t, fmt.Sprint(b.partitionNames(t)), "20260201")
}

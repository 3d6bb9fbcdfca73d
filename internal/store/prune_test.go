package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestBoardsThatAreLongOverAreForgottenAndOthersKeepEverything(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	storetest.Boards(t, url)
	conn := bench{url: url, store: s}.connect(t)
	count := func(question string) (n int) {
		require.NoError(t, conn.QueryRow(t.Context(), question).Scan(&n))
		return n
	}
	votes, tallies := count(`select count(*) from streamsuites.poll_votes`), count(`select count(*) from streamsuites.tallies`)
	pruned, err := s.PruneBoards(t.Context(), minute(-1000))
	require.NoError(t, err)
	require.Zero(t, pruned)

	over := count(`select count(*) from streamsuites.polls where state in ('closed', 'archived')`)
	gone := count(`select count(*) from streamsuites.poll_votes join streamsuites.polls using (poll_id) where state in ('closed', 'archived')`)
	require.Positive(t, over)
	require.Positive(t, gone)
	pruned, err = s.PruneBoards(t.Context(), minute(1000))
	require.NoError(t, err)
	require.Positive(t, pruned)
	require.Zero(t, count(`select count(*) from streamsuites.polls where state in ('closed', 'archived')`))
	require.Equal(t, votes-gone, count(`select count(*) from streamsuites.poll_votes`))
	require.LessOrEqual(t, count(`select count(*) from streamsuites.tallies`), tallies)
	require.Zero(t, count(`select count(*) from streamsuites.board_states where kind = 'polls' and board_id not in (select poll_id from streamsuites.polls)`))
	polls, err := s.Polls(t.Context(), store.BoardFilter{Private: true})
	require.NoError(t, err)
	require.NotEmpty(t, polls)
	require.Contains(t, told(polls), "poll-tie open o1=1 o2=1 12:08:00", "the sums of those that go on stay")
}

func TestOldChangesOfPointsAreForgottenButWhatAClipMayGiveBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clip(t, "ab12cd") // not over
	conn := b.connect(t)
	_, err := conn.Exec(t.Context(), `
		insert into streamsuites.points (creator_id, user_key, balance, last_seq) values ($1, 'twitch:u', 7, 1)`, creator)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `
		insert into streamsuites.point_changes (creator_id, lane_seq, user_key, delta, reason, clip_id, at)
		select $1, n, 'twitch:u', -1, 'spent', c, $2::timestamptz + make_interval(hours => h)
		from (values (1, '', 0), (2, 'ab12cd', 0), (3, 'zz99zz', 0), (4, '', 2)) as v (n, c, h)`, creator, noon)
	require.NoError(t, err)
	pruned, err := b.store.PrunePoints(t.Context(), noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, int64(2), pruned)
	var left []int64
	require.NoError(t, conn.QueryRow(t.Context(), `select array_agg(lane_seq order by id) from streamsuites.point_changes`).Scan(&left))
	require.Equal(t, []int64{2, 4}, left)
	var balance int
	require.NoError(t, conn.QueryRow(t.Context(), `select balance from streamsuites.points`).Scan(&balance))
	require.Equal(t, 7, balance)
}

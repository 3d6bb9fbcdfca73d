package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// minute is a moment of storetest.Boards.
func minute(m float64) time.Time {
	return storetest.Noon.Add(time.Duration(m * float64(time.Minute)))
}

// told is what polls say, in short.
func told(polls []store.Poll) []string {
	lines := make([]string, 0, len(polls))
	for _, p := range polls {
		line := p.ID + " " + string(p.State)
		for _, o := range p.Options {
			line += fmt.Sprintf(" %s=%d", o.ID, o.Votes)
		}
		lines = append(lines, line+p.UpdatedAt.UTC().Format(" 15:04:05"))
	}
	return lines
}

func TestPollsComeWithTheirResultsTheNewestFirst(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	storetest.Boards(t, url)
	polls, err := s.Polls(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Equal(t, []string{
		"poll-new draft o1=0 o2=0 12:05:00", "poll-tie open o1=1 o2=1 12:08:00", "poll-tea closed o1=3 o2=1 o3=0 12:10:00",
	}, told(polls), "without what is not public and what has no choice")
	require.Equal(t, minute(1), polls[2].OpenedAt.UTC())
	require.Equal(t, minute(10), polls[2].ClosedAt.UTC())
	require.Equal(t, "Tea won.", polls[2].Summary)

	polls, err = s.Polls(t.Context(), store.BoardFilter{Limit: 2, Private: true})
	require.NoError(t, err)
	require.Equal(t, []string{"poll-hidden open o1=1 o2=0 12:09:00", "poll-new draft o1=0 o2=0 12:05:00"}, told(polls))
}

func TestAPastMomentIsToldByTheRowsOfUpToThen(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	storetest.Boards(t, url)
	for m, want := range map[float64][]string{
		-1:  {},
		0.5: {"poll-tea draft o1=0 o2=0 o3=0 12:00:00"},
		1:   {"poll-tea open o1=0 o2=0 o3=0 12:01:00"},
		3:   {"poll-tea open o1=2 o2=1 o3=0 12:03:00"},
		7.5: {"poll-new draft o1=0 o2=0 12:05:00", "poll-tie open o1=1 o2=0 12:07:00", "poll-tea open o1=3 o2=1 o3=0 12:04:00"},
	} {
		polls, err := s.Polls(t.Context(), store.BoardFilter{At: minute(m)})
		require.NoError(t, err)
		require.Equal(t, want, told(polls), m)
	}
	polls, err := s.Polls(t.Context(), store.BoardFilter{At: minute(5), Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []string{"poll-new draft o1=0 o2=0 12:05:00"}, told(polls))
	require.True(t, polls[0].OpenedAt.IsZero())

	for m, want := range map[float64]string{
		0: "active 0 12:00:00", 2.5: "active 2 12:02:00", 3: "paused 2 12:03:00", 3.5: "active 2 12:03:30", 5: "active 5 12:04:00", 60: "active 4 12:06:00",
	} {
		tallies, err := s.Tallies(t.Context(), store.BoardFilter{At: minute(m)})
		require.NoError(t, err)
		tally := tallies[len(tallies)-1]
		require.Equal(t, want, fmt.Sprintf("%s %d %s", tally.State, tally.Count, tally.UpdatedAt.UTC().Format("15:04:05")), m)
	}

	for m, want := range map[float64]string{
		1: "", 2: "viewer77=5", 3.5: "otter=7 viewer77=5", 4: "Viewer 78=12 otter=7", 60: "Viewer 78=12 otter=12 marten=-2",
	} {
		found, err := s.Scoreboards(t.Context(), store.BoardFilter{At: minute(m)})
		require.NoError(t, err)
		var said []string
		for _, e := range found[len(found)-1].Entries {
			said = append(said, fmt.Sprintf("%s=%d", e.Label, e.Score))
		}
		require.Equal(t, want, strings.Join(said, " "), m)
		require.Equal(t, m >= 8, found[0].State == store.ScoreboardFinal, m)
		require.Equal(t, m >= 8, !found[0].FinalizedAt.IsZero(), m)
	}
}

// TestTheSumsAreWhatTheRowsAddUpTo holds what triggers keep against what a look at
// every row says.
func TestTheSumsAreWhatTheRowsAddUpTo(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	storetest.Boards(t, url)
	now, then := store.BoardFilter{Private: true}, store.BoardFilter{Private: true, At: minute(1e6)}
	same := func() {
		t.Helper()
		polls, err := s.Polls(t.Context(), now)
		require.NoError(t, err)
		pollsThen, err := s.Polls(t.Context(), then)
		require.NoError(t, err)
		require.Equal(t, pollsThen, polls)
		tallies, err := s.Tallies(t.Context(), now)
		require.NoError(t, err)
		talliesThen, err := s.Tallies(t.Context(), then)
		require.NoError(t, err)
		require.Equal(t, talliesThen, tallies)
		boards, err := s.Scoreboards(t.Context(), now)
		require.NoError(t, err)
		boardsThen, err := s.Scoreboards(t.Context(), then)
		require.NoError(t, err)
		require.Equal(t, boardsThen, boards)
	}
	same()
	storetest.Exec(t, url, `
		insert into poll_votes (poll_id, option_id, platform, voter_id, voted_at)
		select 'poll-tie', 'o' || 1 + n % 2, 'kick', n::text, timestamptz '2026-02-01 12:20Z' + n * interval '1 second' from generate_series(1, 501) n`)
	storetest.Exec(t, url, `
		insert into score_events (scoreboard_id, entry_id, user_id, label, delta, platform, scored_at)
		select 'score-points', 'kick:' || n % 150, n % 150, 'viewer ' || n, n % 7 - 2, 'kick', timestamptz '2026-02-01 12:20Z' + n * interval '1 second'
		from generate_series(1, 900) n`)
	storetest.Exec(t, url, `
		insert into score_events (scoreboard_id, entry_id, user_id, label, delta, platform, scored_at)
		values ('score-points', 'kick:1', '1', 'late news of an old name', 100000, 'kick', '2026-02-01 12:00Z')`)
	storetest.Exec(t, url, `insert into tally_increments (tally_id, delta, platform, counted_at)
		select 'tally-deaths', n, 'kick', timestamptz '2026-02-01 12:20Z' + n * interval '1 second' from generate_series(1, 100) n`)
	same()
	found, err := s.Scoreboards(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Len(t, found[1].Entries, store.MaxScoreEntries)
	require.Equal(t, "viewer 751", found[1].Entries[0].Label)
	require.Equal(t, int64(100000), found[1].Entries[0].Score/1000*1000)

	storetest.Exec(t, url, `delete from poll_votes where platform = 'kick' and voter_id::integer % 5 = 0`)
	polls, err := s.Polls(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Equal(t, []store.PollOption{{ID: "o1", Label: "Cat", Votes: 201}, {ID: "o2", Label: "Dog", Votes: 202}}, polls[1].Options)
	storetest.Exec(t, url, `delete from polls where poll_id = 'poll-tie'`)
	storetest.Exec(t, url, `delete from tallies`)
	storetest.Exec(t, url, `delete from scoreboards`)
	same()
}

func TestWhoeverCountsAtOnceLosesNothing(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	storetest.Boards(t, url)
	const writers, rounds = 6, 20
	var wg sync.WaitGroup
	for w := range writers {
		conn, err := pgx.Connect(t.Context(), url)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, conn.Close(context.Background())) })
		wg.Go(func() {
			for r := range rounds {
				_, err := conn.Exec(t.Context(), fmt.Sprintf(`
					insert into streamsuites.poll_votes (poll_id, option_id, platform, voter_id, voted_at)
					select poll_id, option_id, 'kick', '%d/%d/' || option_id, now() from streamsuites.poll_options order by random();
					insert into streamsuites.tally_increments (tally_id, delta, platform, counted_at)
					select tally_id, -1, 'kick', now() from streamsuites.tallies order by random();
					insert into streamsuites.score_events (scoreboard_id, entry_id, label, delta, platform, scored_at)
					select scoreboard_id, 'kick:' || n, '', 2, 'kick', now() from streamsuites.scoreboards, generate_series(1, 3) n order by random()`, w, r))
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	polls, err := s.Polls(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Equal(t, int64(writers*rounds+1), polls[1].Options[0].Votes)
	tallies, err := s.Tallies(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Equal(t, int64(4-writers*rounds), tallies[1].Count)
	boards, err := s.Scoreboards(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Equal(t, int64(2*writers*rounds), boards[0].Entries[0].Score)
}

func TestAVoterHasOneVoteAndOptionsAreThePollsOwn(t *testing.T) {
	t.Parallel()
	url, _ := storetest.New(t)
	storetest.Boards(t, url)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	for what, statement := range map[string]string{
		"a second vote":       `insert into streamsuites.poll_votes (poll_id, option_id, platform, voter_id, voted_at) values ('poll-tea', 'o2', 'twitch', 'u1', now())`,
		"no such option":      `insert into streamsuites.poll_votes (poll_id, option_id, platform, voter_id, voted_at) values ('poll-tie', 'o3', 'twitch', 'u9', now())`,
		"no such state":       `update streamsuites.polls set state = 'paused'`,
		"markup as an id":     `insert into streamsuites.tallies (tally_id, creator_id, creator, label) values ('<b>', 'Qx7Zt2', '', '')`,
		"a path as a creator": `insert into streamsuites.scoreboards (scoreboard_id, creator_id, creator, title) values ('s', '../x', '', '')`,
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.Error(t, err, what)
	}
	_, err = conn.Exec(t.Context(), `insert into streamsuites.poll_votes (poll_id, option_id, platform, voter_id, voted_at)
		values ('poll-tea', 'o2', 'twitch', 'u1', now()) on conflict do nothing`)
	require.NoError(t, err, "the first vote counts")
}

func TestSignalsComeTheNewestFirst(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	storetest.Boards(t, url)
	votes, err := s.PollVotes(t.Context(), store.BoardFilter{Limit: 2, Private: true})
	require.NoError(t, err)
	require.Equal(t, store.PollVote{ID: 7, PollID: "poll-hidden", Question: "A surprise?", OptionID: "o1", Option: "Yes", CreatorID: "Qx7Zt2",
		Creator: "Marmot Lantern", Platform: "twitch", VoterID: "u1", VotedAt: minute(9)}, utcVote(votes[0]))
	require.Equal(t, "poll-tie", votes[1].PollID)
	votes, err = s.PollVotes(t.Context(), store.BoardFilter{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, int64(6), votes[0].ID)
	votes, err = s.PollVotes(t.Context(), store.BoardFilter{At: minute(3)})
	require.NoError(t, err)
	require.Len(t, votes, 3)
	require.Equal(t, "youtube", votes[0].Platform)

	increments, err := s.TallyIncrements(t.Context(), store.BoardFilter{At: minute(2)})
	require.NoError(t, err)
	require.Len(t, increments, 2)
	require.Equal(t, "Falls", increments[1].Category)
	require.Equal(t, int32(2), increments[1].Delta)
	increments, err = s.TallyIncrements(t.Context(), store.BoardFilter{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, int32(-1), increments[0].Delta)

	scores, err := s.ScoreEvents(t.Context(), store.BoardFilter{Limit: 3})
	require.NoError(t, err)
	require.Equal(t, []string{"marten", "otter", "Viewer 78"}, []string{scores[0].Label, scores[1].Label, scores[2].Label})
	scores, err = s.ScoreEvents(t.Context(), store.BoardFilter{At: minute(3)})
	require.NoError(t, err)
	require.Len(t, scores, 3)
	require.Equal(t, "Team Fern", scores[0].Label)
	require.Empty(t, scores[0].UserID)
}

func utcVote(v store.PollVote) store.PollVote {
	v.VotedAt = v.VotedAt.UTC()
	return v
}

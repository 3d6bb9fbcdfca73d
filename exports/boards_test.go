package exports

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

func TestPercentagesAddUpAndNeverTellEqualOptionsApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ votes, shares []int32 }{
		{nil, []int32{}},
		{[]int32{0, 0}, []int32{0, 0}},
		{[]int32{3, 1}, []int32{75, 25}},
		{[]int32{1, 1}, []int32{50, 50}},
		{[]int32{1, 1, 1}, []int32{33, 33, 33}},
		{[]int32{2, 1}, []int32{67, 33}},
		{[]int32{1, 1, 1, 1, 1, 1}, []int32{16, 16, 16, 16, 16, 16}},
		{[]int32{1, 0}, []int32{100, 0}},
		{[]int32{199, 1}, []int32{100, 0}},
		{[]int32{math.MaxInt32, math.MaxInt32, 1}, []int32{50, 50, 0}},
	} {
		require.Equal(t, c.shares, percentages(c.votes), "%v", c.votes)
	}
	random := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		votes := make([]int32, 2+random.IntN(9))
		for i := range votes {
			votes[i] = random.Int32N(40)
		}
		shares := percentages(votes)
		distinct := slices.Clone(votes)
		slices.Sort(distinct)
		sum := int32(0)
		for i := range votes {
			sum += shares[i]
			for j := range votes {
				if votes[i] == votes[j] {
					require.Equal(t, shares[i], shares[j], "%v %v", votes, shares)
				}
				if votes[i] > votes[j] {
					require.GreaterOrEqual(t, shares[i], shares[j], "%v %v", votes, shares)
				}
			}
		}
		require.LessOrEqual(t, sum, int32(100), "%v %v", votes, shares)
		if len(slices.Compact(distinct)) == len(votes) {
			require.Equal(t, int32(100), sum, "%v %v", votes, shares)
		}
	}
}

func TestEmptyBoardsAreValidDocumentsWithLists(t *testing.T) {
	t.Parallel()
	for _, build := range []func() (Document, error){
		func() (Document, error) { return BuildPolls(FilePolls, PollsInput{Since: at(-60)}) },
		func() (Document, error) { return BuildTallies(FileTallies, TalliesInput{Since: at(-60)}) },
		func() (Document, error) { return BuildScoreboards(FileScoreboards, ScoreboardsInput{Since: at(-60)}) },
		func() (Document, error) { return BuildPollVotes(PollVotesInput{Since: at(-60)}) },
		func() (Document, error) { return BuildTallyEvents(TallyEventsInput{Since: at(-60)}) },
		func() (Document, error) { return BuildScoreEvents(ScoreEventsInput{Since: at(-60)}) },
	} {
		d, err := build()
		require.NoError(t, err)
		requireValid(t, d)
		require.Contains(t, string(d.Data), `"items": []`)
		require.Contains(t, string(d.Data), `_at": "2026-02-01T11:59:00.000000Z"`)
		require.NotContains(t, string(d.Data), "null")
	}
}

func TestEntriesWithEqualScoresShareAPosition(t *testing.T) {
	t.Parallel()
	entry := func(id string, score int64) store.ScoreEntry {
		return store.ScoreEntry{ID: id, Label: id, Score: score}
	}
	require.Equal(t, []scoreboardEntry{{1, "c", 9}, {2, "a", 5}, {2, "b", 5}, {4, "d", math.MinInt32}},
		scoreboardEntries([]store.ScoreEntry{entry("d", math.MinInt64), entry("b", 5), entry("a", 5), entry("c", 9)}))
}

func TestOnlyCreatorsWithScoresOfViewersHaveASnapshot(t *testing.T) {
	t.Parallel()
	viewer := []store.ScoreEntry{{ID: "u", UserID: "u", Label: "u", Score: 1}}
	team := []store.ScoreEntry{{ID: "fern", Label: "Team Fern", Score: 1}}
	docs, err := BuildScoreSnapshots([]store.Scoreboard{
		{ID: "s4", CreatorID: "zebra1", Entries: viewer}, {ID: "s3", CreatorID: "teams1", Entries: team},
		{ID: "s2", CreatorID: "Ab3dE9", Entries: viewer}, {ID: "s1", CreatorID: "empty1"},
	})
	require.NoError(t, err)
	var files []string
	for _, d := range docs {
		requireValid(t, d)
		require.Equal(t, DashboardOnly, d.Visibility)
		files = append(files, d.File)
	}
	require.Equal(t, []string{"scoreboards/snapshots/Ab3dE9.json", "scoreboards/snapshots/zebra1.json"}, files)
	_, known := VisibilityOf(files[0])
	require.True(t, known)
	for _, bad := range []string{"scoreboards/snapshots/.json", "scoreboards/snapshots/../x.json", "scoreboards/snapshots/a/b.json", "scoreboards/snapshots/a"} {
		_, known := VisibilityOf(bad)
		require.False(t, known, bad)
	}
}

func TestSignalsHoldTheNewestRowsAndNoNamesOfVoters(t *testing.T) {
	t.Parallel()
	var in PollVotesInput
	for n := range MaxSignals + 5 {
		v := someVotes().Votes[0]
		v.ID, v.VotedAt = int64(1000-n), at(float64(-n))
		in.Votes = append(in.Votes, v)
	}
	d, err := BuildPollVotes(in)
	require.NoError(t, err)
	requireValid(t, d)
	var doc struct{ Votes []map[string]any }
	require.NoError(t, json.Unmarshal(d.Data, &doc))
	require.Len(t, doc.Votes, MaxSignals)
	require.Equal(t, "pv-1000", doc.Votes[0]["vote_id"])
	for _, v := range doc.Votes {
		require.NotContains(t, v, "voter")
		require.Equal(t, "100077", v["voter_id"])
	}
	for file, also := range map[string]string{FilePollVotes: "poll_votes.json", FileTallyEvents: "tally_events.json", FileScoreEvents: "score_events.json"} {
		k, known := kindOf(file)
		require.True(t, known)
		require.Equal(t, []string{also}, k.also)
		require.Equal(t, DashboardOnly, k.visibility)
	}
}

func TestHostileTextNeverBreaksABoard(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"markup": `<script>alert("x")</script>`, "nothing": "", "invalid UTF-8": "a\xff\xfeb", "NUL": "a\x00b", "lines": "a\nb\r\nc",
		"direction": "a\u202eb\u200bc", "long": strings.Repeat("é", 5000), "only markup": "<<>>", "spaces": "   ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireHarmless := func(d Document, err error) {
				t.Helper()
				require.NoError(t, err)
				requireValid(t, d)
				require.NotContains(t, string(d.Data), `\u003c`)
			}
			polls, tallies, boards := somePolls(), someTallies(), someScoreboards()
			p := &polls.Polls[0]
			p.Creator, p.Question, p.Summary, p.Options[0].Label = text, text, text, text
			requireHarmless(BuildPolls(FilePolls, polls))
			tallies.Tallies[0].Creator, tallies.Tallies[0].Label = text, text
			requireHarmless(BuildTallies(FileTallies, tallies))
			b := &boards.Scoreboards[0]
			b.Creator, b.Title, b.ModuleID, b.Entries[0].Label, b.Entries[1].UserID = text, text, text, text, text+"u"
			requireHarmless(BuildScoreboards(FileScoreboards, boards))
			requireHarmless(BuildScoreSnapshot(ScoreSnapshotInput{"Qx7Zt2", boards.Scoreboards}))
			votes, increments, scores := someVotes(), someIncrements(), someScores()
			v, i, e := &votes.Votes[0], &increments.Increments[0], &scores.Events[0]
			v.Creator, v.Question, v.Option, v.VoterID, v.Platform = text, text, text, text, text
			i.Creator, i.Label, i.Category, i.Platform = text, text, text, text
			e.Creator, e.Title, e.Label, e.Context, e.Platform = text, text, text, text, text
			requireHarmless(BuildPollVotes(votes))
			requireHarmless(BuildTallyEvents(increments))
			requireHarmless(BuildScoreEvents(scores))
		})
	}
}

func TestAPollThatMovesToAPageIsFollowedThereAndTheListSaysSo(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{}
		_, _, stop := running(t, tr, r)
		defer stop()
		for n := range 12 {
			time.Sleep(time.Second)
			r.set(func(r *rows) {
				r.polls = append([]store.Poll{somePoll(fmt.Sprintf("poll-%d", n), n, 1, 2)}, r.polls...)
			})
			synctest.Wait()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for file, want := range map[string]string{FilePolls: "poll-7", page(FilePolls, 1): "poll-2", page(FilePolls, 2): "poll-6"} {
			text := tr.read(tr.mirror, file)
			require.Contains(t, text, `"`+want+`"`, file)
			requireValid(t, Document{File: file, Data: []byte(text)})
			require.Contains(t, tr.read(tr.canonical, FileMeta), `"`+file+`"`)
		}
		require.NotContains(t, tr.read(tr.mirror, FilePolls), `"poll-6"`)
		require.Equal(t, tr.read(tr.canonical, FilePollVotes), tr.read(tr.mirror, "poll_votes.json"))
		require.Equal(t, "<none>", tr.read(tr.canonical, "poll_votes.json"))
	})
}

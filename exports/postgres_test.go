package exports

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writeInto); dir != "" {
		writeUntilKilled(dir)
	}
	storetest.Main(m)
}

// TestAClipsLifeIsFollowedFromTheDatabase runs the exporter against a real
// database: each change of the clip is notified and shows up in both trees.
func TestAClipsLifeIsFollowedFromTheDatabase(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "host", []string{"Qx7Zt2"})
	require.NoError(t, err)

	tr := newTree(t)
	settings := someSettings()
	e := New(Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options(), Log: zerolog.Nop(),
		Heartbeat: time.Hour, Refresh: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	await := func(root, file, want string) {
		t.Helper()
		soon(t, func() bool { return strings.Contains(tr.read(root, file), want) }, "%s with %s", file, want)
	}
	await(tr.mirror, FileClips, `"clips": []`)

	now := time.Now().UTC().Truncate(time.Second)
	request := clip.Request{
		ClipID: "abc123", JobID: clip.NewJobID("Qx7Zt2", "m1", "clip", 0), CreatorID: "Qx7Zt2", Creator: "Marmot Lantern",
		Title: clip.Title("Otter", "viewer77", now, "abc123"), SourceTitle: "Otter", Platform: chat.Twitch, Channel: "marmot", MessageID: "m1",
		RequestedBy: "twitch:viewer77", Clipper: "viewer77", RequestedAt: now, Start: now.Add(-25 * time.Second), End: now.Add(5 * time.Second), Destination: "folder",
	}
	_, err = committer.Commit(t.Context(), []store.LaneCommit{{
		CreatorID: "Qx7Zt2", Epoch: epochs["Qx7Zt2"], NextSeq: 2, Clock: now, Clips: []clip.Request{request},
		Cooldowns: []store.Cooldown{{TriggerID: "clip", Scope: "global", Until: now.Add(time.Minute), FiredAt: now}},
	}})
	require.NoError(t, err)
	await(tr.mirror, FileClips, `"state": "queued"`)
	await(tr.mirror, FileJobs, `"status": "pending"`)
	for seq, c := range []store.Transition{
		{State: clip.Encoding},
		{State: clip.Encoded, Result: &store.EncodeResult{OutputPath: "clips/output/abc123.mp4", Thumbnail: "clips/output/abc123.jpg", Duration: 30 * time.Second, Bytes: 1000, SHA256: "00"}},
		{State: clip.Uploading},
		{State: clip.Published, URL: "http://127.0.0.1:8080/clips/abc123.mp4"},
	} {
		c.ClipID, c.Seq = "abc123", seq+1
		_, err := s.Transition(t.Context(), c)
		require.NoError(t, err)
		await(tr.canonical, FileClips, `"state": "`+string(c.State)+`"`)
		await(tr.mirror, FileClips, `"state": "`+string(c.State)+`"`)
	}
	await(tr.mirror, FileJobs, `"status": "completed"`)
	require.NoError(t, s.SavePlatformStatus(t.Context(), []store.PlatformStatus{{CreatorID: "Qx7Zt2", Epoch: epochs["Qx7Zt2"], Platform: chat.Twitch, Channel: "marmot",
		State: "live", LastHeartbeat: time.Now(), LastSuccess: time.Now()}}))
	require.NoError(t, e.Once(t.Context()))
	require.Contains(t, tr.read(tr.mirror, FileSnapshot), `"status": "running"`)

	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.NoError(t, e.Final(t.Context()))
	require.NotContains(t, tr.read(tr.mirror, FileSnapshot), `"status": "running"`)
	for _, file := range []string{FileClips, FileJobs, FileMeta, FileSnapshot} {
		requireValid(t, Document{File: file, Data: []byte(tr.read(tr.mirror, file))})
	}
	tr.manifest()

	generation, text := tr.manifest().Generation, tr.read(tr.canonical, FileClips)
	require.NoError(t, New(Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options()}).Once(t.Context()))
	require.Equal(t, generation, tr.manifest().Generation, "equal rows, equal documents")
	require.Equal(t, text, tr.read(tr.canonical, FileClips))
}

// TestBoardsAreFollowedFromTheDatabase runs the exporter against a real database
// into which a feature writes polls, tallies and scoreboards.
func TestBoardsAreFollowedFromTheDatabase(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	tr := newTree(t)
	settings := someSettings()
	options := Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options(), Log: zerolog.Nop(),
		Heartbeat: time.Hour, Refresh: time.Hour}
	files := []string{FilePolls, FileTallies, FileScoreboards, FilePollVotes, FileTallyEvents, FileScoreEvents}
	requireAllValid := func() {
		for _, file := range files {
			text := tr.read(tr.mirror, file)
			requireValid(t, Document{File: file, Data: []byte(text)})
			require.Equal(t, text, tr.read(tr.canonical, file))
		}
	}
	e := New(options)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	soon(t, func() bool { return tr.read(tr.mirror, FileMeta) != "<none>" }, "a list")
	requireAllValid()
	require.Contains(t, tr.read(tr.mirror, FilePolls), `"polls": []`)

	storetest.Boards(t, url)
	snapshot := ScoreSnapshot("Qx7Zt2")
	files = append(files, snapshot)
	soon(t, func() bool {
		return strings.Contains(tr.read(tr.mirror, FileScoreboards), `"final"`) && strings.Contains(tr.read(tr.mirror, FileMeta), snapshot)
	}, "the boards")
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.NoError(t, e.Once(t.Context()))
	requireAllValid()
	for _, file := range []string{FilePolls, ScoreSnapshot("Ab3dE9")} {
		require.NotContains(t, tr.read(tr.mirror, file), "surprise", "what is not public stays so")
	}
	require.Equal(t, "<none>", tr.read(tr.mirror, ScoreSnapshot("Ab3dE9")), "a team is no viewer")
	require.Contains(t, tr.read(tr.mirror, FilePollVotes), "A surprise?", "signals are for the dashboard only")
	require.Contains(t, tr.read(tr.mirror, FileTallies), `"count": 2147483647`)
	require.Equal(t, tr.read(tr.mirror, FileScoreEvents), tr.read(tr.mirror, "score_events.json"))
	tr.manifest()

	generation := tr.manifest().Generation
	require.NoError(t, New(options).Once(t.Context()))
	require.Equal(t, generation, tr.manifest().Generation, "equal rows, equal documents")

	storetest.Exec(t, url, `delete from scoreboards`)
	require.NoError(t, e.Once(t.Context()))
	require.Equal(t, "<none>", tr.read(tr.mirror, snapshot), "nothing to tell any more")
	require.NotContains(t, tr.read(tr.mirror, FileMeta), snapshot)
}

func TestBoardsOfAPastMomentAreDocumentsLikeAnyOther(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	storetest.Boards(t, url)
	past := pastBoards{s, storetest.Noon.Add(3 * time.Minute)}
	polls, err := past.Polls(t.Context(), store.BoardFilter{Limit: 500})
	require.NoError(t, err)
	d, err := BuildPolls(FilePolls, PollsInput{Polls: polls})
	require.NoError(t, err)
	requireValid(t, d)
	require.Contains(t, string(d.Data), `"generated_at": "2026-02-01T12:03:00.000000Z"`)
	require.Contains(t, string(d.Data), `"percent": 67`)
	require.Contains(t, string(d.Data), `"closed_at": null`)
	tallies, err := past.Tallies(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Equal(t, store.TallyPaused, tallies[1].State)
	boards, err := past.Scoreboards(t.Context(), store.BoardFilter{})
	require.NoError(t, err)
	require.Len(t, boards[1].Entries, 2)
	votes, err := past.PollVotes(t.Context(), newestSignals)
	require.NoError(t, err)
	require.Len(t, votes, 3)
	increments, err := past.TallyIncrements(t.Context(), newestSignals)
	require.NoError(t, err)
	require.Len(t, increments, 3)
	scores, err := past.ScoreEvents(t.Context(), newestSignals)
	require.NoError(t, err)
	require.Len(t, scores, 3)
}

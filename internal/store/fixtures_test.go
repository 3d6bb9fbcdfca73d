package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// noon is when everything in these tests happens.
var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

const creator = "Qx7Zt2"

// message returns the n-th chat message of a creator.
func message(creatorID string, n int) store.Event {
	at := noon.Add(time.Duration(n) * time.Millisecond)
	return store.Event{
		LaneSeq: int64(n),
		Event: chat.Event{
			Platform: chat.Twitch, MessageID: fmt.Sprintf("%s-%08d-4f3d-9b1e-0123456789ab", creatorID, n), CreatorID: creatorID,
			Channel: "channel", Author: chat.Author{ID: "1234567", Login: "viewer", Name: "Viewer", Roles: chat.Subscriber | chat.VIP},
			Text: "this is what people write in a chat, more or less, most of the time", SentAt: at, ReceivedAt: at.Add(80 * time.Millisecond),
		},
	}
}

// chatter is a commit of n messages that triggered nothing.
func chatter(creatorID string, epoch int64, first, n int) store.LaneCommit {
	lane := store.LaneCommit{
		CreatorID: creatorID, Epoch: epoch, NextSeq: int64(first + n), Clock: noon.Add(time.Duration(first+n) * time.Millisecond),
		Counters: map[chat.Platform]store.CounterDelta{chat.Twitch: {Messages: int64(n), LastEventAt: noon}},
	}
	for i := range n {
		lane.Events = append(lane.Events, message(creatorID, first+i))
	}
	return lane
}

func request(creatorID, clipID string) clip.Request {
	return clip.Request{
		ClipID: clipID, JobID: clip.NewJobID(creatorID, clipID, "clip", 0), CreatorID: creatorID, Creator: "Some Creator",
		Title: clip.Title("Wow", "Viewer", noon, clipID), SourceTitle: "Wow", Platform: chat.Twitch, Channel: "channel", MessageID: "m-" + clipID,
		RequestedBy: "twitch:viewer", Clipper: "Viewer", RequestedAt: noon, Start: noon.Add(-20 * time.Second), End: noon.Add(10 * time.Second),
		Destination: "folder",
	}
}

// bench is a database with a committer and one claimed creator.
type bench struct {
	url       string
	store     *store.Store
	committer *store.Committer
	epoch     int64
}

func setup(t testing.TB) bench {
	t.Helper()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "host-a", []string{creator})
	require.NoError(t, err)
	return bench{url: url, store: s, committer: committer, epoch: epochs[creator]}
}

// commit commits one lane, which has to go through.
func (b bench) commit(t testing.TB, lane store.LaneCommit) store.CommitResult {
	t.Helper()
	result, err := b.committer.Commit(t.Context(), []store.LaneCommit{lane})
	require.NoError(t, err)
	require.Empty(t, result.Stale)
	return result
}

// clip commits a clip request.
func (b bench) clip(t testing.TB, clipID string) clip.Request {
	t.Helper()
	r := request(creator, clipID)
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, Clips: []clip.Request{r}})
	return r
}

// connect opens a plain connection to the database, to look behind the store.
func (b bench) connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// awaitLockWaits returns when n sessions wait for locks.
func (b bench) awaitLockWaits(t testing.TB, n int) {
	t.Helper()
	conn := b.connect(t)
	require.Eventually(t, func() bool {
		var waiting int
		err := conn.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting)
		return err == nil && waiting == n
	}, 10*time.Second, 5*time.Millisecond)
}

// unrepetitive returns n bytes of text that Postgres cannot compress away.
func unrepetitive(n int) string {
	source := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('!' + source.IntN(90))
	}
	return string(text)
}

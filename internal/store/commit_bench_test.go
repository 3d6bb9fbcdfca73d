package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// BenchmarkCommit writes chat of 20 creators, 2,500 messages a commit, and compares
// with COPY of the same rows into an equal table with the same keys and nothing else.
func BenchmarkCommit(b *testing.B) {
	const creators, each = 20, 125
	url, s := storetest.New(b)
	require.NoError(b, s.EnsurePartitions(b.Context(), noon))
	committer, err := store.OpenCommitter(b.Context(), url)
	require.NoError(b, err)
	b.Cleanup(func() { _ = committer.Close(context.Background()) })
	ids := make([]string, creators)
	for i := range ids {
		ids[i] = fmt.Sprintf("creator-%02d", i)
	}
	epochs, err := s.ClaimCreators(b.Context(), "bench", ids)
	require.NoError(b, err)
	reference := newReference(b, url)

	var committing, copying time.Duration
	round := 0
	for b.Loop() {
		b.StopTimer()
		lanes := make([]store.LaneCommit, creators)
		for i, id := range ids {
			lanes[i] = chatter(id, epochs[id], 1+round*each, each)
		}
		round++
		b.StartTimer()
		start := time.Now()
		_, err := committer.Commit(b.Context(), lanes)
		committing += time.Since(start)
		b.StopTimer()
		require.NoError(b, err)
		copying += reference.copy(b, lanes)
		b.StartTimer()
	}
	rows := float64(round * creators * each)
	b.ReportMetric(rows/committing.Seconds(), "rows/s")
	b.ReportMetric(rows/copying.Seconds(), "copy-rows/s")
	b.ReportMetric(copying.Seconds()/committing.Seconds(), "ratio")
}

// reference is a plain table with the columns and the keys of chat.
type reference struct{ conn *pgx.Conn }

func newReference(b *testing.B, url string) reference {
	conn, err := pgx.Connect(b.Context(), url)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(b.Context(), `
		create table reference (like streamsuites.chat_events including all);
		set synchronous_commit = off`)
	require.NoError(b, err)
	return reference{conn}
}

func (r reference) copy(b *testing.B, lanes []store.LaneCommit) time.Duration {
	var rows [][]any
	for i := range lanes {
		for _, e := range lanes[i].Events {
			rows = append(rows, []any{e.SentAt, string(e.Platform), e.MessageID, e.CreatorID, e.LaneSeq, e.Channel, e.Author.ID, e.Author.Login,
				e.Author.Name, int32(e.Author.Roles), e.Text, e.ReplyTo, e.SharedFrom, e.Self, e.SentAt, e.ReceivedAt,
				string(e.Kind), e.Amount, e.Unit, e.Target, e.History})
		}
	}
	start := time.Now()
	_, err := r.conn.CopyFrom(b.Context(), pgx.Identifier{"reference"}, []string{"day", "platform", "message_id", "creator_id", "lane_seq",
		"channel", "author_id", "author_login", "author_name", "roles", "text", "reply_to", "shared_from", "self", "sent_at", "received_at", "kind", "amount", "unit"},
		pgx.CopyFromRows(rows))
	require.NoError(b, err)
	return time.Since(start)
}

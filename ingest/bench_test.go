package ingest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// BenchmarkLaneToCommit drives messages of 20 creators through their lanes into
// a real database; one operation is one message committed.
func BenchmarkLaneToCommit(b *testing.B) {
	var creators []Creator
	for i := range 20 {
		creators = append(creators, creator(fmt.Sprintf("cr%04d", i)))
	}
	r := newRig(b, creators, func(c *HostConfig) { c.Linger = 0 })
	r.hold()
	require.NoError(b, r.rows.EnsurePartitions(b.Context(), time.Now()))
	texts := []string{"hello", "this is what people write in a chat, more or less, most of the time", "gachiBASS gachiBASS gachiBASS"}
	ids := make([]string, b.N)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08x-4f3d-9b1e-0123-456789abcdef", i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	now := time.Now()
	for i := range b.N {
		if i%1000 == 0 {
			now = time.Now()
			for r.host.Stats().QueueBytes > 32<<20 { // as TCP would hold the reader back
				<-time.After(time.Millisecond)
			}
		}
		who := creators[i%len(creators)].ID
		r.account.Message(chat.Event{
			Platform: chat.Twitch, MessageID: ids[i], CreatorID: who, Channel: channelOf(who), Text: texts[i%len(texts)],
			Author: chat.Author{ID: "1234567", Login: "viewer", Name: "Viewer"}, SentAt: now, ReceivedAt: now,
		})
	}
	for r.host.Stats().Committed < int64(b.N) {
		<-time.After(time.Millisecond)
	}
	b.StopTimer()
	require.Zero(b, r.host.Stats().Lost)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(r.host.Stats().Commits), "commits")
}

package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAClipLosesTheWordsOfAMessageThatWasTakenOutOfChat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		measure *chat.Event
		stream  string
		want    string
	}{
		"nothing happened":               {nil, "Building", "Wow"},
		"somebody else's was deleted":    {&chat.Event{Kind: chat.Deletion, Target: "m-other"}, "Building", "Wow"},
		"it was deleted":                 {&chat.Event{Kind: chat.Deletion, Target: "m-ab12cd"}, "Building <now>", "Building now"},
		"whoever wrote it was banned":    {&chat.Event{Kind: chat.Ban, Target: "u7"}, "Building", "Building"},
		"the chat was cleared":           {&chat.Event{Kind: chat.Clear}, "Building", "Building"},
		"it was deleted, and no title":   {&chat.Event{Kind: chat.Deletion, Target: "m-ab12cd"}, "", "Some Creator Livestream"},
		"somebody else's chat was clear": {&chat.Event{Kind: chat.Clear, Channel: "another"}, "Building", "Wow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			_, err := b.store.RecordLive(t.Context(), b.epoch, control.Stream{
				CreatorID: creator, Platform: chat.Twitch, StreamID: "s1", Title: c.stream, StartedAt: noon.Add(-time.Hour),
			})
			require.NoError(t, err)
			r := request(creator, "ab12cd")
			asked := message(creator, 1)
			asked.MessageID, asked.Channel, asked.Author.ID, asked.Text = r.MessageID, "channel", "u7", "!clip Wow"
			b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, Events: []store.Event{asked}, Clips: []clip.Request{r}})
			if c.measure != nil {
				e := message(creator, 2)
				channel := c.measure.Channel
				if channel == "" {
					channel = "channel"
				}
				e.Kind, e.Target, e.Text, e.Channel = c.measure.Kind, c.measure.Target, "", channel
				b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 3, Clock: noon, Events: []store.Event{e}})
			}
			for range 2 {
				wording, err := b.store.ClipWording(t.Context(), "ab12cd")
				require.NoError(t, err)
				require.Equal(t, store.Wording{Title: clip.Title(c.want, "Viewer", noon, "ab12cd"), SourceTitle: c.want}, wording)
			}
			row, err := b.store.Clip(t.Context(), "ab12cd")
			require.NoError(t, err)
			require.Equal(t, c.want, row.SourceTitle)
			require.Contains(t, row.Title, c.want+" - ")
			var payload string
			require.NoError(t, b.connect(t).QueryRow(t.Context(), `select payload->>'source_title' from streamsuites.clip_jobs`).Scan(&payload))
			require.Equal(t, c.want, payload)
			_, err = b.store.ClipWording(t.Context(), "nosuch")
			require.ErrorIs(t, err, store.ErrNotFound)
		})
	}
}

func TestAMessageThatATriggerTidiedUpKeepsItsWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := request(creator, "ab12cd")
	asked, gone := message(creator, 1), message(creator, 2)
	asked.MessageID, asked.Text = r.MessageID, "!clip Wow"
	gone.Kind, gone.Target, gone.Text = chat.Deletion, r.MessageID, ""
	b.commit(t, store.LaneCommit{
		CreatorID: creator, Epoch: b.epoch, NextSeq: 3, Clock: noon, Events: []store.Event{asked, gone}, Clips: []clip.Request{r},
		Outbox: []store.Outbox{{
			Kind: store.OutboxDelete, DedupeKey: "delete:twitch:" + r.MessageID, Platform: chat.Twitch, Channel: "channel", Payload: json.RawMessage(`{}`),
		}},
	})
	wording, err := b.store.ClipWording(t.Context(), "ab12cd")
	require.NoError(t, err)
	require.Equal(t, "Wow", wording.SourceTitle)
}

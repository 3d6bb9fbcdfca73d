package exports

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

func someChatLog() ChatLogInput {
	paid, own := message("m2", "thank you <3", at(20.25)), message("m=3", "Welcome!", at(30))
	paid.Kind, paid.Amount, paid.Unit = chat.Paid, 500, "EUR"
	paid.Author = chat.Author{ID: "8", Login: "otter"}
	own.Self, own.Author.Roles = true, chat.Broadcaster
	return ChatLogInput{
		Broadcast: store.Broadcast{CreatorID: "Qx7Zt2", Platform: chat.Twitch, StreamID: "40012", Title: "Building <b>a</b> lighthouse",
			StartedAt: at(0), EndedAt: at(3600), Texts: true},
		Creator:  "Marmot Lantern",
		Messages: []store.Event{own, message("m1", "hello", at(10)), paid},
	}
}

func TestAChatLogHasBothFormsInTheOrderInWhichPeopleWrote(t *testing.T) {
	t.Parallel()
	in := someChatLog()
	in.Messages = nil
	docs, err := BuildChatLog(in)
	require.NoError(t, err)
	require.Empty(t, docs, "nothing was said")
	for n := range maxLogMessages + 7 {
		in.Messages = append(in.Messages, message(fmt.Sprintf("m%d", n), "hi", at(float64(maxLogMessages-n))))
	}
	docs, err = BuildChatLog(in)
	require.NoError(t, err)
	require.Len(t, docs, maxLogMessages/maxLogPage)
	last := time.Time{}
	for n, d := range docs {
		requireValid(t, d)
		require.Equal(t, ChatLogPage(in.Broadcast, n+1), d.File)
		require.True(t, chatLogForm.MatchString(d.File), d.File)
		var doc chatLogDocument
		require.NoError(t, json.Unmarshal(d.Data, &doc))
		require.Len(t, doc.Messages, maxLogPage)
		for i, m := range doc.Messages {
			require.Equal(t, m.MessageID, doc.Events[i].EventID)
			require.False(t, time.Time(doc.Events[i].MessageAt).Before(last))
			last = time.Time(doc.Events[i].MessageAt)
			requireOnce(t, i, func() { requireOfContract(t, "chat_replay_message", m) })
		}
	}
	v, known := VisibilityOf(docs[0].File)
	require.True(t, known)
	require.Equal(t, DashboardOnly, v)
}

// requireOnce runs a costly check for the first of many.
func requireOnce(t *testing.T, i int, check func()) {
	t.Helper()
	if i == 0 {
		check()
	}
}

func TestNamesInChatLogsAreHarmlessWhateverPeopleAreCalled(t *testing.T) {
	t.Parallel()
	in := someChatLog()
	in.Broadcast.StreamID, in.Creator = "../../etc/passwd", "<script>"
	in.Messages = []store.Event{{Event: chat.Event{Platform: chat.Twitch, MessageID: "../x", Text: "\u202e<img>\n", SentAt: at(1),
		Author: chat.Author{Name: "<img src=x>", Login: "\x00"}}}}
	docs, err := BuildChatLog(in)
	require.NoError(t, err)
	requireValid(t, docs[0])
	require.NotContains(t, docs[0].File, "..")
	require.NotContains(t, string(docs[0].Data), "<")
}

func TestWhatWasSaidInABroadcastIsExportedWhenItIsOver(t *testing.T) {
	t.Parallel()
	r := newRecorded(t)
	tr := newTree(t)
	e := New(Options{Source: r.store, Settings: func() Settings { return r.settings }, Writer: tr.options(), Log: zerolog.Nop()})
	start := evening()
	r.live("Qx7Zt2", "s1", start)
	r.say("Qx7Zt2", []store.Event{message("m1", "first", start.Add(time.Minute)), message("m2", "rude", start.Add(2*time.Minute))})
	file := ChatLogPage(store.Broadcast{CreatorID: "Qx7Zt2", Platform: chat.Twitch, StreamID: "s1"}, 1)
	require.NoError(t, e.Once(t.Context()))
	require.Equal(t, "<none>", tr.read(tr.mirror, file), "it is still on")

	c := newCollector(Options{Source: r.store, Settings: func() Settings { return r.settings }, Clock: time.Now})
	_, owned, err := c.look(t.Context(), changes{complete: true})
	require.NoError(t, err)
	require.True(t, owned(file))
	r.over("Qx7Zt2", start.Add(10*time.Minute))
	docs, owned, err := c.look(t.Context(), changes{rows: anyRows})
	require.NoError(t, err)
	require.True(t, owned(file), "another broadcast is over")
	require.Contains(t, texts(docs), file)
	docs, owned, err = c.look(t.Context(), changes{rows: anyRows})
	require.NoError(t, err)
	require.False(t, owned(file))
	require.NotContains(t, texts(docs), file, "nothing changed about it")

	require.NoError(t, e.Once(t.Context()))
	text := tr.read(tr.mirror, file)
	requireValid(t, Document{File: file, Data: []byte(text)})
	require.Contains(t, text, "rude")
	require.Contains(t, tr.read(tr.mirror, FileMeta), file)
	r.say("Qx7Zt2", nil, "m2")
	require.NoError(t, e.Once(t.Context()))
	require.NotContains(t, tr.read(tr.mirror, file), "rude", "it was deleted")
	require.True(t, strings.Contains(tr.read(tr.mirror, file), "first"))

	r.settings.Tables.Creators = nil
	require.NoError(t, e.Once(t.Context()))
	require.Equal(t, "<none>", tr.read(tr.mirror, file), "nobody has texts recorded any more")
	require.NotContains(t, tr.read(tr.mirror, FileMeta), dirChatLogs)
}

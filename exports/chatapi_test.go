package exports

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// recorded is a database with a creator's broadcasts and what was said in them.
type recorded struct {
	t         *testing.T
	store     *store.Store
	committer *store.Committer
	epochs    map[string]int64
	seq       int64
	settings  Settings
}

// evening is when the first broadcast begins.
func evening() time.Time { return time.Now().UTC().Truncate(time.Second).Add(-time.Hour) }

func newRecorded(t *testing.T) *recorded {
	t.Helper()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "host", []string{"Qx7Zt2", "Ab3dE9"})
	require.NoError(t, err)
	settings := someSettings()
	settings.Tables.Creators = []CreatorDetails{{ID: "Ab3dE9"}, {ID: "Qx7Zt2", Record: true}}
	return &recorded{t: t, store: s, committer: committer, epochs: epochs, settings: settings}
}

func (r *recorded) live(creator, id string, at time.Time) {
	r.t.Helper()
	_, err := r.store.RecordLive(r.t.Context(), r.epochs[creator], control.Stream{
		CreatorID: creator, Platform: chat.Twitch, Channel: "marmot", StreamID: id, Title: "Building <b>a</b> lighthouse", StartedAt: at,
	})
	require.NoError(r.t, err)
}

func (r *recorded) over(creator string, at time.Time) {
	r.t.Helper()
	_, err := r.store.RecordOffline(r.t.Context(), r.epochs[creator], creator, chat.Twitch, at)
	require.NoError(r.t, err)
}

// say commits messages, and deletions of messages by their ids.
func (r *recorded) say(creator string, events []store.Event, deleted ...string) {
	r.t.Helper()
	commit := store.LaneCommit{CreatorID: creator, Epoch: r.epochs[creator], Clock: time.Now(), Counters: map[chat.Platform]store.CounterDelta{}}
	for i := range events {
		r.seq++
		events[i].CreatorID, events[i].LaneSeq = creator, r.seq
		commit.Counters[events[i].Platform] = store.CounterDelta{Messages: int64(i + 1), LastEventAt: events[i].SentAt}
	}
	for _, id := range deleted {
		commit.Outbox = append(commit.Outbox, store.Outbox{
			Kind: store.OutboxDelete, DedupeKey: "delete:twitch:" + id, Platform: chat.Twitch, Channel: "marmot", Payload: json.RawMessage(`{}`),
		})
	}
	commit.Events, commit.NextSeq = events, r.seq+1
	result, err := r.committer.Commit(r.t.Context(), []store.LaneCommit{commit})
	require.NoError(r.t, err)
	require.Empty(r.t, result.Stale)
}

func message(id, text string, at time.Time) store.Event {
	return store.Event{Event: chat.Event{
		Platform: chat.Twitch, MessageID: id, Channel: "marmot", Text: text, SentAt: at, ReceivedAt: at,
		Author: chat.Author{ID: "7", Login: "viewer77", Name: "Viewer <77>", Roles: chat.Moderator | chat.Subscriber},
	}}
}

func (r *recorded) api() ChatAPI {
	return ChatAPI{Source: r.store, Settings: func() Settings { return r.settings }}
}

// requireOfContract holds a value against a part of one of the contract's schemas,
// where the contract lies beside the checkout.
func requireOfContract(t *testing.T, schema string, v any) {
	t.Helper()
	name, part, _ := bytes.Cut([]byte(schema), []byte("#"))
	file := filepath.Join("..", "..", "shared", "contract", "schemas", string(name)+".schema.json")
	if _, err := os.Stat(file); err != nil {
		t.Logf("the contract is not beside this checkout")
		return
	}
	if len(part) > 0 {
		file += "#/$defs/" + string(part)
	}
	compiled, err := jsonschema.NewCompiler().Compile(file)
	require.NoError(t, err)
	data, err := json.Marshal(v)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	require.NoError(t, compiled.Validate(value), "%s", data)
}

func ids(events []ChatEvent) (list []string) {
	for _, e := range events {
		list = append(list, e.EventID)
	}
	return list
}

func TestTheChatAPIShowsWhatWasRecordedOfBroadcasts(t *testing.T) {
	t.Parallel()
	r := newRecorded(t)
	start := evening()
	none, err := r.api().Streams(t.Context())
	require.NoError(t, err)
	requireOfContract(t, "chat_api#streams", none)
	require.Equal(t, "none", none.ActiveContext.Mode)
	nothing, err := r.api().Tail(t.Context(), "", 50)
	require.NoError(t, err)
	requireOfContract(t, "chat_api#tail", nothing)

	r.live("Qx7Zt2", "s1", start)
	r.say("Qx7Zt2", []store.Event{message("m0", "before the broadcast", start.Add(-time.Minute))})
	var said []store.Event
	for n := range 7 {
		said = append(said, message(fmt.Sprintf("m%d", n+1), fmt.Sprintf("line <%d", n+1), start.Add(time.Duration(n+1)*time.Second)))
	}
	said[6].Kind, said[6].Self = chat.Paid, true
	r.say("Qx7Zt2", said, "m3")
	r.over("Qx7Zt2", start.Add(10*time.Minute))
	r.live("Qx7Zt2", "s2", start.Add(20*time.Minute))
	r.live("Ab3dE9", "other", start.Add(25*time.Minute))
	r.say("Qx7Zt2", []store.Event{message("n1", "again", start.Add(21*time.Minute))})
	r.seq = 0
	r.say("Ab3dE9", []store.Event{message("o1", "not to be shown", start.Add(26*time.Minute))})

	streams, err := r.api().Streams(t.Context())
	require.NoError(t, err)
	requireOfContract(t, "chat_api#streams", streams)
	require.Len(t, streams.Streams, 2, "nobody else's")
	require.Equal(t, "twitch:s2", streams.Streams[0].StreamID)
	require.Equal(t, "Building ba/b lighthouse", *streams.Streams[1].Title)
	require.NotNil(t, streams.Streams[1].EndedAt)
	require.Equal(t, []string{"twitch"}, streams.Streams[1].PlatformsActive)
	require.True(t, streams.Streams[1].ChatAvailable)
	require.Equal(t, "live", streams.ActiveContext.Mode)
	require.Equal(t, "twitch:s2", *streams.ActiveContext.LiveStreamID)

	tail, err := r.api().Tail(t.Context(), "", 50)
	require.NoError(t, err)
	requireOfContract(t, "chat_api#tail", tail)
	require.Equal(t, []string{"twitch:n1"}, ids(tail.Events))
	tail, err = r.api().Tail(t.Context(), "twitch:s1", 2)
	require.NoError(t, err)
	requireOfContract(t, "chat_api#tail", tail)
	require.Equal(t, []string{"twitch:m6", "twitch:m7"}, ids(tail.Events))
	last := tail.Events[1]
	require.Equal(t, "line <7", last.Content.Text)
	require.NotContains(t, last.Author.DisplayName, "<", "pages put it in as it is")
	require.Equal(t, []string{"moderator", "member", "bot"}, last.Author.Roles)
	require.True(t, last.Flags.Highlighted && last.Flags.Synthetic)

	// Page by page, without what was deleted; the last cursor repeats itself.
	var all []string
	cursor := int64(0)
	for range 4 {
		page, err := r.api().Events(t.Context(), ChatQuery{StreamID: "twitch:s1", Cursor: cursor, Limit: 2})
		require.NoError(t, err)
		requireOfContract(t, "chat_api#events", page)
		all = append(all, ids(page.Events)...)
		_, err = fmt.Sscan(*page.NextCursor, &cursor)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"twitch:m1", "twitch:m2", "twitch:m4", "twitch:m5", "twitch:m6", "twitch:m7"}, all)
	page, err := r.api().Events(t.Context(), ChatQuery{StreamID: "twitch:s1", From: start.Add(2 * time.Second), To: start.Add(4 * time.Second), Cursor: 99, Limit: 50})
	require.NoError(t, err)
	requireOfContract(t, "chat_api#events", page)
	require.Equal(t, []string{"twitch:m2", "twitch:m4"}, ids(page.Events))
	require.Nil(t, page.NextCursor)

	for _, unknown := range []string{"twitch:other", "twitch:", "s1", "kick:s1"} {
		_, err = r.api().Tail(t.Context(), unknown, 5)
		require.ErrorIs(t, err, ErrUnknownStream, unknown)
	}
	r.settings.Tables.Creators = nil
	streams, err = r.api().Streams(t.Context())
	require.NoError(t, err)
	require.Empty(t, streams.Streams, "whoever stops recording is not shown any more")
}

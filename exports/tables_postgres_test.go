package exports

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// TestTheTablesFollowWhatLanesCommit runs the exporter over a real database in
// which a lane took a configuration in, a moderator changed it and viewers used it.
func TestTheTablesFollowWhatLanesCommit(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "host", []string{"Qx7Zt2"})
	require.NoError(t, err)
	commit := func(lane store.LaneCommit) {
		t.Helper()
		lane.CreatorID, lane.Epoch = "Qx7Zt2", epochs["Qx7Zt2"]
		result, err := committer.Commit(t.Context(), []store.LaneCommit{lane})
		require.NoError(t, err)
		require.Empty(t, result.Stale)
	}
	tr := newTree(t)
	settings := someSettings()
	e := New(Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options()})
	require.NoError(t, e.Once(t.Context()))
	require.Contains(t, tr.read(tr.mirror, FileChatTriggers), `"items": []`, "no lane has begun")

	inForce := trigger.DefaultSettings("Qx7Zt2", "Marmot Lantern")
	inForce.Triggers = []definition.Definition{{ID: "lurk", Type: definition.Command, Command: "lurk", Responses: []string{"Bye"}}}
	raw, err := json.Marshal(inForce)
	require.NoError(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	said := store.Event{LaneSeq: 1, Event: chat.Event{
		Platform: chat.Twitch, MessageID: "m1", CreatorID: "Qx7Zt2", Channel: "marmot", Text: "!lurk",
		Author: chat.Author{ID: "77", Login: "viewer77", Name: "Viewer77"}, SentAt: now, ReceivedAt: now,
	}}
	commit(store.LaneCommit{NextSeq: 2, Clock: now, Config: &store.Config{Hash: inForce.Hash(), Settings: raw}, Events: []store.Event{said},
		Decisions: []store.Decision{{LaneSeq: 1, TriggerID: "lurk", Key: said.Key(), Fired: true, Config: inForce.Hash(), At: now, Author: "twitch:77"}},
		Uses:      []store.Use{{TriggerID: "lurk", Total: 1, LaneSeq: 1}},
		Counters:  map[chat.Platform]store.CounterDelta{chat.Twitch: {Messages: 1, Triggers: 1, LastEventAt: now}},
	})
	require.NoError(t, e.Once(t.Context()))
	require.Contains(t, tr.read(tr.mirror, FileChatTriggers), `"phrase": "!lurk"`)
	require.Contains(t, tr.read(tr.mirror, FileChatTriggers), `"last_fired_at": "`+now.Format("2006-01-02T15:04:05.000000Z"))
	require.Contains(t, tr.read(tr.mirror, FileChatEvents), `"username": "Viewer77"`)
	require.Contains(t, tr.read(tr.mirror, FileSnapshot), `"match": "!lurk"`)
	require.Contains(t, tr.read(tr.mirror, FileSnapshot), `"event_count": 1`)

	require.NoError(t, s.PutPointGrant(t.Context(), "Qx7Zt2", "r1", control.PointGrant{UserKey: "twitch:77", Delta: 5, By: "operator:amber"}))
	commit(store.LaneCommit{NextSeq: 3, Clock: now,
		Overlays: []store.OverlayChange{{Overlay: store.Overlay{TriggerID: "lurk", Patch: json.RawMessage(`{"command": "hide"}`), By: "twitch:9", At: now, LaneSeq: 2}}},
		Changes:  []store.TriggerChange{{LaneSeq: 2, Subject: "lurk", Action: "edit", By: "twitch:9", Name: "Mod Nine", At: now}},
	})
	require.NoError(t, e.Once(t.Context()))
	require.Contains(t, tr.read(tr.mirror, FileChatTriggers), `"phrase": "!hide"`)
	require.NotContains(t, tr.read(tr.mirror, FileChatTriggers), `"phrase": "!lurk"`)
	activity := tr.read(tr.mirror, FileAdminActivity)
	require.Contains(t, activity, `"user": "Mod Nine"`)
	require.Contains(t, activity, `"action": "give 5 points to twitch:77 for Marmot Lantern"`)

	for _, k := range catalog() {
		requireValid(t, Document{File: k.file, Data: []byte(tr.read(tr.canonical, k.file))})
		for _, name := range append([]string{k.file}, k.also...) {
			if k.visibility == InternalOnly {
				require.Equal(t, "<none>", tr.read(tr.mirror, name), "not mirrored")
				continue
			}
			require.Equal(t, tr.read(tr.canonical, k.file), tr.read(tr.mirror, name), name)
		}
	}

	generation := tr.manifest().Generation
	require.NoError(t, New(Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options()}).Once(t.Context()))
	require.Equal(t, generation, tr.manifest().Generation, "equal rows, equal documents")
}

func TestTriggersAreCompiledAgainOnlyWhenTheyChanged(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(trigger.DefaultSettings("Qx7Zt2", "Marmot Lantern"))
	require.NoError(t, err)
	source := &inForceRows{hash: "a", settings: raw}
	c := &collector{source: source, clock: time.Now}
	look := func() []CreatorTriggers {
		all, err := c.triggers(t.Context(), someSettings())
		require.NoError(t, err)
		return all
	}
	first := look()
	require.Len(t, first, 1, "the other creator is disabled")
	require.Equal(t, first, look())
	require.Equal(t, []int{1, 0}, source.asked)
	source.overlays = []store.Overlay{{TriggerID: "ping", Patch: json.RawMessage(`{"enabled": false}`), At: at(1), LaneSeq: 4}}
	require.False(t, look()[0].Triggers[1].Enabled)
	source.overlays[0].Patch, source.overlays[0].LaneSeq = json.RawMessage(`{"enabled": true}`), 5
	require.True(t, look()[0].Triggers[1].Enabled)
	source.hash, source.settings = "b", json.RawMessage(`{"Prefix": 7}`)
	require.Empty(t, look(), "of a version that cannot be read")
	require.Equal(t, []int{1, 0, 1, 1, 1}, source.asked)
}

func TestLiveDocumentsTakeUpLittleHoweverOftenSomethingChanges(t *testing.T) {
	t.Parallel()
	now, step := at(0), 100*time.Millisecond
	settings := someSettings()
	c := &collector{source: &rows{}, settings: func() Settings { return settings }}
	c.clock = func() time.Time { now = now.Add(step); return now } // every look at the clock takes its time
	live := func(final bool) bool {
		written := 0
		c.keepLive(t.Context(), final, func(docs []Document, err error) error { written += len(docs); return err })
		return written > 0
	}
	require.True(t, live(false))
	require.False(t, live(false), "it was just done")
	now = now.Add(time.Minute)
	require.True(t, live(false))
	require.Equal(t, max(liveShare*c.liveTook, liveRest), c.liveDue.Sub(now), "the more creators, the more seldom")
	step = time.Millisecond
	now = now.Add(time.Minute)
	require.True(t, live(false))
	require.Equal(t, liveEase*c.liveTook, c.liveDue.Sub(now))
	require.Less(t, c.liveDue.Sub(now), 10*time.Second, "few creators' are looked at with every snapshot")
	_, _, err := c.look(t.Context(), changes{complete: true})
	require.NoError(t, err)
	require.True(t, live(false), "they belong to the complete set")
	require.True(t, live(true), "at the end everything is written")
}

func TestTheTriggersAreWrittenAgainOnlyWhenTheirDocumentWouldDiffer(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(trigger.DefaultSettings("Qx7Zt2", "Marmot Lantern"))
	require.NoError(t, err)
	source, settings := &inForceRows{hash: "one", settings: raw}, someSettings()
	c := &collector{source: source, settings: func() Settings { return settings }, clock: func() time.Time { return at(0) }}
	written := func() bool {
		docs, err := c.live(t.Context())
		require.NoError(t, err)
		return slices.ContainsFunc(docs, func(d Document) bool { return d.File == FileChatTriggers })
	}
	require.True(t, written())
	require.False(t, written())
	source.overlays = []store.Overlay{{TriggerID: "clip", Patch: json.RawMessage(`{"enabled": false}`), LaneSeq: 7, At: at(5)}}
	require.True(t, written(), "chat laid something over a trigger")
	require.False(t, written())
	source.fired = map[string]map[string]time.Time{"Qx7Zt2": {"clip": at(9)}}
	require.False(t, written(), "nothing was decided since, so nobody asks")
	source.nextSeq++
	require.True(t, written(), "a trigger fired")
	settings.Creators[0].DisplayName = "Somebody Else"
	require.True(t, written(), "the creator has another name")
	require.False(t, written())

	failed := errors.New("the disk is full")
	c.keepLive(t.Context(), true, func([]Document, error) error { return failed })
	require.True(t, written(), "what could not be written is written the next time")
	_, _, err = c.look(t.Context(), changes{complete: true})
	require.NoError(t, err)
	require.True(t, written(), "everything belongs to the complete set")
}

// inForceRows is a source with one configuration.
type inForceRows struct {
	rows
	hash     string
	nextSeq  int64
	settings json.RawMessage
	overlays []store.Overlay
	fired    map[string]map[string]time.Time
	of       []string // whose firings were asked for last
	asked    []int    // how many configurations, each time
}

func (r *inForceRows) LastFirings(_ context.Context, triggers map[string][]string) (map[string]map[string]time.Time, error) {
	r.of = slices.Sorted(maps.Keys(triggers))
	return r.fired, nil
}

func (r *inForceRows) LanesInForce(context.Context, []string) (map[string]store.LaneInForce, error) {
	return map[string]store.LaneInForce{"Qx7Zt2": {Config: r.hash, NextSeq: r.nextSeq}}, nil
}

func (r *inForceRows) SettingsOf(_ context.Context, hashes map[string]string) (map[string]json.RawMessage, error) {
	r.asked = append(r.asked, len(hashes))
	found := map[string]json.RawMessage{}
	for creator := range hashes {
		found[creator] = r.settings
	}
	return found, nil
}

func (r *inForceRows) AllTriggerOverlays(context.Context) (map[string][]store.Overlay, error) {
	return map[string][]store.Overlay{"Qx7Zt2": r.overlays}, nil
}

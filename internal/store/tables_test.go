package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// fired is a lane of messages, on each of which a trigger fired.
func fired(epoch int64, first, n int) store.LaneCommit {
	lane := chatter(creator, epoch, first, n)
	for _, e := range lane.Events {
		lane.Decisions = append(lane.Decisions, store.Decision{
			LaneSeq: e.LaneSeq, TriggerID: "ping", Key: e.Key(), Fired: true, Config: "c0", At: e.SentAt, Author: "twitch:1234567",
		})
	}
	return lane
}

func TestTheNewestFiringsComeWithTheirMessages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := fired(b.epoch, 1, 5)
	lane.Decisions[4].Fired, lane.Decisions[4].Step = false, "cooldown"
	lane.Decisions[3].Key = chat.Key{Platform: "operator", MessageID: "request"}
	lane.Decisions = append(lane.Decisions, store.Decision{LaneSeq: 3, TriggerID: "clip", Key: lane.Events[2].Key(), Fired: true, At: lane.Events[2].SentAt})
	b.commit(t, lane)
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 7, Clock: noon, Decisions: []store.Decision{
		{LaneSeq: 6, TriggerID: "ping", Key: chat.Key{Platform: chat.Twitch, MessageID: "forgotten"}, Fired: true, At: noon.Add(-48 * time.Hour), Author: "twitch:5"},
	}})
	firings, err := b.store.LatestFirings(t.Context(), 10)
	require.NoError(t, err)
	var got []string
	for _, f := range firings {
		got = append(got, fmt.Sprintf("%d %s %s %q", f.LaneSeq, f.TriggerID, f.Event.Author.ID, f.Event.Author.Login))
		require.Equal(t, f.Key, f.Event.Key())
		require.Equal(t, creator, f.Event.CreatorID)
	}
	require.Equal(t, []string{`3 clip 1234567 "viewer"`, `3 ping 1234567 "viewer"`, `2 ping 1234567 "viewer"`, `1 ping 1234567 "viewer"`, `6 ping  ""`}, got)
	require.Equal(t, lane.Events[2].Text, firings[0].Event.Text)
	require.Equal(t, "twitch:5", firings[4].Author)
	require.Equal(t, noon.Add(-48*time.Hour), firings[4].Event.SentAt.UTC())

	firings, err = b.store.LatestFirings(t.Context(), 2)
	require.NoError(t, err)
	require.Len(t, firings, 2)
}

func TestTheNewestMessagesAreThoseWithTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, chatter(creator, b.epoch, 1, 3))
	hidden := chatter(creator, b.epoch, 4, 2)
	hidden.HideTexts = true
	b.commit(t, hidden)
	messages, err := b.store.LatestMessages(t.Context(), []string{creator, "nobody"}, 2)
	require.NoError(t, err)
	require.Len(t, messages, 2)
	require.EqualValues(t, 3, messages[0].LaneSeq)
	require.EqualValues(t, 2, messages[1].LaneSeq)
	messages, err = b.store.LatestMessages(t.Context(), nil, 2)
	require.NoError(t, err)
	require.Empty(t, messages)
}

func TestATriggersLastFiringOutlivesItsCooldown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := fired(b.epoch, 1, 2)
	lane.Uses = []store.Use{{TriggerID: "ping", Total: 2, LaneSeq: 2}, {TriggerID: "ping", UserKey: "twitch:1234567", Total: 2, LaneSeq: 2}}
	b.commit(t, lane)
	last, err := b.store.LastFirings(t.Context(), map[string][]string{creator: {"ping", "clip"}, "nobody": {"ping"}})
	require.NoError(t, err)
	require.Len(t, last, 1)
	require.Len(t, last[creator], 1)
	require.Equal(t, lane.Events[1].SentAt, last[creator]["ping"].UTC())
	last, err = b.store.LastFirings(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, last)
}

func TestWhatTheTablesShowOfAllCreatorsIsRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lane := store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon,
		Config: &store.Config{Hash: "aaaa", Settings: json.RawMessage(`{"Prefix":"?"}`)}, Clips: []clip.Request{request(creator, "ab12cd")}}
	for _, id := range []string{"b", "a"} {
		lane.Overlays = append(lane.Overlays, store.OverlayChange{Overlay: store.Overlay{TriggerID: id, Patch: json.RawMessage(`{"enabled": false}`), By: "twitch:1", At: noon, LaneSeq: 1}})
		lane.Changes = append(lane.Changes, store.TriggerChange{LaneSeq: 1, Subject: id, Action: "disable", By: "twitch:1", Name: "Mod", At: noon})
	}
	lane.Overlays = append(lane.Overlays, store.OverlayChange{Overlay: store.Overlay{TriggerID: "c", By: "twitch:1", At: noon, LaneSeq: 1}})
	b.commit(t, lane)

	overlays, err := b.store.AllTriggerOverlays(t.Context())
	require.NoError(t, err)
	require.Len(t, overlays[creator], 3)
	require.Equal(t, "a", overlays[creator][0].TriggerID)
	require.JSONEq(t, `{"enabled": false}`, string(overlays[creator][1].Patch))
	require.Nil(t, overlays[creator][2].Patch, "removed")

	settings, err := b.store.SettingsOf(t.Context(), map[string]string{creator: "aaaa", "nobody": "aaaa"})
	require.NoError(t, err)
	require.Len(t, settings, 1)
	require.JSONEq(t, `{"Prefix":"?"}`, string(settings[creator]))

	changes, err := b.store.LatestTriggerChanges(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, changes, 1)
	require.Equal(t, "a", changes[0].Subject, "the one that was written last")
	require.Equal(t, creator, changes[0].CreatorID)

	clips, err := b.store.ClipsRequested(t.Context(), noon.Add(-time.Hour))
	require.NoError(t, err)
	require.Equal(t, map[string]int{creator: 1}, clips)

	_, err = b.store.TakeBudget(t.Context(), "twitch:bot", "join", 3, 20, time.Minute, noon)
	require.NoError(t, err)
	grants, err := b.store.BudgetGrants(t.Context(), noon.Add(-time.Second))
	require.NoError(t, err)
	require.Len(t, grants, 1)
	require.Equal(t, 3, grants[0].Tokens)
	grants, err = b.store.BudgetGrants(t.Context(), noon)
	require.NoError(t, err)
	require.Empty(t, grants)
}

func TestOnlyWhatOperatorsAskedForIsAmongTheirRequests(t *testing.T) {
	t.Parallel()
	b := setup(t)
	requests, err := b.store.LatestOperatorRequests(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, requests)
	require.NoError(t, b.store.PutPointGrant(t.Context(), creator, "r1", control.PointGrant{UserKey: "twitch:1", Delta: 5, By: "operator:amber"}))
	require.NoError(t, b.store.PutTriggerOrder(t.Context(), creator, control.TriggerOrder{RequestID: "r2", Text: "add !x y"}))
	require.NoError(t, b.store.PutInbox(t.Context(), creator, control.InboxClipRequest, "r3", control.OperatorClip{By: "amber"}))
	requests, err = b.store.LatestOperatorRequests(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, requests, 2)
	require.Equal(t, control.InboxClipRequest, requests[0].Kind, "the newest first")
	require.JSONEq(t, `{"UserKey":"twitch:1","Delta":5,"By":"operator:amber"}`, string(requests[1].Payload))
}

func TestAChangeOfTriggersIsToldToTheExports(t *testing.T) {
	t.Parallel()
	b := setup(t)
	notices := b.listen(t, store.ChannelExport)
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon,
		Changes: []store.TriggerChange{{LaneSeq: 1, Subject: "clip", Action: "edit", By: "twitch:1", At: noon}}})
	require.Equal(t, notice{store.ChannelExport, store.NoticeTriggers + creator}, receive(t, notices))
}

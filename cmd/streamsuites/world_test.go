package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// creator is whose clips the scripts are about.
const creator = "Ab3dE9"

// world is what one script runs in.
type world struct {
	t         testing.TB
	store     *store.Store // nil until the script has a database
	committer *store.Committer
	epoch     int64
	seq       int64
	probes    int
	twitch    *twitch.Server // nil until the script has a Twitch
}

type worldKey struct{}

func here(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// giveDatabase gives the script a migrated Postgres, by DATABASE_URL.
func giveDatabase(ts *testscript.TestScript, _ bool, _ []string) {
	w := here(ts)
	var url string
	url, w.store = storetest.New(w.t)
	var err error
	w.committer, err = store.OpenCommitter(w.t.Context(), url)
	ts.Check(err)
	w.t.Cleanup(func() { require.NoError(w.t, w.committer.Close(context.Background())) })
	epochs, err := w.store.ClaimCreators(w.t.Context(), "script", []string{creator})
	ts.Check(err)
	w.epoch = epochs[creator]
	ts.Setenv("DATABASE_URL", url)
}

// commit commits one lane's rows.
func (w *world) commit(rows store.LaneCommit) {
	w.seq++
	rows.CreatorID, rows.Epoch, rows.NextSeq, rows.Clock = creator, w.epoch, w.seq, noon
	result, err := w.committer.Commit(w.t.Context(), []store.LaneCommit{rows})
	require.NoError(w.t, err)
	require.Empty(w.t, result.Stale)
}

// request is a clip that a viewer asked for, each a minute after the one before.
func (w *world) request(id string) clip.Request {
	at := noon.Add(time.Duration(w.seq) * time.Minute)
	return clip.Request{
		ClipID: id, JobID: clip.NewJobID(creator, id, trigger.ClipID, 0), CreatorID: creator, Creator: "Harbor Lights",
		Title: clip.Title("The lamp falls", "Ann", at, id), SourceTitle: "The lamp falls",
		Platform: chat.Twitch, Channel: "harborlights", MessageID: "message-" + id,
		RequestedBy: "twitch:ann", Clipper: "Ann", RequestedAt: at,
		Start: at.Add(-25 * time.Second), End: at.Add(5 * time.Second), Destination: "folder",
	}
}

// makeClip makes a clip that has come as far as STATE, for the folder and the
// further destinations that are named:
//
//	clip ID STATE [DESTINATION...]
func makeClip(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: clip ID STATE [DESTINATION...]")
	}
	w := here(ts)
	request := w.request(args[0])
	request.More = args[2:]
	w.commit(store.LaneCommit{Clips: []clip.Request{request}, Asked: []store.ClipAsked{{
		ClipID: request.ClipID, UserKey: "twitch:1", Platform: chat.Twitch, Channel: request.Channel, MessageID: request.MessageID,
		Name: request.Clipper, At: request.RequestedAt, LaneSeq: w.seq + 1,
	}}})
	w.advance(args[0], clip.State(args[1]))
}

// joins has a viewer of a platform ask for the moment of a clip that exists:
//
//	joins CLIP PLATFORM MESSAGE NAME
func joins(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: joins CLIP PLATFORM MESSAGE NAME")
	}
	w := here(ts)
	key := chat.Key{Platform: chat.Platform(args[1]), MessageID: args[2]}
	author := trigger.UserKey(key.Platform, strings.ToLower(args[3]))
	w.commit(store.LaneCommit{
		Decisions: []store.Decision{{
			LaneSeq: w.seq + 1, TriggerID: trigger.ClipID, Key: key, Fired: true, Detail: "joined " + args[0], At: noon,
			Config: "0123456789abcdef", Author: author,
		}},
		Asked: []store.ClipAsked{{
			ClipID: args[0], UserKey: author, Platform: key.Platform, Channel: "harborlights", MessageID: key.MessageID,
			Name: args[3], At: noon.Add(5 * time.Second), LaneSeq: w.seq + 1,
		}},
	})
}

// clipBecomes takes a clip that exists on to STATE:
//
//	clip-becomes ID STATE
func clipBecomes(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: clip-becomes ID STATE")
	}
	here(ts).advance(args[0], clip.State(args[1]))
}

// advance walks a clip through the states of its life up to the given one; it
// fails on the way from where it stands.
func (w *world) advance(id string, to clip.State) {
	for {
		found, err := w.store.Clip(w.t.Context(), id)
		require.NoError(w.t, err)
		if found.State == to {
			return
		}
		next := to
		if to != clip.Failed {
			next = after(found.State)
		} else if found.State == clip.Queued {
			next = clip.Encoding
		}
		_, err = w.store.Transition(w.t.Context(), transition(id, found.Seq+1, next))
		require.NoError(w.t, err)
	}
}

func after(s clip.State) clip.State {
	for i, state := range clip.States {
		if state == s {
			return clip.States[i+1]
		}
	}
	return s
}

func transition(id string, seq int, to clip.State) store.Transition {
	change := store.Transition{ClipID: id, Seq: seq, State: to}
	switch to {
	case clip.Encoded:
		change.Result = &store.EncodeResult{
			OutputPath: "clips/output/" + id + ".mp4", Thumbnail: "clips/output/" + id + ".jpg",
			Duration: 30 * time.Second, Bytes: 1 << 20, SHA256: strings.Repeat("ab", 32),
			Gaps: []clip.Gap{{Start: noon.Add(-20 * time.Second), End: noon.Add(-18 * time.Second), Reason: "stall"}},
		}
	case clip.Published:
		change.URL = "http://127.0.0.1:8080/clips/" + id + ".mp4"
	case clip.Failed:
		change.Reason, change.Code = "the recording does not hold that moment any more", clip.TooOld
	}
	return change
}

// onAir makes the creator live, connected and recorded.
func onAir(ts *testscript.TestScript, _ bool, _ []string) {
	w := here(ts)
	w.commit(store.LaneCommit{Counters: map[chat.Platform]store.CounterDelta{
		chat.Twitch: {Messages: 1234, Triggers: 5, LastEventAt: noon},
	}})
	epochs, err := w.store.Epochs(w.t.Context(), []string{creator})
	ts.Check(err)
	ts.Check(w.store.SavePlatformStatus(w.t.Context(), []store.PlatformStatus{{
		CreatorID: creator, Epoch: epochs[creator], Platform: chat.Twitch, Channel: "harborlights", State: "live", Since: noon, LastHeartbeat: noon, LastSuccess: noon,
	}}))
	_, err = w.store.SaveReload(w.t.Context(), store.Reload{
		Host: "host-1", At: noon, State: store.ReloadRefused, Version: "0123456789ab", Files: []string{"shared/config/triggers.json"},
		Problem: "fatal: shared/config/triggers.json: line 1\nand more", Restart: []string{"http"},
	})
	ts.Check(err)
	_, err = w.store.RecordLive(w.t.Context(), epochs[creator], control.Stream{
		CreatorID: creator, Platform: chat.Twitch, Channel: "harborlights", StreamID: "s1", Title: "Building a lighthouse", StartedAt: noon,
	})
	ts.Check(err)
	ts.Check(w.store.SaveCapture(w.t.Context(), store.Capture{
		CreatorID: creator, StreamID: "s1", Host: "host-1", Platform: "twitch", Dir: "capture/" + creator + "/s1", State: "recording",
		OldestAt: noon, NewestAt: noon.Add(5 * time.Minute), StartedAt: noon, Segments: 150, Bytes: 1 << 20, Gaps: 1,
	}))
}

// lane decides about the one request in the creator's inbox, as an ingest does,
// and leaves the clip's id in CLIP:
//
//	lane grants
//	lane denies
func lane(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: lane grants|denies")
	}
	w := here(ts)
	row, asked := w.asked(ts)
	rows := store.LaneCommit{InboxDone: map[int64]int64{row: w.seq + 1}}
	decision := store.Decision{
		LaneSeq: w.seq + 1, TriggerID: trigger.ClipID, Fired: true, At: noon,
		Key: chat.Key{Platform: trigger.Operator, MessageID: asked.RequestID},
	}
	switch args[0] {
	case "grants":
		id := clip.NewID(creator, asked.RequestID, trigger.ClipID, 0)
		request := w.request(id)
		request.RequestedBy = "operator:somebody"
		request.SourceTitle = fmt.Sprintf("%s, %d s", asked.Title, asked.Seconds)
		request.Title = request.SourceTitle
		rows.Clips = []clip.Request{request}
		rows.Asked = []store.ClipAsked{{
			ClipID: id, UserKey: request.RequestedBy, Platform: trigger.Operator, MessageID: asked.RequestID, Name: asked.By,
			At: request.RequestedAt, LaneSeq: w.seq + 1,
		}}
		ts.Setenv("CLIP", id)
	case "denies":
		decision.Fired, decision.Step, decision.Detail = false, "limit", "1 clip is in work already, and 1 is allowed"
	default:
		ts.Fatalf("usage: lane grants|denies")
	}
	rows.Decisions = []store.Decision{decision}
	w.commit(rows)
}

// asked waits for a clip request in the inbox.
func (w *world) asked(ts *testscript.TestScript) (row int64, asked control.OperatorClip) {
	eventually(ts, func() bool {
		pending, err := w.store.PendingInbox(w.t.Context(), []string{creator})
		require.NoError(w.t, err)
		for _, p := range pending {
			if p.Kind == control.InboxClipRequest {
				row = p.ID
				require.NoError(w.t, json.Unmarshal(p.Payload, &asked))
			}
		}
		return row != 0
	}, "nobody asked for a clip")
	return row, asked
}

// watched waits until a program that prints to FILE follows every clip. What
// happened before it listened is not news to it, so new clips are made until one
// shows:
//
//	watched FILE
func watched(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: watched FILE")
	}
	w := here(ts)
	eventually(ts, func() bool {
		w.probes++
		w.commit(store.LaneCommit{Clips: []clip.Request{w.request(fmt.Sprintf("zz%04d", w.probes))}})
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && strings.Contains(string(text), "zz")
	}, "%s shows no clip", args[0])
}

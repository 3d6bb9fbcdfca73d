package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// engineHere goes on from what the script's database says, under the configuration
// of the script's var, and knows what is live.
func engineHere(ts *testscript.TestScript) *trigger.Machine {
	w := here(ts)
	cfg, _, err := config.Load(w.t.Context(), config.Options{
		StateDir: ts.MkAbs("var"), WorkDir: ts.Getenv("WORK"), Env: func(string) (string, bool) { return "", false },
	})
	ts.Check(err)
	rows, err := w.store.LoadLane(w.t.Context(), creator)
	ts.Check(err)
	machine, err := trigger.NewMachine(roles.TriggerSettings(cfg, cfg.Creator(creator)), ingest.StateOf(rows))
	ts.Check(err)
	live, err := w.store.LiveStreams(w.t.Context())
	ts.Check(err)
	for i := range live {
		machine.Step(trigger.Input{At: noon, Live: &live[i]})
	}
	return machine
}

// says has a message read and decided about, as an ingest does, each a minute
// after the one before:
//
//	says ID NAME ROLES TEXT
func says(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: says ID NAME ROLES TEXT")
	}
	w := here(ts)
	at := noon.Add(time.Duration(w.seq) * time.Minute)
	event := chat.Event{
		Platform: chat.Twitch, MessageID: args[0], CreatorID: creator, Channel: "harborlights", Text: args[3],
		Author: chat.Author{ID: strings.ToLower(args[1]), Login: strings.ToLower(args[1]), Name: args[1]}, SentAt: at, ReceivedAt: at,
	}
	for name := range strings.SplitSeq(args[2], ",") {
		role, err := chat.ParseRole(name)
		ts.Check(err)
		event.Author.Roles |= role
	}
	machine := engineHere(ts)
	out := machine.Step(trigger.Input{Message: &event})
	rows := w.consequences(out.Effects)
	rows.Events = []store.Event{{Event: event, LaneSeq: w.seq + 1}}
	rows.HideTexts = !machine.Settings().RecordTexts
	w.commit(rows)
}

// consequences are the rows that an ingest writes for what was decided.
func (w *world) consequences(e *trigger.Effects) (rows store.LaneCommit) {
	if e == nil {
		return rows
	}
	seq := w.seq + 1
	for _, d := range e.Decisions {
		rows.Decisions = append(rows.Decisions, store.Decision{
			LaneSeq: seq, TriggerID: d.TriggerID, Key: d.Key, Fired: d.Fired, Step: string(d.Step), Detail: d.Detail,
			Config: "0123456789abcdef", At: d.At, Author: d.Author,
		})
	}
	for _, m := range e.Messages {
		body, err := json.Marshal(store.Reply{Text: m.Text, ReplyTo: m.ReplyTo, ClipID: m.ClipID})
		require.NoError(w.t, err)
		rows.Outbox = append(rows.Outbox, store.Outbox{
			CreatorID: creator, LaneSeq: seq, Kind: store.OutboxReply, DedupeKey: m.Key, Platform: m.Platform, Channel: m.Channel, Payload: body,
		})
	}
	rows.Clips = e.Clips
	for _, c := range e.Cooldowns {
		rows.Cooldowns = append(rows.Cooldowns, store.Cooldown(c))
	}
	for _, c := range e.Counters {
		rows.ChatCounters = append(rows.ChatCounters, store.CounterChange{
			ChatCounter: store.ChatCounter{Name: c.Name, Value: c.Value}, LaneSeq: seq, By: c.By, At: c.At,
		})
	}
	for _, o := range e.Overlays {
		rows.Overlays = append(rows.Overlays, store.OverlayChange{
			Overlay: store.Overlay{TriggerID: o.TriggerID, Patch: o.Patch, By: o.By, At: o.At, LaneSeq: seq}, Drop: o.Drop,
		})
	}
	for _, c := range e.Changes {
		rows.Changes = append(rows.Changes, store.TriggerChange{
			LaneSeq: seq, Subject: c.Subject, Action: c.Action, By: c.By, Name: c.Name, At: c.At, Before: c.Before, After: c.After,
		})
	}
	for _, p := range e.Points {
		rows.Points = append(rows.Points, store.PointChange{
			LaneSeq: seq, UserKey: p.UserKey, Delta: p.Delta, Balance: p.Balance, Reason: string(p.Reason), TriggerID: p.TriggerID, At: p.At,
		})
	}
	rows.Paused = e.Paused
	return rows
}

// laneObeys waits for an operator's order, or points, in the creator's inbox and
// carries it out, as an ingest does.
func laneObeys(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: lane-obeys")
	}
	w := here(ts)
	var row store.Inbox
	eventually(ts, func() bool {
		pending, err := w.store.PendingInbox(w.t.Context(), []string{creator})
		require.NoError(w.t, err)
		at := slices.IndexFunc(pending, func(p store.Inbox) bool {
			return p.Kind == control.InboxTriggerOrder || p.Kind == control.InboxPointGrant
		})
		if at >= 0 {
			row = pending[at]
		}
		return at >= 0
	}, "nobody ordered anything")
	in := trigger.Input{At: noon.Add(time.Duration(w.seq) * time.Minute)}
	if row.Kind == control.InboxPointGrant {
		in.Grant = &control.PointGrant{}
		ts.Check(json.Unmarshal(row.Payload, in.Grant))
	} else {
		in.Order = &control.TriggerOrder{}
		ts.Check(json.Unmarshal(row.Payload, in.Order))
		in.Order.By = "somebody" // who runs the tests differs
	}
	rows := w.consequences(engineHere(ts).Step(in).Effects)
	rows.InboxDone = map[int64]int64{row.ID: w.seq + 1}
	w.commit(rows)
}

// configuredHere writes a configuration with one creator into var, with the triggers
// of FILE:
//
//	configured FILE
func configuredHere(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: configured FILE")
	}
	for name, text := range map[string]string{
		"tiers.json":      `{"version": "v1", "tiers": {"open": {"label": "Open", "features": {"clips": {"enabled": true}, "triggers": {"enabled": true, "max_triggers": 20, "min_cooldown_seconds": 1}}}}}`,
		"ratelimits.json": `{}`,
		"system.json":     `{}`,
		"platforms.json":  `{"platforms": [{"name": "twitch", "enabled": true}]}`,
		"creators.json":   `{"creators": [{"creator_id": "` + creator + `", "display_name": "Harbor Lights", "tier": "open", "platforms": {"twitch": true}, "twitch_channel": "harborlights", "chat": {"record": true}, "points": {"start": 10}}]}`,
		"triggers.json":   ts.ReadFile(args[0]),
	} {
		writeFile(ts, filepath.Join("var", "shared", "config", name), text)
	}
}

func writeFile(ts *testscript.TestScript, path, text string) {
	path = ts.MkAbs(path)
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, []byte(text), 0o644))
}

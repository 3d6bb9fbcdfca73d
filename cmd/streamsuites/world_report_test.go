package main

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// broadcastOver leaves a broadcast of an hour whose chat was read with two gaps.
func broadcastOver(ts *testscript.TestScript, _ bool, _ []string) {
	w := here(ts)
	epochs, err := w.store.Epochs(w.t.Context(), []string{creator})
	ts.Check(err)
	_, err = w.store.RecordLive(w.t.Context(), epochs[creator], control.Stream{
		CreatorID: creator, Platform: chat.Twitch, Channel: "harborlights", StreamID: "s0", Title: "Before the lighthouse", StartedAt: noon.Add(-2 * time.Hour),
	})
	ts.Check(err)
	began := noon.Add(-2 * time.Hour)
	report := store.ReportDelta{
		Platform: chat.Twitch, StreamID: "s0", Messages: 1200, History: 2, Late: 3, Duplicates: 4, Reconnects: 1,
		FirstEventAt: began.Add(time.Second), LastEventAt: began.Add(time.Hour), Sources: []string{"irc"}, Via: [chat.Vias]int64{chat.IRC: 1200},
	}
	for i := range 1198 {
		report.Lag.Observe(time.Duration(i) * time.Millisecond)
	}
	gap := func(reason string, from, to time.Duration, lost int64) store.Gap {
		return store.Gap{CreatorID: creator, Platform: chat.Twitch, Channel: "harborlights", Reason: reason, From: began.Add(from), To: began.Add(to), Lost: lost}
	}
	w.commit(store.LaneCommit{Reports: []store.ReportDelta{report}, Gaps: []store.Gap{
		gap("not_connected", 10*time.Minute, 19*time.Minute, 0), gap("overflow", 30*time.Minute, 30*time.Minute, 7),
	}})
	_, err = w.store.RecordOffline(w.t.Context(), epochs[creator], creator, chat.Twitch, began.Add(time.Hour))
	ts.Check(err)
}

// needsLogin has the creator's connection wait for a login.
func needsLogin(ts *testscript.TestScript, _ bool, _ []string) {
	w := here(ts)
	epochs, err := w.store.Epochs(w.t.Context(), []string{creator})
	ts.Check(err)
	ts.Check(w.store.SavePlatformStatus(w.t.Context(), []store.PlatformStatus{{
		CreatorID: creator, Epoch: epochs[creator], Platform: chat.Twitch, Channel: "harborlights", State: connection.NeedsLogin,
		Since: noon.Add(time.Hour), Error: "the token was refused", LastHeartbeat: noon,
	}}))
}

package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func (r *rows) StreamReports(context.Context, store.ReportFilter) ([]store.StreamReport, error) {
	return nil, nil
}
func (r *rows) FillWindows(context.Context, []store.StreamReport, int) error { return nil }

// someIngest is a connection in every state, a broadcast that is on and one that is
// over.
func someIngest() IngestReportInput {
	in := IngestReportInput{Now: at(60), Since: at(-3600)}
	for i, state := range connection.States {
		st := store.PlatformStatus{
			CreatorID: fmt.Sprintf("Qx7Zt%d", i), Platform: chat.Twitch, Channel: "marmot", State: state,
			Since: at(float64(-i)), LastHeartbeat: at(58), UpdatedAt: at(58),
		}
		if state.Troubled() {
			st.Error = "a reason for <" + string(state) + ">"
		}
		in.Statuses = append(in.Statuses, st)
	}
	on := store.StreamReport{
		CreatorID: "Qx7Zt2", Platform: chat.YouTube, StreamID: "dQw4w9WgXcQ", Channel: "UCmarmot", Title: "Boss <fight>",
		StartedAt: at(-1800), Until: at(50), Messages: 4211, History: 40, Late: 3, Duplicates: 12, Reconnects: 2,
		FirstEventAt: at(-1795), LastEventAt: at(49.5), Sources: []string{"polling", "push_stream"},
		SourceMessages: map[string]int64{"polling": 11, "push_stream": 4200},
		Gaps:           2, GapTime: 92500 * time.Millisecond, Lost: 7, Overflow: 7,
		Windows: []store.Gap{
			{CreatorID: "Qx7Zt2", Platform: chat.YouTube, Channel: "UCmarmot", Reason: "network", From: at(-900), To: at(-807.5)},
			{CreatorID: "Qx7Zt2", Platform: chat.YouTube, Channel: "UCmarmot", Reason: "overflow", From: at(-10), To: at(-10), Lost: 7},
		},
	}
	for i := range 100 {
		on.Lag.Observe(time.Duration(i*i) * time.Millisecond)
	}
	over := store.StreamReport{
		CreatorID: "Qx7Zt2", Platform: chat.Twitch, StreamID: "4242", Channel: "marmot",
		StartedAt: at(-9000), EndedAt: at(-8000), Until: at(-8000),
	}
	in.Reports = []store.StreamReport{on, over}
	return in
}

func TestTheIngestReportOfNothingIsValid(t *testing.T) {
	t.Parallel()
	d, err := BuildIngestReport(IngestReportInput{})
	require.NoError(t, err)
	requireValid(t, d)
	require.NotContains(t, string(d.Data), ": null")
}

func TestTheIngestReportTellsTheFinerStateAndWhatToDo(t *testing.T) {
	t.Parallel()
	in := someIngest()
	d, err := BuildIngestReport(in)
	require.NoError(t, err)
	requireValid(t, d)
	require.False(t, d.Heartbeat)
	require.Equal(t, DashboardOnly, d.Visibility)
	var doc struct {
		Connections []struct {
			State, Status string
			Action        *string
		}
	}
	require.NoError(t, json.Unmarshal(d.Data, &doc))
	status := map[string]string{}
	for _, c := range doc.Connections {
		status[c.State] = c.Status
		if c.State == "needs_login" {
			require.Equal(t, "run: streamsuites auth login twitch", *c.Action)
		}
	}
	require.Equal(t, map[string]string{
		"live": "running", "silent": "running", "degraded": "running", "connecting": "connecting", "waiting_for_quota": "paused",
		"paused": "paused", "needs_login": "error", "disabled": "inactive", "inactive": "inactive",
	}, status)

	in.Now = at(3600) // nobody wrote the rows for an hour
	d, err = BuildIngestReport(in)
	require.NoError(t, err)
	requireValid(t, d)
	require.NotContains(t, string(d.Data), `"live"`)
}

func TestTheIngestReportIsTheSameForTheSameState(t *testing.T) {
	t.Parallel()
	in := someIngest()
	first, err := BuildIngestReport(in)
	require.NoError(t, err)
	in.Now = in.Now.Add(10 * time.Second)
	second, err := BuildIngestReport(in)
	require.NoError(t, err)
	require.Equal(t, string(first.Data), string(second.Data))
}

func TestTheIngestReportShowsTheNewestHundredBroadcasts(t *testing.T) {
	t.Parallel()
	in := someIngest()
	for len(in.Reports) < 130 {
		in.Reports = append(in.Reports, in.Reports[1])
	}
	d, err := BuildIngestReport(in)
	require.NoError(t, err)
	requireValid(t, d)
}

func TestOddTextsDoNotMakeTheIngestReportInvalid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "<b>", "a\nb", "\x00\xff", "äöü"} {
		in := someIngest()
		in.Statuses[0].Channel, in.Statuses[0].Error, in.Statuses[0].State, in.Statuses[0].Since = text, text, connection.State(text), time.Time{}
		in.Reports[0].StreamID, in.Reports[0].Channel, in.Reports[0].Title, in.Reports[0].Sources = text, text, text, []string{text}
		in.Reports[0].Windows[0].Reason = text
		d, err := BuildIngestReport(in)
		require.NoError(t, err)
		requireValid(t, d)
	}
}

func TestTheIngestReportComesFromTheRows(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "test", []string{"Qx7Zt2"})
	require.NoError(t, err)
	began := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	_, err = s.RecordLive(t.Context(), epochs["Qx7Zt2"], control.Stream{
		CreatorID: "Qx7Zt2", Platform: chat.Twitch, Channel: "marmot", StreamID: "4242", Title: "Boss fight", StartedAt: began,
	})
	require.NoError(t, err)
	require.NoError(t, s.SavePlatformStatus(t.Context(), []store.PlatformStatus{{
		CreatorID: "Qx7Zt2", Epoch: epochs["Qx7Zt2"], Platform: chat.Twitch, Channel: "marmot", State: connection.Silent,
		Since: began.Add(time.Minute), Error: "nothing was heard", LastHeartbeat: time.Now(),
	}}))
	report := store.ReportDelta{Platform: chat.Twitch, StreamID: "4242", Messages: 7, Duplicates: 3}
	report.Lag.Observe(80 * time.Millisecond)
	result, err := committer.Commit(t.Context(), []store.LaneCommit{{
		CreatorID: "Qx7Zt2", Epoch: epochs["Qx7Zt2"], NextSeq: 2, Clock: began, Reports: []store.ReportDelta{report},
		Gaps: []store.Gap{{Platform: chat.Twitch, Channel: "marmot", Reason: "network", From: began.Add(time.Minute), To: began.Add(2 * time.Minute)}},
	}})
	require.NoError(t, err)
	require.Empty(t, result.Stale)

	tr := newTree(t)
	settings := someSettings()
	require.NoError(t, New(Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options()}).Once(t.Context()))
	text := tr.read(tr.mirror, FileIngestReport)
	requireValid(t, Document{File: FileIngestReport, Data: []byte(text)})
	for _, part := range []string{
		`"state": "silent"`, `"status": "running"`, `"reason": "nothing was heard"`, `"messages": 7`, `"duplicates_dropped": 3`,
		`"gap_seconds": 60`, `"p50": 80`, `"reason": "network"`, `"since": "` + began.Add(time.Minute).Format("2006-01-02T15:04:05.000000Z"),
	} {
		require.Contains(t, text, part)
	}
}

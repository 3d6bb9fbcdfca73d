package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

const broadcastID = "4242"

// onAir has the creator live from noon on.
func (b bench) onAir(t testing.TB) {
	t.Helper()
	_, err := b.store.RecordLive(t.Context(), b.epoch, control.Stream{
		CreatorID: creator, Platform: chat.Twitch, Channel: "channel", StreamID: broadcastID, Title: "Boss fight", StartedAt: noon,
	})
	require.NoError(t, err)
}

func (b bench) reports(t testing.TB, f store.ReportFilter) []store.StreamReport {
	t.Helper()
	reports, err := b.store.StreamReports(t.Context(), f)
	require.NoError(t, err)
	return reports
}

// grown is a delta of n messages that took as many milliseconds as told.
func grown(n int64, took ...time.Duration) store.ReportDelta {
	d := store.ReportDelta{
		Platform: chat.Twitch, StreamID: broadcastID, Messages: n, Duplicates: 2, Reconnects: 1, Late: 3, History: 4,
		FirstEventAt: noon.Add(time.Second), LastEventAt: noon.Add(time.Minute), Sources: []string{"irc"},
	}
	for _, l := range took {
		d.Lag.Observe(l)
	}
	return d
}

func TestAReportIsTheSumOfItsCommits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.onAir(t)
	require.Zero(t, b.reports(t, store.ReportFilter{})[0].Messages, "a broadcast without chat has a report, too")

	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 5, Clock: noon, Reports: []store.ReportDelta{grown(10, time.Millisecond, time.Hour)}})
	more := grown(5, 40*time.Millisecond, 900*time.Millisecond)
	more.Via[chat.Webhook], more.Via[chat.Unsaid] = 4, 1
	more.Sources, more.FirstEventAt, more.LastEventAt = []string{"webhook", "eventsub"}, noon, noon.Add(time.Hour)
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 9, Clock: noon, Reports: []store.ReportDelta{more}})
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 11, Clock: noon, Reports: []store.ReportDelta{
		{Platform: chat.Twitch, StreamID: broadcastID, Duplicates: 1, Via: [chat.Vias]int64{chat.Webhook: 3, chat.Pusher: 2}},
	}})

	r := b.reports(t, store.ReportFilter{CreatorID: creator, StreamID: broadcastID, Limit: 1})[0]
	require.Equal(t, []int64{15, 8, 6, 5, 2}, []int64{r.Messages, r.History, r.Late, r.Duplicates, r.Reconnects})
	require.Equal(t, []string{"eventsub", "irc", "pusher", "webhook"}, r.Sources)
	require.Equal(t, map[string]int64{"webhook": 7, "pusher": 2}, r.SourceMessages)
	require.Equal(t, []time.Time{noon, noon.Add(time.Hour)}, []time.Time{r.FirstEventAt, r.LastEventAt})
	require.True(t, r.EndedAt.IsZero())
	require.True(t, r.Until.After(r.LastEventAt), "somebody saw it only just now")
	first, second := grown(0, time.Millisecond, time.Hour).Lag, more.Lag
	first.Add(&second)
	require.Equal(t, first, r.Lag)
	require.Empty(t, b.reports(t, store.ReportFilter{CreatorID: "somebody"}))
}

func TestAnOutdatedHolderAddsNothingToAReport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.onAir(t)
	_, err := b.store.ClaimCreators(t.Context(), "host-b", []string{creator})
	require.NoError(t, err)
	result, err := b.committer.Commit(t.Context(), []store.LaneCommit{
		{CreatorID: creator, Epoch: b.epoch, NextSeq: 5, Clock: noon, Reports: []store.ReportDelta{grown(10)}},
	})
	require.NoError(t, err)
	require.Equal(t, []string{creator}, result.Stale)
	require.Zero(t, b.reports(t, store.ReportFilter{})[0].Messages)
}

func TestGapsThatOverlapCoverTheirTimeOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.onAir(t)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	gap := func(reason string, from, to int, lost int64) store.Gap {
		return store.Gap{CreatorID: creator, Platform: chat.Twitch, Channel: "channel", Reason: reason, From: at(from), To: at(to), Lost: lost}
	}
	other := gap("not_connected", 3, 30, 0)
	other.Platform = chat.Kick
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 9, Clock: noon, Gaps: []store.Gap{
		gap("not_connected", -10, 2, 0), // half of it before the broadcast
		gap("network", 1, 4, 0),
		gap("overflow", 5, 5, 7),
		gap("not_kept", 10, 16, 3),
		gap("network", -30, -20, 0),
		gap("network", 90, 95, 0),
		other,
	}})
	_, err := b.store.RecordOffline(t.Context(), b.epoch, creator, chat.Twitch, at(20))
	require.NoError(t, err)

	reports := b.reports(t, store.ReportFilter{})
	require.Len(t, reports, 1)
	r := reports[0]
	require.Equal(t, []int64{4, 10, 7}, []int64{r.Gaps, r.Lost, r.Overflow})
	require.Equal(t, 10*time.Minute, r.GapTime)
	require.InDelta(t, 0.5, r.Share(), 1e-9)
	require.Equal(t, at(20), r.EndedAt)

	require.NoError(t, b.store.FillWindows(t.Context(), reports, 0))
	require.Len(t, reports[0].Windows, 4)
	require.Equal(t, gap("not_connected", -10, 2, 0), reports[0].Windows[0])
	require.NoError(t, b.store.FillWindows(t.Context(), reports, 1))
	require.Equal(t, []store.Gap{gap("not_kept", 10, 16, 3)}, reports[0].Windows, "the newest")
	require.NoError(t, b.store.FillWindows(t.Context(), nil, 1))
}

func TestAConnectionKeepsSinceWhenItIsInItsState(t *testing.T) {
	t.Parallel()
	b := setup(t)
	save := func(state connection.State, since time.Time) time.Time {
		require.NoError(t, b.store.SavePlatformStatus(t.Context(), []store.PlatformStatus{{
			CreatorID: creator, Epoch: b.epoch, Platform: chat.Twitch, Channel: "channel", State: state, Since: since, Error: "why",
		}}))
		statuses, err := b.store.PlatformStatuses(t.Context())
		require.NoError(t, err)
		return statuses[0].Since
	}
	require.Equal(t, noon, save(connection.Live, noon))
	require.Equal(t, noon, save(connection.Live, time.Time{}))
	later := save(connection.Silent, time.Time{})
	require.True(t, later.After(noon))
	require.Equal(t, later, save(connection.Silent, time.Time{}))
	require.Equal(t, noon, save(connection.Silent, noon), "whoever reads knows better")
	save(connection.Live, noon)
	save(connection.Quota, noon)

	events, err := b.store.LatestRuntimeEvents(t.Context(), 10)
	require.NoError(t, err)
	var told []string
	for _, e := range events {
		told = append(told, string(e.Severity)+" "+e.Message)
	}
	require.Equal(t, []string{
		"info Reading the chat of channel",
		"warning The chat of channel is silent: why",
		"info The chat of channel is no longer silent",
		"warning The chat of channel waits for the platform's quota: why",
	}, told, "once for each change")
}

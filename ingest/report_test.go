package ingest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// report reads the report of a creator's broadcast with all its gaps.
func (r *rig) report(creatorID string) store.StreamReport {
	r.t.Helper()
	reports, err := r.rows.StreamReports(r.t.Context(), store.ReportFilter{CreatorID: creatorID})
	require.NoError(r.t, err)
	require.Len(r.t, reports, 1)
	require.NoError(r.t, r.rows.FillWindows(r.t.Context(), reports, 0))
	return reports[0]
}

// tellsTheTables checks that the report of a broadcast on Twitch says what is in the
// tables of events and gaps.
func tellsTheTables(t *testing.T, r *rig, creatorID string) store.StreamReport {
	t.Helper()
	report := r.report(creatorID)
	began := `(select min(lane_seq) from inbox where creator_id = $1 and kind = 'stream_live')`
	messages := r.count(`select count(*) from chat_events where creator_id = $1 and platform = 'twitch' and lane_seq > `+began, creatorID)
	require.EqualValues(t, messages, report.Messages)
	require.EqualValues(t, r.count(`select count(*) from chat_events where creator_id = $1 and platform = 'twitch' and history`, creatorID), report.History)
	require.Equal(t, report.Messages-report.History, report.Lag.Count(), "every message is measured once")
	require.EqualValues(t, r.count(`select count(*) from chat_events where creator_id = $1 and platform = 'twitch' and not history
		and received_at - sent_at > interval '1 minute' and lane_seq > `+began, creatorID), report.Late)
	const during = ` from gaps where creator_id = $1 and platform = 'twitch' and to_at >= $2 and from_at <= $3`
	require.EqualValues(t, r.count(`select count(*)`+during, creatorID, report.StartedAt, report.Until), report.Gaps)
	require.EqualValues(t, r.count(`select coalesce(sum(lost), 0)`+during, creatorID, report.StartedAt, report.Until), report.Lost)
	require.Len(t, report.Windows, int(report.Gaps))
	var together time.Duration
	for _, g := range report.Windows {
		together += g.To.Sub(g.From)
	}
	require.LessOrEqual(t, report.GapTime, together)
	require.EqualValues(t, r.count(`select count(*) from chat_events where creator_id = $1 and platform = 'twitch' and received_at in ($2, $3)`,
		creatorID, report.FirstEventAt, report.LastEventAt) > 0, messages > 0)
	return report
}

func TestTheReportOfABroadcastSurvivesAKillAndTellsWhatTheTablesHold(t *testing.T) {
	t.Parallel()
	one := newRig(t, []Creator{creator(mira)})
	one.live(mira)
	one.hold()
	for i := range 50 {
		e := say(mira, id("m", i), "hi")
		e.SentAt = e.SentAt.Add(-time.Duration(i) * 2 * time.Second)
		e.History = i < 5
		one.account.Message(e)
	}
	one.stored(50)
	for i := range 10 { // nothing but duplicates is a commit, too
		one.account.Message(say(mira, id("m", i), "hi"))
	}
	soon(t, "the duplicates", func() bool { return one.report(mira).Duplicates == 10 })
	tellsTheTables(t, one, mira)
	soon(t, "read up to now", func() bool {
		return one.count(`select count(*) from platform_status where last_success is not null`) == 1
	})
	one.account.Message(say(mira, "lost with the process", "hi"))
	one.crash()

	two := one.beside()
	var answers atomic.Int64
	two.db.hook(nil, func([]store.LaneCommit) error { // every other answer is lost
		if answers.Add(1)%2 == 0 {
			return errAway
		}
		return nil
	})
	two.hold()
	for i := range 90 { // the platform sends the last ones again
		two.account.Message(say(mira, id("m", 30+i), "hi"))
	}
	soon(t, "the newest message", func() bool {
		return two.count(`select count(*) from chat_events where message_id = $1`, id("m", 119)) == 1
	})
	two.account.State(channelOf(mira), string(connection.Degraded), "connection reset")
	two.account.Gap(channelOf(mira), time.Now().Add(-time.Second), time.Now(), "network")
	two.account.State(channelOf(mira), string(connection.Live), "")
	two.account.Source(channelOf(mira), "webhook")
	soon(t, "the reconnect", func() bool { return len(two.report(mira).Sources) == 2 && two.report(mira).Reconnects == 2 })
	two.db.hook(nil, nil)
	two.account.Message(say(mira, "last", "hi"))
	soon(t, "the last message", func() bool { return two.count(`select count(*) from chat_events where message_id = 'last'`) == 1 })

	report := tellsTheTables(t, two, mira)
	require.EqualValues(t, 10+20, report.Duplicates)
	require.EqualValues(t, 2, report.Reconnects, "the kill and the reset")
	require.Equal(t, []string{"irc", "webhook"}, report.Sources)
	require.Equal(t, map[string]int64{"irc": report.Messages}, report.SourceMessages, "whatever was tried again is counted once")
	var reasons []string
	for _, g := range report.Windows {
		reasons = append(reasons, g.Reason)
	}
	require.ElementsMatch(t, []string{ReasonNotConnected, "network"}, reasons)
}

func TestWhatDoesNotFitIsInTheReport(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.LaneBytes = 4096 })
	r.live(mira)
	r.hold()
	held, free := make(chan struct{}, 1), make(chan struct{})
	soon(t, "on air", func() bool {
		return r.count(`select count(*) from inbox where kind = 'stream_live' and lane_seq is not null`) == 1
	})
	r.db.hook(func([]store.LaneCommit) error { token(held); <-free; return nil }, nil)
	r.account.Message(say(mira, "first", "hi"))
	<-held
	for i := range 100 {
		r.account.Message(say(mira, id("m", i), "hi"))
	}
	close(free)
	soon(t, "room again", func() bool {
		bytes, _ := r.host.tenure(mira).lane.queue.held()
		return bytes == 0
	})
	r.account.Message(say(mira, "last", "hi"))
	soon(t, "the loss is told", func() bool { return r.count(`select count(*) from gaps`) > 0 })
	soon(t, "the last message", func() bool { return r.count(`select count(*) from chat_events where message_id = 'last'`) == 1 })
	report := tellsTheTables(t, r, mira)
	require.Positive(t, report.Overflow)
	require.Equal(t, report.Lost, report.Overflow)
	require.EqualValues(t, 102, report.Messages+report.Overflow)
}

func TestChatOutsideOfBroadcastsIsInNoReport(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.account.Message(say(mira, "before", "hi"))
	r.stored(1)
	r.live(mira)
	soon(t, "on air", func() bool {
		return r.count(`select count(*) from inbox where lane_seq is not null and kind = 'stream_live'`) == 1
	})
	r.account.Message(say(mira, "during", "hi"))
	r.stored(2)
	epochs, err := r.rows.Epochs(t.Context(), []string{mira})
	require.NoError(t, err)
	_, err = r.rows.RecordOffline(t.Context(), epochs[mira], mira, chat.Twitch, time.Now())
	require.NoError(t, err)
	soon(t, "off air", func() bool {
		return r.count(`select count(*) from inbox where lane_seq is not null and kind = 'stream_over'`) == 1
	})
	r.account.Message(say(mira, "after", "hi"))
	r.stored(3)
	require.EqualValues(t, 1, r.report(mira).Messages)
	r.live(mira) // the same broadcast goes on
	soon(t, "on air again", func() bool {
		return r.count(`select count(*) from inbox where lane_seq is not null and kind = 'stream_live'`) == 2
	})
	r.account.Message(say(mira, "again", "hi"))
	r.stored(4)
	require.EqualValues(t, 2, r.report(mira).Messages)
}

func TestAReportCostsNoAllocationForAMessage(t *testing.T) {
	l := &lane{
		open: newSegment(mira, 1), onAir: []onAir{{chat.Twitch, "s", evening}},
		sources: []reading{{platform: chat.Twitch, source: "irc"}}, tally: &tally{},
	}
	e := say(mira, "m", "hi")
	l.account(&e)
	l.open.airing = make([]uint8, 1, 4096)
	require.Zero(t, testing.AllocsPerRun(2000, func() { l.account(&e) }))
}

package ingest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// A crowd in which everybody tries everything once must neither grow a lane's
// memory without bound nor hold its commits up.
func TestFiftyThousandDistinctUsersInAMinuteFitIntoALane(t *testing.T) {
	t.Parallel()
	const users = 50_000
	crowded := creator(mira, func(s *trigger.Settings) {
		s.LateAfter, s.StartPoints = time.Hour, 10
		s.Triggers = defined(t,
			`{"trigger_id": "me", "type": "command", "command": "me", "cooldown_global_s": 0, "cooldown_user_s": 5, "limit_per_stream_user": 1,
				"stop_on_match": false, "actions": [{"type": "counter", "counter": "heads", "add": 1}]}`,
			`{"trigger_id": "wave", "type": "threshold", "keywords": ["wave"], "threshold": {"users": 1000, "window_s": 60}, "cooldown_global_s": 3600,
				"stop_on_match": false, "actions": [{"type": "counter", "counter": "waves", "add": 1}]}`,
			`{"trigger_id": "pay", "type": "keyword", "keywords": ["pay"], "cost": 1, "cooldown_global_s": 0, "stop_on_match": false}`,
		)
	})
	r := newRig(t, []Creator{crowded}, func(c *HostConfig) { c.LaneBytes = 64 << 20 })
	r.hold()
	base := time.Now().Add(-time.Minute)
	for i := range users {
		e := say(mira, id("m", i), "!me wave pay")
		e.Author = chat.Author{ID: id("u", i), Login: "x", Name: "X"}
		e.ReceivedAt = base.Add(time.Duration(i) * time.Minute / users)
		e.SentAt = e.ReceivedAt
		r.account.Message(e)
	}
	require.Eventually(t, func() bool {
		s := r.host.Stats()
		return s.Committed == users && s.QueueBytes == 0
	}, 5*time.Minute, 50*time.Millisecond)
	r.release()

	require.Equal(t, users, r.count(`select count(*) from decisions where trigger_id = 'me' and outcome = 'fired'`))
	require.Equal(t, users, r.count(`select value from chat_counters where name = 'heads'`))
	require.Equal(t, 1, r.count(`select value from chat_counters where name = 'waves'`))
	require.Equal(t, users, r.count(`select count(*) from points where balance = 9`))
	st, err := r.rows.Store.LoadLane(t.Context(), mira)
	require.NoError(t, err)
	require.LessOrEqual(t, len(st.Votes), 1000, "no more than can still decide anything")
	require.LessOrEqual(t, len(st.Uses), 100_000+len(crowded.Settings.Triggers))
	require.Len(t, st.Points, users)
	rerun(t, r, mira).equals(t, r)
}

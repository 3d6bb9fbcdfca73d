package ingest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// viewer is a message of somebody without any role.
func viewer(id, text string) chat.Event {
	e := say(mira, id, text)
	e.Author.Roles = chat.Everyone
	return e
}

func TestACommandThatAModeratorMakesOutlivesLostAnswersAndFailOver(t *testing.T) {
	t.Parallel()
	one := newRig(t, []Creator{reserving(t, mira, hugGlobal)})
	one.hold()
	one.account.Message(say(mira, "first", "hello"))
	one.stored(1)
	var lost atomic.Bool
	one.db.hook(nil, func([]store.LaneCommit) error {
		if lost.Swap(true) {
			return nil
		}
		return errAway
	})
	one.account.Message(say(mira, "add", "!cmd add !discord come to $(1)"))
	soon(t, "made", func() bool { return one.count(`select count(*) from trigger_overlays`) == 1 })
	soon(t, "rebuilt", func() bool { return one.host.Stats().Rebuilds == 1 })
	one.account.Message(viewer("use", "!discord us"))
	soon(t, "answered", func() bool { return len(one.chat.all()) == 2 })
	require.Contains(t, one.chat.all()[1].text, "come to us")
	one.crash()

	two := one.beside()
	two.hold()
	two.account.Message(viewer("use", "!discord us")) // it comes again
	two.account.Message(say(mira, "edit", "!cmd edit !discord gone"))
	two.account.Message(say(mira, "again", "!discord"))
	soon(t, "answered", func() bool { return len(two.chat.all()) == 2 })
	require.Contains(t, two.chat.all()[1].text, "gone")
	two.release()
	require.Equal(t, 2, two.count(`select count(*) from trigger_changes where subject = 'cmd:discord' and changed_by = 'twitch:u1'`))
	require.Equal(t, 1, two.count(`select count(*) from trigger_changes where action = 'edit' and before is not null and after is not null`))
	require.Equal(t, 2, two.count(`select total from trigger_uses where trigger_id = 'cmd:discord' and user_key = ''`))
	rerun(t, two, mira).equals(t, two)
}

func TestWhatAClipCostIsGivenBackOnceThoughNobodyHeldTheCreatorWhenItFailed(t *testing.T) {
	t.Parallel()
	one := newRig(t, []Creator{reserving(t, mira, hugGlobal)})
	one.live(mira)
	one.hold()
	one.account.Message(viewer("m1", "!buy"))
	soon(t, "the clip", func() bool { return one.count(`select count(*) from clips`) == 1 })
	require.Equal(t, startPoints-clipCost, one.count(`select balance from points`))
	one.crash()
	clips, err := one.rows.ListClips(t.Context(), store.ClipFilter{CreatorID: mira})
	require.NoError(t, err)
	_, err = one.rows.Transition(t.Context(), store.Transition{ClipID: clips[0].ClipID, Seq: 1, State: clip.Failed, Reason: "no space left", Code: clip.DiskFull})
	require.NoError(t, err)

	two := one.beside()
	var lost atomic.Bool
	two.db.hook(nil, func([]store.LaneCommit) error {
		if lost.Swap(true) {
			return nil
		}
		return errAway
	})
	two.hold()
	soon(t, "given back", func() bool { return two.count(`select balance from points`) == startPoints })
	two.release()
	two.hold()
	two.release()
	require.Equal(t, 2, two.count(`select count(*) from point_changes`))
	rerun(t, two, mira).equals(t, two)
}

func TestPointsAndOrdersOfOperatorsReachTheLane(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{reserving(t, mira, hugGlobal)})
	r.hold()
	require.NoError(t, r.rows.PutPointGrant(t.Context(), mira, "g1", control.PointGrant{UserKey: "twitch:u1", Delta: 5, By: "kim"}))
	require.NoError(t, r.rows.PutTriggerOrder(t.Context(), mira, control.TriggerOrder{RequestID: "o1", Text: "add !rules be kind", By: "kim"}))
	soon(t, "taken in", func() bool {
		return r.count(`select count(*) from inbox where lane_seq is null`) == 0 && r.count(`select count(*) from points where balance = $1`, startPoints+5) == 1
	})
	require.Equal(t, 1, r.count(`select count(*) from trigger_changes where changed_by = 'operator:kim'`))
	r.account.Message(viewer("m1", "!rules"))
	soon(t, "answered", func() bool { return len(r.chat.all()) == 1 })
	require.Contains(t, r.chat.all()[0].text, "be kind")
}

func TestATriggerThatDeletesItsMessageHasItDeleted(t *testing.T) {
	t.Parallel()
	r, s := sweeping(t)
	r.roster.set(reserving(t, mira, hugGlobal))
	soon(t, "in force", func() bool { return r.count(`select count(*) from configs`) == 2 })
	r.account.Message(viewer("m1", "lol"))
	r.awaitDeletion("twitch:m1", "sent")
	require.Equal(t, []string{channelOf(mira) + "/m1"}, s.deleted)
	require.Equal(t, 1, r.count(`select sum(triggers) from counters`))
}

func TestCommandsThatArePausedStayPausedOverARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{reserving(t, mira, hugGlobal)})
	r.hold()
	r.account.Message(say(mira, "m1", "!pausecommands on"))
	soon(t, "paused", func() bool { return r.count(`select count(*) from lanes where paused`) == 1 })
	r.release()
	r.hold()
	r.account.Message(viewer("m2", "!hug"))
	soon(t, "refused", func() bool {
		return r.count(`select count(*) from decisions where message_id = 'm2' and step = 'enabled'`) == 1
	})
	r.account.Message(say(mira, "m3", "!pausecommands off"))
	r.account.Message(viewer("m4", "!hug"))
	soon(t, "fired", func() bool {
		return r.count(`select count(*) from decisions where message_id = 'm4' and outcome = 'fired'`) == 1
	})
	paused, err := r.rows.CommandsPaused(t.Context(), mira)
	require.NoError(t, err)
	require.False(t, paused)
}

func TestABroadcastsNewTitleReachesTheLane(t *testing.T) {
	t.Parallel()
	told := creator(mira)
	told.Settings.Triggers = defined(t, `{"trigger_id": "what", "type": "command", "command": "what", "cooldown_global_s": 0,
		"responses": ["now $(title) in $(game)."]}`)
	r := newRig(t, []Creator{told})
	r.live(mira)
	r.hold()
	n := 0
	asks := func(want string) {
		soon(t, want, func() bool {
			n++
			r.account.Message(viewer(id("m", n), "!what"))
			return r.count(`select count(*) from outbox where payload->>'Text' like '%' || $1`, want) > 0
		})
	}
	asks("now Boss fight in .")
	epochs, err := r.rows.Epochs(t.Context(), []string{mira})
	require.NoError(t, err)
	_, err = r.rows.RecordLive(t.Context(), epochs[mira], control.Stream{
		CreatorID: mira, Platform: chat.Twitch, Channel: channelOf(mira), StreamID: "stream-" + mira, Title: "Puzzles", Category: "Go",
		StartedAt: time.Now(),
	})
	require.NoError(t, err)
	asks("now Puzzles in Go.")
	require.Len(t, r.sessions.all(), 1, "the session learns of the beginning only")
}

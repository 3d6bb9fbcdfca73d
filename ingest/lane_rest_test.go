package ingest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// awake reports whether a creator's lane holds rules.
func (r *rig) awake(creatorID string) bool {
	l := r.host.tenure(creatorID).lane
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.machine.Rests()
}

func TestALaneHoldsRulesWhileSomebodyWritesAndAnswersAfterARest(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	require.False(t, r.awake(mira), "nobody has written yet")
	r.account.Message(say(mira, "m1", "!ping"))
	soon(t, "answered", func() bool { return len(r.chat.all()) == 1 })
	r.stored(1)
	l := r.host.tenure(mira).lane
	soon(t, "written", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return !l.open.used && l.flight == nil })
	l.rest(l.busy.Add(restAfter - 1))
	require.True(t, r.awake(mira), "more may come")
	l.rest(l.busy.Add(restAfter))
	require.False(t, r.awake(mira))
	r.account.Message(say(mira, "m2", "!ping"))
	soon(t, "stored", func() bool { return r.count(`select count(*) from decisions where message_id = 'm2'`) > 0 })
	require.True(t, r.awake(mira))
	r.release()
	rerun(t, r, mira).equals(t, r)
}

func TestALaneSharesTheHostsSettingsWhereTheyAreTheSame(t *testing.T) {
	t.Parallel()
	mine := creator(mira).Settings
	var h hosted
	h.give(mine)
	same, other := mine, mine
	other.Prefix = "?"
	require.Same(t, &h.take().settings, h.share(&same))
	require.Same(t, &other, h.share(&other))
}

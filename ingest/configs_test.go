package ingest

import (
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// prefixed is a creator whose commands begin with a prefix.
func prefixed(prefix string) Creator {
	return creator(mira, func(s *trigger.Settings) { s.Prefix = prefix })
}

// inForce returns the settings that the rows say are in force.
func (r *rig) inForce() (s trigger.Settings) {
	r.t.Helper()
	st, err := r.rows.Store.LoadLane(r.t.Context(), mira)
	require.NoError(r.t, err)
	require.NotNil(r.t, st.Config)
	require.NoError(r.t, json.Unmarshal(st.Config.Settings, &s))
	require.Equal(r.t, st.Config.Hash, s.Hash())
	return s
}

// configs returns the prefixes of the configurations that the lane took in.
func (r *rig) configs() (prefixes []string) {
	r.t.Helper()
	for _, stored := range inputs(r.t, r, mira) {
		if stored.in.Config != nil {
			prefixes = append(prefixes, stored.in.Config.Prefix)
		}
	}
	return prefixes
}

func (r *rig) awaitPrefix(prefix string) {
	r.t.Helper()
	soon(r.t, "in force: "+prefix, func() bool {
		return r.count(`select count(*) from lanes join configs on configs.creator_id = lanes.creator_id and hash = config
			where settings->>'Prefix' = $1`, prefix) == 1
	})
}

func TestALaneBeginsWithItsHostsConfigurationAndTakesItInOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{prefixed("!")})
	r.hold()
	r.awaitPrefix("!")
	require.Equal(t, prefixed("!").Settings, r.inForce())
	r.account.Message(say(mira, "m1", "!ping"))
	r.stored(1)
	require.Equal(t, 1, r.count(`select count(*) from decisions d join configs c on c.creator_id = d.creator_id and c.hash = d.config`))
	r.release()
	r.hold() // with the same configuration: nothing new
	r.account.Message(say(mira, "m2", "!ping"))
	r.stored(2)
	require.Equal(t, []string{"!"}, r.configs())
	r.release()
	r.roster.set(prefixed("?")) // changed while nobody held the creator
	r.hold()
	r.account.Message(say(mira, "m3", "?ping"))
	r.stored(3)
	require.Equal(t, []string{"!", "?"}, r.configs())
	require.Equal(t, 1, r.count(`select count(*) from decisions where message_id = 'm3'`))
}

func TestAChangedConfigurationWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{prefixed("!")})
	r.hold()
	r.awaitPrefix("!")
	r.rows.refuse(errAway)
	r.roster.set(prefixed("?"))
	soon(t, "an attempt", func() bool { return r.rows.refused.Load() > 0 })
	r.roster.set(prefixed("$"))
	r.roster.set(prefixed("?")) // back again, while nobody knows what was written
	r.rows.refuse(nil)
	r.awaitPrefix("?")
	r.account.Message(say(mira, "m1", "?ping"))
	soon(t, "the answer", func() bool { return len(r.chat.all()) == 1 })
}

func TestAConfigurationWhoseAnswerWasLostIsTakenInOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{prefixed("!")})
	r.hold()
	r.awaitPrefix("!")
	r.rows.forget(errAway)
	r.roster.set(prefixed("?"))
	soon(t, "it was written", func() bool { return r.rows.refused.Load() > 1 })
	r.rows.forget(nil)
	r.awaitPrefix("?")
	r.roster.set(prefixed("$"))
	r.awaitPrefix("$")
	require.Equal(t, []string{"!", "?", "$"}, r.configs())
}

func TestWhatAFormerHolderLeftDoesNotOutliveTheNewOnesConfiguration(t *testing.T) {
	t.Parallel()
	one := newRig(t, []Creator{prefixed("!")})
	one.hold()
	one.awaitPrefix("!")
	one.db.hook(func([]store.LaneCommit) error { return errAway }, nil)
	one.roster.set(prefixed("?"))
	soon(t, "left in the inbox", func() bool { return one.count(`select count(*) from inbox where lane_seq is null`) == 1 })
	one.crash()

	one.roster.set(prefixed("$"))
	two := one.beside()
	two.hold()
	two.awaitPrefix("$")
	require.Equal(t, []string{"!", "?", "$"}, two.configs())
	two.account.Message(say(mira, "m1", "$ping"))
	soon(t, "the answer", func() bool { return len(two.chat.all()) == 1 })
}

func TestAConfigurationThatCannotBeUsedChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{prefixed("!")})
	r.hold()
	r.awaitPrefix("!")
	for n, bad := range []string{"", "a b", "\x00"} {
		r.roster.set(prefixed(bad))
		r.account.Message(say(mira, id("m", n), "!ping"))
		r.stored(n + 1)
	}
	require.Equal(t, []string{"!"}, r.configs())
	// Nor does one that somebody put into the inbox past every check.
	body, err := json.Marshal(prefixed("").Settings)
	require.NoError(t, err)
	require.NoError(t, r.rows.PutInbox(t.Context(), mira, control.InboxConfig, "bad", json.RawMessage(body)))
	soon(t, "consumed", func() bool { return r.count(`select count(*) from inbox where lane_seq is null`) == 0 })
	require.Equal(t, "!", r.inForce().Prefix)
	r.account.Message(say(mira, "last", "!ping"))
	soon(t, "the answer", func() bool { return r.count(`select count(*) from decisions where message_id = 'last'`) == 1 })
}

func TestAFirstConfigurationSurvivesCommitsThatFail(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{prefixed("?")})
	var failures, lost atomic.Int64
	r.db.hook(func([]store.LaneCommit) error {
		if failures.Add(1) <= 2 {
			return errAway
		}
		return nil
	}, func([]store.LaneCommit) error {
		if lost.Add(1) <= 1 {
			return errAway
		}
		return nil
	})
	r.hold()
	r.account.Message(say(mira, "m1", "?ping"))
	soon(t, "the answer", func() bool { return len(r.chat.all()) == 1 })
	require.Equal(t, []string{"?"}, r.configs())
	require.Positive(t, r.host.Stats().Rebuilds)
}

func TestTextsAreRecordedOnlyWhereSomebodyWantsThem(t *testing.T) {
	t.Parallel()
	recorded := func(yes bool) Creator { return creator(mira, func(s *trigger.Settings) { s.RecordTexts = yes }) }
	r := newRig(t, []Creator{recorded(false)})
	r.hold()
	r.account.Message(say(mira, "m1", "!ping"))
	r.stored(1)
	require.Equal(t, 1, r.count(`select count(*) from chat_events where text = '' and author_login = '' and author_name = '' and author_id = 'u1'`))
	soon(t, "answered all the same", func() bool { return len(r.chat.all()) == 1 })
	r.roster.set(recorded(true))
	soon(t, "taken in", func() bool { return r.count(`select count(*) from configs`) == 2 })
	r.account.Message(say(mira, "m2", "hello"))
	r.stored(2)
	require.Equal(t, 1, r.count(`select count(*) from chat_events where message_id = 'm2' and text = 'hello' and author_name = 'Ann'`))
	// A stretch in which it was switched off is stored without texts as a whole.
	stuck, free := make(chan struct{}, 1), make(chan struct{})
	r.db.hook(func([]store.LaneCommit) error { token(stuck); <-free; return nil }, nil)
	r.account.Message(say(mira, "m3", "hello"))
	<-stuck
	r.account.Message(say(mira, "m4", "hello"))
	r.roster.set(recorded(false))
	soon(t, "both wait", func() bool {
		lane := r.host.tenure(mira).lane
		lane.mu.Lock()
		defer lane.mu.Unlock()
		return len(lane.open.commit.Events) == 1 && lane.hide
	})
	r.db.hook(nil, nil)
	close(free)
	r.stored(4)
	require.Equal(t, 2, r.count(`select count(*) from chat_events where text = ''`))
}

func TestTheSettingsOfAnEarlierProgramThatCannotBeUsedGiveWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{prefixed("!")})
	r.hold()
	r.awaitPrefix("!")
	r.release()
	for _, broken := range []string{`{"Prefix": ""}`, `[]`} {
		require.Equal(t, 1, r.count(`with changed as (
			update configs set settings = $1 where hash = (select config from lanes) returning 1) select count(*) from changed`, broken))
		// The host's differ, or it would take the hash for its own.
		r.roster.set(prefixed(string(rune('$' + r.count(`select count(*) from configs`)))))
		r.hold()
		want := r.roster.Creators()[0].Settings.Prefix
		r.awaitPrefix(want)
		r.account.Message(say(mira, "m"+want, want+"ping"))
		soon(t, "the answer", func() bool { return r.count(`select count(*) from decisions where message_id = $1`, "m"+want) == 1 })
		r.release()
	}
}

func TestANULIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"a": false, "\x00": true, `\u0000`: false, "\\\x00": true, `\\u0000`: false, "é": false} {
		body, err := json.Marshal(text)
		require.NoError(t, err)
		require.Equal(t, want, holdsNUL(body), text)
	}
	_, err := encode(prefixed("\x00").Settings)
	require.True(t, errors.Is(err, errNUL) || err != nil)
}

func TestWhatIsPendingIsTakenInBeforeAnyChat(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.live(mira) // nobody's lane has learnt of it
	r.hold()
	r.account.Message(say(mira, "m1", "!clip"))
	soon(t, "the clip", func() bool { return r.count(`select count(*) from clips`) == 1 })
	all := inputs(t, r, mira)
	require.Len(t, all, 3)
	require.NotNil(t, all[0].in.Config)
	require.NotNil(t, all[1].in.Live)
	require.WithinDuration(t, time.Now(), all[1].in.At, time.Minute)
	st, err := r.rows.Store.LoadLane(t.Context(), mira)
	require.NoError(t, err)
	require.Equal(t, "twitch:stream-"+mira, st.StreamRef)
	require.Len(t, st.Live, 1)
}

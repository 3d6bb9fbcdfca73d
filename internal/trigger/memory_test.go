package trigger

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// rush lets a number of users, each of whom writes once, come within a minute.
func rush(m *Machine, text string, users int, begin time.Duration, each func(*Effects)) {
	for i := range users {
		said := begin + time.Duration(i)*time.Minute/time.Duration(users)
		e := m.steps(message(fmt.Sprint(begin, i), text, viewer(fmt.Sprintf("%s-%d", begin, i)), at(said)))
		each(e)
	}
}

func TestAMinuteOfFiftyThousandUsersLeavesOnlyWhatItHasTo(t *testing.T) {
	t.Parallel()
	const users = 50_000
	m := machine(t, command("go", noCooldown, func(d *definition.Definition) { d.CooldownUser, d.PerStreamUser = ptr(5.0), 1 }),
		of(definition.Threshold, func(d *definition.Definition) {
			d.Keywords, d.Threshold = []string{"hype"}, &definition.Hold{Users: 1000, Window: 3600}
			d.CooldownGlobal = ptr(3600.0)
		}))
	s := m.State()
	rush(m, "hello", users, 0, func(*Effects) {})
	require.Empty(t, s.cooldowns)
	require.Zero(t, s.uses.recent.Len())

	fired := 0
	most := 0
	rush(m, "!go", users, time.Minute, func(e *Effects) {
		if e.Decisions[0].Fired {
			fired++
		}
		most = max(most, len(s.cooldowns))
	})
	require.Equal(t, users, fired)
	// A user's cooldown is 5 s of the minute, and what is over goes when as much
	// has come again.
	require.Less(t, most, 4*users*5/60)
	require.Equal(t, users, s.uses.recent.Len())

	votes := 0
	rush(m, "hype", users, 2*time.Minute, func(e *Effects) {
		votes = max(votes, len(s.votes["t"]))
		require.LessOrEqual(t, len(e.Votes), 2, "a vote costs as much however many there are")
	})
	require.Less(t, votes, 1000)
}

func TestOfMoreCooldownsThanAreRememberedThoseGoThatEndFirst(t *testing.T) {
	t.Parallel()
	s := NewState()
	s.Clock = noon
	s.Reserve(Cooldown{TriggerID: "t", Scope: globalScope, Until: noon.Add(time.Second)})
	const extra = 5_000
	for i := range maxCooldowns + extra {
		s.Reserve(Cooldown{TriggerID: "t", Scope: fmt.Sprint(userScope, "twitch:", i), Until: noon.Add(time.Hour + time.Duration(i)*time.Millisecond)})
		s.forget()
		require.LessOrEqual(t, len(s.cooldowns), maxCooldowns+1)
	}
	require.False(t, s.Cooldown("t", globalScope).IsZero(), "everybody's is kept")
	require.True(t, s.Cooldown("t", userScope+"twitch:0").IsZero())
	require.False(t, s.Cooldown("t", fmt.Sprint(userScope, "twitch:", maxCooldowns+extra-1)).IsZero())
}

func TestTheUsesOfMoreUsersThanAreRememberedGoOldestFirst(t *testing.T) {
	t.Parallel()
	const users = maxUses + 5_000
	m := machine(t, command("go", noCooldown))
	rush(m, "!go", users, 0, func(*Effects) {})
	s := m.State()
	require.Equal(t, maxUses, s.uses.recent.Len())
	require.Len(t, s.uses.byUser, maxUses)
	require.Zero(t, s.Uses("go", "twitch:0s-0"))
	require.EqualValues(t, 1, s.Uses("go", fmt.Sprintf("twitch:0s-%d", users-1)).Total)
	require.EqualValues(t, users, s.Uses("go", "").Total, "the count for everybody is never forgotten")

	few := newUses(2)
	for _, user := range []string{"a", "b", "a", "c"} {
		few.add(Use{TriggerID: "go", UserKey: user, Total: 1})
	}
	require.Zero(t, few.get("go", "b"))
	require.NotZero(t, few.get("go", "a"), "it was used again")
}

func TestAFiredMessageCostsTheSameHoweverManyUsersAreKnown(t *testing.T) {
	cost := func(known int) float64 {
		m := machine(t, command("go", noCooldown, func(d *definition.Definition) { d.CooldownUser = ptr(1.0) }))
		for i := range known {
			m.State().AddUse(Use{TriggerID: "go", UserKey: fmt.Sprint("twitch:", i), Total: 1})
			m.State().Reserve(Cooldown{"go", fmt.Sprint("user:twitch:", i), noon.Add(time.Hour), noon})
		}
		in := message("m", "!go")
		return testing.AllocsPerRun(20, func() { Evaluate(m.State(), in, m.Rules()) })
	}
	require.Equal(t, cost(1), cost(50_000))
}

func TestALongMessageAsksOnlyTheTriggersThatItNames(t *testing.T) {
	t.Parallel()
	r := compiled(t, nil, with(benchTriggers(5)...))
	s := live()
	for _, text := range []string{strings.Repeat("x", 10_000), strings.Repeat("keyword ", 1_250), strings.Repeat("!command", 1_250), strings.Repeat("\u202e\u200b", 2_000)} {
		v := newView(message("m", text).Message, "!")
		require.LessOrEqual(t, len(r.index.find(&s.scratch, &v)), 5, "%.20q: no more than the scans", text)
	}
	v := newView(message("m", strings.Repeat("keyword7 ", 1_100)).Message, "!")
	require.Len(t, r.index.find(&s.scratch, &v), 6, "one trigger, however often it is named")
}

func TestCooldownsThatAreOverAreForgottenWhoeverStartedThem(t *testing.T) {
	t.Parallel()
	m := machine(t, command("go", noCooldown, func(d *definition.Definition) { d.CooldownUser = ptr(1.0) }))
	for i := range 20_000 {
		m.steps(message(fmt.Sprint("m", i), "!go", viewer(fmt.Sprint("u", i)), at(time.Duration(i)*100*time.Millisecond), from(chat.Kick)))
	}
	require.Less(t, len(m.State().cooldowns), 2*firstSweep)
}

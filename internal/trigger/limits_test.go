package trigger

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

func TestCooldownsHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	m := machine(t, command("go"))
	e := m.steps(message("a", "!go"))
	require.Equal(t, []Cooldown{{"go", "global", noon.Add(5 * time.Second), noon}}, e.Cooldowns, "5 s for all, none for each")
	require.Equal(t, StepCooldownGlobal, m.steps(message("b", "!go", atSecond(4), viewer("bob"))).Decisions[0].Step)
	for _, role := range []chat.Roles{chat.Moderator, chat.Broadcaster} {
		require.True(t, m.steps(message("c", "!go", atSecond(4), by("m", role))).Decisions[0].Fired, "moderators and the broadcaster are exempt")
	}
	require.Equal(t, StepCooldownGlobal, m.steps(message("d", "!go", atSecond(4), by("v", chat.VIP|chat.Editor))).Decisions[0].Step)
}

func TestWhoIsExemptFromCooldownsCanBeChosen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		exempt []string
		role   chat.Roles
		free   bool
	}{
		"nobody":      {[]string{}, chat.Broadcaster, false},
		"vips":        {[]string{"vip"}, chat.VIP, true},
		"not mods":    {[]string{"vip"}, chat.Moderator, false},
		"everyone":    {[]string{"everyone"}, 0, true},
		"the default": {nil, chat.Moderator, true},
	} {
		m := machine(t, command("go", func(d *definition.Definition) { d.CooldownExempt = c.exempt }))
		e := m.steps(message("a", "!go"), message("b", "!go", atSecond(1), by("x", c.role)))
		require.Equal(t, c.free, e.Decisions[0].Fired, name)
	}
}

func TestAliasesShareACooldownAndSubcommandsShareItUnlessTheyHaveTheirOwn(t *testing.T) {
	t.Parallel()
	own := 60.0
	m := machine(t, command("score", func(d *definition.Definition) {
		d.Aliases = []string{"points"}
		d.CooldownGlobal = ptr(20.0)
		d.Subcommands = []definition.Subcommand{
			{Name: "show", Aliases: []string{"list"}, Responses: []string{"shown"}},
			{Name: "reset", Roles: []string{"moderator"}, CooldownUser: &own, Responses: []string{"reset"}},
			{Name: "off", Enabled: ptr(false)},
		}
	}))
	e := m.steps(message("a", "!score show"))
	require.Equal(t, "shown", e.Messages[0].Text)
	require.Equal(t, []Cooldown{{"score", "global", noon.Add(20 * time.Second), noon}}, e.Cooldowns)
	for _, text := range []string{"!points", "!score list", "!score", "!points unknown"} {
		require.Equal(t, StepCooldownGlobal, m.steps(message("b", text, atSecond(1))).Decisions[0].Step, text)
	}
	require.Equal(t, StepRole, m.steps(message("c", "!score reset", atSecond(1))).Decisions[0].Step)
	e = m.steps(message("d", "!score RESET", atSecond(1), by("mod", chat.Moderator)))
	require.Equal(t, []Cooldown{
		{"score/reset", "global", noon.Add(21 * time.Second), noon.Add(time.Second)},
		{"score/reset", "user:twitch:mod", noon.Add(61 * time.Second), noon.Add(time.Second)},
	}, e.Cooldowns)
	require.Equal(t, "score", e.Decisions[0].TriggerID)
	require.EqualValues(t, 2, m.State().Uses("score", "").Total, "uses count for the command")
	require.Equal(t, StepEnabled, m.steps(message("e", "!score off", atSecond(100))).Decisions[0].Step)
	require.Equal(t, []string{"hi"}, m.says(message("f", "!score whatever", atSecond(101))))
}

func TestASubcommandInheritsWhatItLeavesOutAndTheFallbackRunsWhenNoneWasNamed(t *testing.T) {
	t.Parallel()
	m := machine(t, command("counter2", noCooldown, func(d *definition.Definition) {
		d.Roles, d.Cost = []string{"vip"}, 3
		d.Actions = []definition.Action{{Type: definition.DoCounter, Counter: "n"}}
		d.Fallback = "show"
		d.Subcommands = []definition.Subcommand{
			{Name: "show", Roles: []string{"everyone"}, Cost: ptr(int64(0)), Responses: []string{"n=$(counter.n) $(query)"}},
			{Name: "up", Args: []definition.Arg{{Name: "why"}}},
		}
	}))
	m.State().Points["twitch:u1"] = 3
	require.Equal(t, []string{"n=0 now"}, m.says(message("a", "!counter2 now")))
	require.Equal(t, []string{"n=0"}, m.says(message("b", "!counter2 show")))
	require.Equal(t, StepRole, m.steps(message("c", "!counter2 up x")).Decisions[0].Step)
	e := m.steps(message("d", "!counter2 up", by("u1", chat.VIP)))
	require.Equal(t, "usage: !counter2 up <why>", e.Decisions[0].Detail)
	e = m.steps(message("e", "!counter2 up x", by("u1", chat.VIP)))
	require.Equal(t, []string{"n=1 by twitch:u1"}, counted(t, e))
	require.Equal(t, "hi", e.Messages[0].Text)
	require.Zero(t, m.State().Points["twitch:u1"])
}

func TestTriggersOfAGroupShareItsCooldown(t *testing.T) {
	t.Parallel()
	grouped := func(seconds float64) edit {
		return func(d *definition.Definition) { d.CooldownGroup, d.GroupSeconds = "Fun", seconds }
	}
	m := machine(t, command("a", grouped(30)), command("b", grouped(0)), command("c"))
	e := m.steps(message("1", "!a"))
	require.Contains(t, e.Cooldowns, Cooldown{"group:fun", "global", noon.Add(30 * time.Second), noon})
	e = m.steps(message("2", "!b", atSecond(1)))
	require.Equal(t, StepCooldownGroup, e.Decisions[0].Step)
	require.Equal(t, "29 s left", e.Decisions[0].Detail)
	require.True(t, m.steps(message("3", "!c", atSecond(1))).Decisions[0].Fired)
	require.Equal(t, "29 s left", m.steps(message("4", "!a", atSecond(1))).Decisions[0].Detail, "the longest that is left")
	require.True(t, m.steps(message("5", "!b", atSecond(30))).Decisions[0].Fired)
	require.True(t, m.steps(message("6", "!a", atSecond(31))).Decisions[0].Fired, "b starts nothing for the group")
}

func TestLimitsPerStreamLastUntilAnotherStreamBegins(t *testing.T) {
	t.Parallel()
	m := machineOf(t, NewState(), with(command("go", noCooldown, func(d *definition.Definition) { d.PerStream, d.PerStreamUser = 3, 2 })))
	step := func(id, user string, second int) Step {
		return m.steps(message(id, "!go", viewer(user), atSecond(second))).Decisions[0].Step
	}
	m.steps(goesLive("s1", noon))
	require.Equal(t, "twitch:s1", m.State().StreamRef)
	require.Empty(t, step("1", "ann", 1))
	require.Empty(t, step("2", "ann", 2))
	require.Equal(t, StepUserLimit, step("3", "ann", 3))
	require.Empty(t, step("4", "bob", 4))
	require.Equal(t, StepStreamLimit, step("5", "cid", 5))
	other := goesLive("k1", noon)
	other.Live.Platform = chat.Kick
	m.steps(other, goesOff("s1", noon))
	require.Equal(t, StepStreamLimit, step("6", "cid", 6), "the stream goes on elsewhere")
	m.steps(goesLive("s1", noon))
	require.Equal(t, StepStreamLimit, step("7", "cid", 7))
	over := goesOff("k1", noon)
	over.Over.Platform = chat.Kick
	m.steps(over, goesOff("s1", noon))
	require.Equal(t, StepStreamLimit, step("8", "cid", 8), "nothing is live, and nothing has begun")
	m.steps(goesLive("s1", noon))
	require.Equal(t, StepStreamLimit, step("9", "cid", 9), "the same broadcast is back")
	m.steps(goesOff("s1", noon), goesLive("s2", noon))
	require.Empty(t, step("10", "ann", 10))
	require.Equal(t, Use{"go", "", 4, "twitch:s2", 1}, m.State().Uses("go", ""))
	require.Equal(t, Use{"go", "twitch:ann", 3, "twitch:s2", 1}, m.State().Uses("go", "twitch:ann"))
}

func TestRefusalsAreAnsweredWhenAskedForAtMostEveryTenSeconds(t *testing.T) {
	t.Parallel()
	d := command("go", func(d *definition.Definition) {
		d.OnCooldown, d.OnDenied, d.CooldownUser = definition.Reply, definition.Reply, ptr(60.0)
		d.MinArgs = 1
	})
	m := machine(t, d)
	require.Equal(t, []string{"@Ann !go was not understood: usage: !go <1>"}, m.says(message("a", "!go")))
	require.Empty(t, m.says(message("b", "!go", atSecond(9))))
	require.Equal(t, []string{"hi"}, m.says(message("c", "!go x", atSecond(10))))
	require.Equal(t, []string{"@Ann !go is ready again in 50 s"}, m.says(message("d", "!go x", atSecond(20))))
	require.Empty(t, m.says(message("e", "!go x", atSecond(29))))
	require.Empty(t, machine(t, command("go", roles("vip"))).says(message("f", "!go")), "silence is the default")
}

func TestEveryRefusalCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, step := range []Step{
		StepEnabled, StepStream, StepCategory, StepRole, StepArgs, StepLate, StepCooldownGroup, StepCooldownGlobal, StepCooldownUser,
		StepStreamLimit, StepUserLimit, StepThreshold, StepCost, StepRate, StepActive,
	} {
		text := deniedText("Ann", "!go", &refusal{step: step, detail: "has 1 of 2 points"})
		require.Greater(t, len(strings.TrimSpace(text)), len("@Ann !go "), step)
	}
}

func TestNoTriggerCoolsDownLessThanTheLeast(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live(), with(command("go", noCooldown)), func(s *Settings) { s.MinCooldown = 30 * time.Second })
	require.Equal(t, noon.Add(30*time.Second), m.steps(message("a", "!go")).Cooldowns[0].Until)
	require.Empty(t, m.steps(message("b", "!cmd show go", by("mod", chat.Moderator))).Cooldowns, "changing triggers is not held back")
}

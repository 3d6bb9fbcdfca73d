package trigger

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

func laid(id, patch string) Overlay {
	o := Overlay{TriggerID: id, By: "twitch:mod", At: noon}
	if patch != "" {
		o.Patch = json.RawMessage(patch)
	}
	return o
}

func overlays(list ...Overlay) map[string]Overlay {
	all := map[string]Overlay{}
	for _, o := range list {
		all[o.TriggerID] = o
	}
	return all
}

func compiled(t *testing.T, over map[string]Overlay, change ...func(*Settings)) *Rules {
	t.Helper()
	r, err := Compile(settings(change...), over)
	require.NoError(t, err)
	return r
}

func (r *Rules) info(id string) Info {
	for _, info := range r.infos {
		if info.ID == id {
			return info
		}
	}
	return Info{}
}

func TestOverlaysAreLaidOverTheFileAndTheFileOverWhatIsBuiltIn(t *testing.T) {
	t.Parallel()
	r := compiled(t, overlays(
		laid("go", `{"cooldown_user_s": 7, "roles": ["vip"]}`),
		laid("ping", `{"cooldown_global_s": 90}`),
		laid("cmd:made", `{"trigger_id": "cmd:made", "type": "command", "command": "made", "responses": ["x"]}`),
		laid("cmd:alpha", `{"type": "command", "command": "alpha", "responses": ["x"]}`),
		laid("gone", ""),
		laid("clip", `{"aliases": ["save"]}`),
	), with(
		command("go", func(d *definition.Definition) { d.CooldownGlobal = ptr(11.0) }), command("gone"),
		definition.Definition{ID: "ping", Type: definition.Command, OnCooldown: definition.Reply, Aliases: []string{"alive"}},
	))
	require.Empty(t, r.Problems())
	var ids []string
	sources := map[string]Source{}
	for _, info := range r.Triggers() {
		ids = append(ids, info.ID)
		sources[info.ID] = info.Source
		require.True(t, info.Enabled, info.ID)
	}
	require.Equal(t, []string{"clip", "ping", "cmd", "commands", "counter", "pausecommands", "go", "cmd:alpha", "cmd:made"}, ids)
	require.Equal(t, map[string]Source{
		"clip": BuiltIn, "ping": BuiltIn, "cmd": BuiltIn, "commands": BuiltIn, "counter": BuiltIn, "pausecommands": BuiltIn,
		"go": FromFile, "cmd:alpha": FromChat, "cmd:made": FromChat,
	}, sources)
	both := r.info("go").Definition
	require.Equal(t, []any{7.0, 11.0, []string{"vip"}}, []any{*both.CooldownUser, *both.CooldownGlobal, both.Roles})
	ping := r.info("ping").Definition
	require.Equal(t, []any{"ping", 90.0, definition.Reply, []string{"alive"}}, []any{ping.Command, *ping.CooldownGlobal, ping.OnCooldown, ping.Aliases})

	m, err := NewMachine(settings(with(command("go"))), live())
	require.NoError(t, err)
	m.State().Overlays["ping"] = laid("ping", `{"command": "pong", "responses": ["still here"]}`)
	m, err = NewMachine(m.Settings(), m.State())
	require.NoError(t, err)
	require.Equal(t, []string{"still here"}, m.says(message("m", "!pong")))
	require.Empty(t, m.steps(message("n", "!ping")).Decisions)
}

func TestEditsInTheFileCountUnderAnOverlayOfOtherFields(t *testing.T) {
	t.Parallel()
	over := overlays(laid("go", `{"cooldown_user_s": 7}`))
	before := compiled(t, over, with(command("go")))
	after := compiled(t, over, with(command("go", func(d *definition.Definition) { d.Responses = []string{"new"} })))
	require.Equal(t, []string{"hi"}, before.info("go").Definition.Responses)
	require.Equal(t, []string{"new"}, after.info("go").Definition.Responses)
	require.Equal(t, 7.0, *after.info("go").Definition.CooldownUser)
}

func TestABadTriggerIsSwitchedOffAndSaidAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	bad := func(id string, edits ...edit) definition.Definition {
		d := command(id, edits...)
		return d
	}
	for name, c := range map[string]struct {
		list []definition.Definition
		over []Overlay
		id   string
		text string
	}{
		"a pattern RE2 does not have": {list: []definition.Definition{of(definition.Regex, func(d *definition.Definition) { d.Pattern = `(?=x)` })}, id: "t", text: "pattern"},
		"a role nobody has":           {list: []definition.Definition{bad("x", roles("king"))}, id: "x", text: "king"},
		"a name that cannot be seen":  {list: []definition.Definition{bad("x", named("\u200b\u2060"))}, id: "x", text: "command name"},
		"a name that is too long":     {list: []definition.Definition{bad("x", named(strings.Repeat("é", 26)))}, id: "x", text: "command name"},
		"an id that is used twice":    {list: []definition.Definition{bad("x"), bad("x", named("y"))}, id: "x", text: "twice"},
		"a name that comes too late":  {list: []definition.Definition{bad("x"), bad("z", named("X"))}, id: "z", text: `!x belongs to "x"`},
		"a name of what is built in":  {list: []definition.Definition{bad("x", named("clip"))}, id: "x", text: `!clip belongs to "clip"`},
		"an overlay that is no JSON":  {list: []definition.Definition{bad("x")}, over: []Overlay{laid("x", `{`)}, id: "x", text: "merge"},
		"an overlay of a wrong type":  {list: []definition.Definition{bad("x")}, over: []Overlay{laid("x", `{"cost": "much"}`)}, id: "x", text: "cost"},
		"an overlay without a base":   {over: []Overlay{laid("lost", `{"cost": 1}`)}, id: "lost", text: "no trigger with this id"},
		"a bad overlay of a built-in": {over: []Overlay{laid("ping", `{"roles": ["king"]}`)}, id: "ping", text: "king"},
		"an invisible keyword":        {list: []definition.Definition{of(definition.Keyword, func(d *definition.Definition) { d.Keywords = []string{"\u200b"} })}, id: "t", text: "keyword"},
	} {
		r := compiled(t, overlays(c.over...), with(append(c.list, command("fine"))...))
		require.Len(t, r.Problems(), 1, "%s: %v", name, r.Problems())
		require.Equal(t, c.id, r.Problems()[0].TriggerID, name)
		require.Contains(t, r.Problems()[0].Text, c.text, name)
		require.True(t, Evaluate(live(), message("m", "!fine"), r).Effects.Decisions[0].Fired, name)
	}
	zone := compiled(t, nil, func(s *Settings) { s.TimeZone = "Mars/Base" })
	require.Contains(t, zone.Problems()[0].Text, "Mars/Base")
}

func TestWhatIsSwitchedOffForAProblemIsNeverFound(t *testing.T) {
	t.Parallel()
	r := compiled(t, nil, with(command("x", roles("king"))))
	require.False(t, r.info("x").Enabled)
	require.Nil(t, Evaluate(live(), message("m", "!x"), r).Effects)
}

func TestNoMoreTriggersAndScansThanMayBe(t *testing.T) {
	t.Parallel()
	scan := func(id string, edits ...edit) definition.Definition {
		return of(definition.Regex, append([]edit{func(d *definition.Definition) { d.ID, d.Pattern = id, `^\d+$` }}, edits...)...)
	}
	off := func(d *definition.Definition) { d.Enabled = ptr(false) }
	r := compiled(t, nil, with(scan("a", off), scan("b"), scan("c"), command("d")), func(s *Settings) { s.MaxScans = 1 })
	require.Len(t, r.Problems(), 1)
	require.Equal(t, "c", r.Problems()[0].TriggerID)
	require.Equal(t, []bool{false, true, false, true}, []bool{r.info("a").Enabled, r.info("b").Enabled, r.info("c").Enabled, r.info("d").Enabled})
	require.Equal(t, []bool{true, true, true, false}, []bool{r.info("a").Scan, r.info("b").Scan, r.info("c").Scan, r.info("d").Scan})
	require.Len(t, Evaluate(live(), message("m", "42"), r).Effects.Decisions, 1, "a scan that is off does not look")
	require.False(t, compiled(t, nil, with(scan("a")), func(s *Settings) { s.MaxScans = 0 }).info("a").Enabled)

	r = compiled(t, overlays(laid("cmd:z", `{"type":"command","command":"z","responses":["z"]}`)),
		with(command("a", off), command("b"), command("c"), command("d", func(d *definition.Definition) { d.Priority = 9 })),
		func(s *Settings) { s.MaxTriggers = 2 })
	var left []string
	for _, p := range r.Problems() {
		left = append(left, p.TriggerID)
	}
	require.Equal(t, []string{"d", "cmd:z"}, left, "list order decides who is left out")
}

func TestModeratorsChangeTriggersInChatAndItTakesEffectWithTheNextMessage(t *testing.T) {
	t.Parallel()
	mod := func(id string) func(*chat.Event) { return by(id, chat.Moderator) }
	m := machine(t, command("go"))
	e := m.steps(message("a", "!cmd add made hello $(user)", mod("mo")))
	require.True(t, e.Decisions[0].Fired)
	require.Len(t, e.Overlays, 1)
	require.Equal(t, []string{"cmd:made", "twitch:mo"}, []string{e.Overlays[0].TriggerID, e.Overlays[0].By})
	require.Equal(t, noon, e.Overlays[0].At)
	require.Len(t, e.Changes, 1)
	require.Equal(t, []string{"cmd:made", "add", "twitch:mo", "MO"}, []string{e.Changes[0].Subject, e.Changes[0].Action, e.Changes[0].By, e.Changes[0].Name})
	require.Nil(t, e.Changes[0].Before)
	require.NotEmpty(t, e.Changes[0].After)
	require.True(t, strings.HasPrefix(e.Messages[0].Text, "@MO "), e.Messages[0].Text)
	require.Equal(t, []string{"hello Ann"}, m.says(message("b", "!made")))

	e = m.steps(message("c", "!cmd edit made bye", mod("mo")))
	require.NotEmpty(t, e.Changes[0].Before)
	require.Equal(t, StepCooldownGlobal, m.steps(message("d", "!made", atSecond(4))).Decisions[0].Step, "an edit keeps the running cooldown")
	require.Equal(t, []string{"bye"}, m.says(message("e", "!made", atSecond(5))))

	require.Equal(t, StepRole, m.steps(message("f", "!cmd add mine x")).Decisions[0].Step)
	require.Equal(t, StepArgs, m.steps(message("g", "!cmd remove nothing", mod("mo"), atSecond(20))).Decisions[0].Step)
	require.Len(t, m.says(message("h", "!cmd nonsense", mod("mo"), atSecond(40))), 1, "who may manage is told how")
	m.steps(message("i", "!cmd remove made", mod("mo")), message("j", "!cmd disable go", mod("mo")))
	require.Empty(t, m.steps(message("k", "!made", atSecond(60))).Decisions)
	require.Equal(t, StepEnabled, m.steps(message("l", "!go", atSecond(60))).Decisions[0].Step)
	m.steps(message("n", "!cmd remove go", mod("mo")))
	require.Empty(t, m.steps(message("o", "!go", atSecond(70))).Decisions)
}

func TestCountersAndUsesAreSetFromChat(t *testing.T) {
	t.Parallel()
	mod := by("mo", chat.Moderator)
	m := machine(t, command("go", func(d *definition.Definition) { d.Responses = []string{"$(count) $(counter.wins)"} }))
	e := m.steps(message("a", "!counter wins +2", mod))
	require.Equal(t, []string{"wins=2 by twitch:mo"}, counted(t, e))
	require.Equal(t, "counter:wins", e.Changes[0].Subject)
	m.steps(message("b", "!cmd options go -count 41", mod))
	require.Equal(t, []string{"42 2"}, m.says(message("c", "!go")))
}

func TestOperatorsChangeTriggersWithTheWordsOfTheChatCommand(t *testing.T) {
	t.Parallel()
	m := machine(t)
	order := func(id, text string) *Effects {
		return m.steps(Input{Order: orderOf(id, text), At: noon.Add(time.Minute)})
	}
	e := order("o1", "add !made hello")
	require.Equal(t, chat.Key{Platform: Operator, MessageID: "o1"}, e.Decisions[0].Key)
	require.Equal(t, "cmd", e.Decisions[0].TriggerID)
	require.True(t, e.Decisions[0].Fired)
	require.NotEmpty(t, e.Decisions[0].Detail, "the answer")
	require.Equal(t, "operator:console", e.Overlays[0].By)
	require.Equal(t, noon.Add(time.Minute), e.Changes[0].At)
	require.Empty(t, e.Messages)
	require.Equal(t, []string{"hello"}, m.says(message("m", "!made")))
	e = order("o2", "add !made again")
	require.False(t, e.Decisions[0].Fired)
	require.Equal(t, StepArgs, e.Decisions[0].Step)
	require.NotEmpty(t, e.Decisions[0].Detail)
	require.Equal(t, []string{"wins=3 by operator:console"}, counted(t, order("o3", "!counter wins +3")))
	require.Equal(t, ptr(true), order("o4", "pausecommands on").Paused)
	order("o5", "disable cmd")
	require.True(t, order("o6", "remove made").Decisions[0].Fired, "operators reach it even when chat does not")
}

func TestANewConfigurationHoldsFromTheNextInputAndABadOneChangesNothing(t *testing.T) {
	t.Parallel()
	m := machine(t, command("go"))
	m.steps(message("a", "!go"), message("b", "!cmd add made hello", by("mo", chat.Moderator)))
	next := settings(with(command("go", func(d *definition.Definition) { d.Responses = []string{"new"} })))
	e := m.steps(Input{Config: &next, At: noon})
	require.Equal(t, &next, e.Config)
	require.Equal(t, next.Hash(), m.Rules().Hash())
	require.Equal(t, next, m.Settings())
	require.Equal(t, StepCooldownGlobal, m.steps(message("c", "!go", atSecond(4))).Decisions[0].Step, "running cooldowns survive")
	require.Equal(t, []string{"new"}, m.says(message("d", "!go", atSecond(5))))
	require.Equal(t, []string{"hello"}, m.says(message("e", "!made", atSecond(5))), "what chat made stays")
	bad := next
	bad.Prefix = ""
	require.Nil(t, m.Step(Input{Config: &bad, At: noon}).Effects)
	require.Equal(t, next.Hash(), m.Rules().Hash())
}

func TestSettingsKeepTheirHashThroughJSON(t *testing.T) {
	t.Parallel()
	for _, s := range crowdConfigs() {
		raw, err := json.Marshal(s)
		require.NoError(t, err)
		var again Settings
		require.NoError(t, json.Unmarshal(raw, &again))
		require.Equal(t, s.Hash(), again.Hash())
		one, err := Compile(s, nil)
		require.NoError(t, err)
		other, err := Compile(again, nil)
		require.NoError(t, err)
		require.Equal(t, one.Triggers(), other.Triggers())
	}
}

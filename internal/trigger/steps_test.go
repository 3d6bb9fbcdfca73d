package trigger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
)

type edit = func(*definition.Definition)

// Each step in its order, with everything behind it failing as well, so that the
// first is what is recorded.
func TestTheFirstFailingStepOfADefinitionIsRecorded(t *testing.T) {
	t.Parallel()
	everythingFails := func(d *definition.Definition) {
		d.Enabled = ptr(false)
		d.StreamState = definition.Offline
		d.Categories = []string{"Chess"}
		d.Roles = []string{"vip"}
		d.MinArgs = 1
		d.CooldownGroup, d.GroupSeconds = "fun", 60
		d.CooldownGlobal, d.CooldownUser = ptr(60.0), ptr(60.0)
		d.PerStream, d.PerStreamUser = 1, 1
		d.Threshold = &definition.Hold{Users: 2, Window: 60}
		d.Cost = 10
		d.Actions = []definition.Action{{Type: definition.DoClip}}
	}
	late := func(e *chat.Event) { e.ReceivedAt = noon.Add(time.Hour) }
	inTime := func(*chat.Event) {}
	// fixes lift one obstacle after the other.
	type stage struct {
		step   Step
		detail string
		fix    edit
		said   func(*chat.Event)
	}
	stages := []stage{
		{StepEnabled, "switched off", func(*definition.Definition) {}, late},
		{StepStream, "live", func(d *definition.Definition) { d.Enabled = nil }, late},
		{StepCategory, "another category", func(d *definition.Definition) { d.StreamState = definition.Any }, late},
		{StepRole, "needs another role", func(d *definition.Definition) { d.Categories = nil }, late},
		{StepArgs, "usage: !go <1>", func(d *definition.Definition) { d.Roles = nil }, late},
		{StepLate, "arrived 3600 s late", func(d *definition.Definition) { d.MinArgs = 0 }, late},
		{StepCooldownGroup, "50 s left", func(*definition.Definition) {}, inTime},
		{StepCooldownGlobal, "50 s left", func(d *definition.Definition) { d.CooldownGroup, d.GroupSeconds = "", 0 }, inTime},
		{StepCooldownUser, "50 s left", func(d *definition.Definition) { d.CooldownGlobal = ptr(0.0) }, inTime},
		{StepStreamLimit, "1 in this stream", func(d *definition.Definition) { d.CooldownUser = nil }, inTime},
		{StepUserLimit, "1 by this user in this stream", func(d *definition.Definition) { d.PerStream = 0 }, inTime},
		{StepThreshold, "1 of 2 users", func(d *definition.Definition) { d.PerStreamUser = 0 }, inTime},
		{StepCost, "has 0 of 10 points", func(d *definition.Definition) { d.Threshold = nil }, inTime},
		{StepRate, "1 in the last hour, again at 13:00:00", func(d *definition.Definition) { d.Cost = 0 }, inTime},
		{StepActive, "1 at work", func(*definition.Definition) {}, inTime},
	}
	d := command("go")
	everythingFails(&d)
	for _, at := range stages {
		at.fix(&d)
		s := live()
		until := noon.Add(50 * time.Second)
		s.Reserve(Cooldown{"group:fun", "global", until, noon})
		if d.CooldownUser != nil {
			s.Reserve(Cooldown{"go", "user:twitch:u1", until, noon})
		}
		if at.step != StepCooldownUser && d.CooldownUser != nil {
			s.Reserve(Cooldown{"go", "global", until, noon})
		}
		for _, user := range []string{"", "twitch:u1"} {
			s.AddUse(Use{TriggerID: "go", UserKey: user, Total: 1, StreamTotal: 1})
		}
		s.ClipsRequested, s.ActiveClips["other1"] = []time.Time{noon}, struct{}{}
		m := machineOf(t, s, with(d), func(s *Settings) {
			s.Clip.MaxActive, s.Clip.PerHour = 1, 1
			if at.step == StepActive {
				s.Clip.PerHour = 0
			}
		})
		e := m.steps(message("m", "!go", at.said))
		require.Len(t, e.Decisions, 1, at.step)
		require.Equal(t, at.step, e.Decisions[0].Step)
		require.Equal(t, at.detail, e.Decisions[0].Detail)
		require.False(t, e.Decisions[0].Fired)
		require.Equal(t, m.Rules().Hash(), e.Decisions[0].Config)
		nothingStarted(t, e)
	}
}

// nothingStarted asserts that a refusal reserves, spends, counts and says nothing.
func nothingStarted(t *testing.T, e *Effects) {
	t.Helper()
	step := e.Decisions[0].Step
	require.Empty(t, e.Cooldowns, step)
	require.Empty(t, e.Uses, step)
	require.Empty(t, e.Points, step)
	require.Empty(t, e.Counters, step)
	require.Empty(t, e.Clips, step)
	require.Empty(t, e.Signals, step)
	require.Empty(t, e.Messages, step)
	require.Empty(t, e.Deletions, step)
	if step != StepThreshold && step != StepCost && step != StepRate && step != StepActive {
		require.Empty(t, e.Votes, step)
	}
}

func TestPausedCommandsAreRefusedAtTheFirstStepAndTheCommandThatEndsThePauseIsNot(t *testing.T) {
	t.Parallel()
	m := machine(t, command("go"))
	mod := by("mod", chat.Moderator)
	e := m.steps(message("a", "!pausecommands", mod))
	require.Equal(t, ptr(true), e.Paused)
	require.Len(t, e.Changes, 1)
	e = m.steps(message("b", "!go"))
	require.Equal(t, StepEnabled, e.Decisions[0].Step)
	require.Equal(t, "commands are paused", e.Decisions[0].Detail)
	require.Equal(t, StepEnabled, m.steps(message("c", "!clip", mod)).Decisions[0].Step)
	require.Equal(t, StepEnabled, m.steps(message("d", "!commands")).Decisions[0].Step)
	request := Input{Request: &control.OperatorClip{RequestID: "r1"}, At: noon}
	require.True(t, m.steps(request).Decisions[0].Fired, "operators are not paused")
	require.Equal(t, ptr(false), m.steps(message("e", "!pausecommands", mod)).Paused)
	require.Equal(t, []string{"hi"}, m.says(message("f", "!go", at(time.Minute))))
}

func TestGuardsLetThroughAndHoldBack(t *testing.T) {
	t.Parallel()
	inGame := func(m *Machine) { m.State().Streams[0].Category = "Chess " }
	for name, c := range map[string]struct {
		edit  edit
		state func(*Machine)
		in    Input
		step  Step // empty: it fires
	}{
		"any time by default, offline":         {state: offline, in: message("m", "!go")},
		"online while live":                    {edit: func(d *definition.Definition) { d.StreamState = definition.Online }, in: message("m", "!go")},
		"online while live elsewhere":          {edit: func(d *definition.Definition) { d.StreamState = definition.Online }, in: message("m", "!go", from(chat.Kick))},
		"online while offline":                 {edit: func(d *definition.Definition) { d.StreamState = definition.Online }, state: offline, in: message("m", "!go"), step: StepStream},
		"offline while offline":                {edit: func(d *definition.Definition) { d.StreamState = definition.Offline }, state: offline, in: message("m", "!go")},
		"offline while live":                   {edit: func(d *definition.Definition) { d.StreamState = definition.Offline }, in: message("m", "!go"), step: StepStream},
		"a clip action asks for a live stream": {edit: clipping, state: offline, in: message("m", "!go"), step: StepStream},
		"a clip action that says any":          {edit: func(d *definition.Definition) { clipping(d); d.StreamState = definition.Any }, state: offline, in: message("m", "!go")},
		"the category":                         {edit: func(d *definition.Definition) { d.Categories = []string{"Go", "cHess"} }, state: inGame, in: message("m", "!go")},
		"another category":                     {edit: func(d *definition.Definition) { d.Categories = []string{"Go"} }, state: inGame, in: message("m", "!go"), step: StepCategory},
		"a category while offline":             {edit: func(d *definition.Definition) { d.Categories = []string{"Go"} }, state: offline, in: message("m", "!go"), step: StepCategory},
		"one of several roles":                 {edit: roles("vip", "subscriber"), in: message("m", "!go", by("u", chat.Subscriber))},
		"a role that is higher for some bots":  {edit: roles("vip"), in: message("m", "!go", by("u", chat.Moderator)), step: StepRole},
		"everyone among the roles":             {edit: roles("vip", "everyone"), in: message("m", "!go")},
		"the broadcaster without the role":     {edit: roles("vip"), in: message("m", "!go", by("u", chat.Broadcaster))},
		"somebody denied by login":             {edit: deny("@Bob"), in: message("m", "!go", by("bob", chat.Moderator)), step: StepRole},
		"somebody denied by id":                {edit: deny("youtube:UCx_Y"), in: message("m", "!go", from(chat.YouTube), author("UCx_Y", "bob")), step: StepRole},
		"the same id elsewhere":                {edit: deny("youtube:UCx_Y"), in: message("m", "!go", author("UCx_Y", "bob"))},
		"the broadcaster is never denied":      {edit: deny("bob"), in: message("m", "!go", by("bob", chat.Broadcaster))},
		"allowed by name without the role":     {edit: func(d *definition.Definition) { roles("vip")(d); d.AllowUsers = []string{"BOB"} }, in: message("m", "!go", viewer("bob"))},
		"denied and allowed is denied":         {edit: func(d *definition.Definition) { deny("bob")(d); d.AllowUsers = []string{"bob"} }, in: message("m", "!go", viewer("bob")), step: StepRole},
		"a number that is one":                 {edit: args(definition.Arg{Name: "n", Type: definition.Number}), in: message("m", "!go -12")},
		"a number that is none":                {edit: args(definition.Arg{Name: "n", Type: definition.Number}), in: message("m", "!go twelve"), step: StepArgs},
		"an optional argument left out":        {edit: args(definition.Arg{Name: "n", Type: definition.Number, Optional: true}), in: message("m", "!go")},
		"an optional argument of a wrong type": {edit: args(definition.Arg{Name: "n", Type: definition.Number, Optional: true}), in: message("m", "!go x"), step: StepArgs},
		"a user":                               {edit: args(definition.Arg{Name: "who", Type: definition.User}), in: message("m", "!go @bob")},
		"a user without a name":                {edit: args(definition.Arg{Name: "who", Type: definition.User}), in: message("m", "!go @"), step: StepArgs},
		"fewer words than needed":              {edit: func(d *definition.Definition) { d.MinArgs = 2 }, in: message("m", "!go one"), step: StepArgs},
		"quoted words are one when asked for":  {edit: func(d *definition.Definition) { d.MinArgs, d.QuotedArgs = 2, true }, in: message("m", `!go "one two"`), step: StepArgs},
		"quoted words are two otherwise":       {edit: func(d *definition.Definition) { d.MinArgs = 2 }, in: message("m", `!go "one two"`)},
		"exactly as late as may be":            {in: message("m", "!go", func(e *chat.Event) { e.ReceivedAt = noon.Add(time.Minute) })},
		"a clip within the buffer":             {edit: clipping, in: message("m", "!go", func(e *chat.Event) { e.ReceivedAt = noon.Add(4 * time.Minute) })},
		"a clip behind the buffer":             {edit: clipping, in: message("m", "!go", func(e *chat.Event) { e.ReceivedAt = noon.Add(5 * time.Minute) }), step: StepLate},
		"enough points":                        {edit: func(d *definition.Definition) { d.Cost = 10 }, state: func(m *Machine) { m.State().Points["twitch:u1"] = 10 }, in: message("m", "!go")},
		"points of somebody else":              {edit: func(d *definition.Definition) { d.Cost = 10 }, state: func(m *Machine) { m.State().Points["twitch:u2"] = 10 }, in: message("m", "!go"), step: StepCost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := command("go")
			if c.edit != nil {
				c.edit(&d)
			}
			m := machine(t, d)
			if c.state != nil {
				c.state(m)
			}
			e := m.steps(c.in)
			require.Len(t, e.Decisions, 1)
			require.Equal(t, c.step, e.Decisions[0].Step, e.Decisions[0].Detail)
			require.Equal(t, c.step == "", e.Decisions[0].Fired)
			if c.step != "" {
				nothingStarted(t, e)
			}
		})
	}
}

func offline(m *Machine) { m.State().Streams = nil }

func clipping(d *definition.Definition) {
	d.Actions = append(d.Actions, definition.Action{Type: definition.DoClip})
}

func roles(names ...string) edit { return func(d *definition.Definition) { d.Roles = names } }

func deny(users ...string) edit { return func(d *definition.Definition) { d.DenyUsers = users } }

func args(list ...definition.Arg) edit { return func(d *definition.Definition) { d.Args = list } }

func author(id, login string) func(*chat.Event) {
	return func(e *chat.Event) { e.Author = chat.Author{ID: id, Login: login, Name: login} }
}

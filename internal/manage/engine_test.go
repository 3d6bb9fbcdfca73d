package manage_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// wildNames are names that look alike, are long, or are not seen.
var wildNames = []string{
	"discord", "!Discord", "dc", "clip", "cmd", "hype", "old", "ﬁsh", "fish", "FISH", "straße", "STRASSE", "e\u0301t\u00e9", "été",
	"a\u200bb", "ab", "\u200b", "!", "!!x", "a/b", "x-y", "-cd", "--", "1", "?", "ſ", "s", "İ", "i\u0307", "¨", "🎉", strings.Repeat("n", 48), strings.Repeat("ﷺ", 3),
}

// An engine that carries out whatever moderators say never has a problem with what
// they made: what cannot be used was refused.
func TestWhateverIsOrderedLeavesTheEngineWithoutProblems(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 4))
			settings := trigger.DefaultSettings("Ab3dE9", "Harbor Lights")
			settings.Triggers, settings.MinCooldown, settings.MaxTriggers = world().file, 2*time.Second, 12
			machine, err := trigger.NewMachine(settings, trigger.NewState())
			require.NoError(t, err)
			at := time.Date(2001, 2, 3, 12, 0, 0, 0, time.UTC)
			for n := range 90 {
				text := wildOrder(r)
				at = at.Add(time.Minute)
				out := machine.Step(trigger.Input{Message: &chat.Event{
					Platform: chat.Twitch, MessageID: fmt.Sprint(n), CreatorID: "Ab3dE9", Channel: "harborlights", Text: text, SentAt: at, ReceivedAt: at,
					Author: chat.Author{ID: "1", Login: "mod", Name: "Mod", Roles: chat.Moderator},
				}})
				require.Empty(t, machine.Rules().Problems(), "after %q", text)
				if out.Effects == nil {
					continue
				}
				for _, c := range out.Effects.Changes {
					require.True(t, c.Before == nil || json.Valid(c.Before))
					require.Equal(t, "twitch:1", c.By)
				}
			}
			requireManaged(t, machine)
		})
	}
}

func wildOrder(r *rand.Rand) string {
	name := func() string { return wildNames[r.IntN(len(wildNames))] }
	number := func() int { return r.IntN(40) - 2 }
	options := []string{
		fmt.Sprintf("-cd %d", number()), fmt.Sprintf("-usercd=%d", number()), fmt.Sprintf("-cost %d", number()), "-level 250", "-ul=owner",
		"-roles vip", "-type say", "-platforms kick,twitch", "-enable off", "-enable", "-hidden", "-stream online", fmt.Sprintf("-count %d", number()), "",
	}
	option := func() string { return options[r.IntN(len(options))] }
	switch r.IntN(12) {
	case 0, 1, 2:
		return strings.Join([]string{"!cmd add", option(), name(), option(), "hello $(user) $(x)"}, " ")
	case 3:
		return "!cmd edit " + name() + " " + option() + " bye"
	case 4:
		return "!cmd options " + name() + " " + option() + " " + option()
	case 5:
		return "!cmd remove " + name()
	case 6:
		return "!cmd reset " + name()
	case 7:
		return "!cmd alias add " + name() + " " + name() + " " + name()
	case 8:
		return "!cmd alias remove " + name()
	case 9:
		return "!cmd " + []string{"enable", "disable", "show"}[r.IntN(3)] + " " + name()
	case 10:
		return "!counter " + name() + fmt.Sprintf(" %+d", number())
	default:
		return "!commands add " + name() + " -a=" + name()
	}
}

// requireManaged checks that moderators can still undo everything, and nobody else.
func requireManaged(t *testing.T, machine *trigger.Machine) {
	for _, info := range machine.Rules().Triggers() {
		switch info.ID {
		case trigger.CmdID, trigger.PauseID:
			require.True(t, info.Enabled)
			for _, role := range info.Definition.Roles {
				require.Contains(t, []string{"moderator", "editor", "broadcaster"}, role)
			}
			require.NotEmpty(t, info.Definition.Roles)
		}
	}
}

// A counter is the same however its name is typed: by moderators, in actions and in
// templates.
func TestACountersNameIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	settings := trigger.DefaultSettings("Ab3dE9", "Harbor Lights")
	settings.Triggers = []definition.Definition{built("catch", func(d *definition.Definition) {
		d.Actions = []definition.Action{{Type: definition.DoCounter, Counter: "Ｆish", Add: 2}}
		d.Responses = []string{"$(counter.ﬁSH)"}
	})}
	machine, err := trigger.NewMachine(settings, trigger.NewState())
	require.NoError(t, err)
	for i, line := range [][2]string{{"!counter FISH set 40", "@Mod fish: 40"}, {"!catch", "42"}, {"!counter ﬁsh", "@Mod fish: 42"}} {
		at := time.Date(2001, 2, 3, 12, i, 0, 0, time.UTC)
		out := machine.Step(trigger.Input{Message: &chat.Event{
			Platform: chat.Twitch, MessageID: fmt.Sprint(i), CreatorID: "Ab3dE9", Channel: "harborlights", Text: line[0], SentAt: at, ReceivedAt: at,
			Author: chat.Author{ID: "1", Login: "mod", Name: "Mod", Roles: chat.Moderator},
		}})
		require.NotNil(t, out.Effects, line[0])
		require.Len(t, out.Effects.Messages, 1, line[0])
		require.Equal(t, line[1], out.Effects.Messages[0].Text)
	}
}

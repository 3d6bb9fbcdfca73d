package trigger

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
)

func TestAnswersToModeratorsAreMoreUrgentThanOthers(t *testing.T) {
	t.Parallel()
	thanks := of(definition.Event, func(d *definition.Definition) { d.Events = []chat.Kind{chat.Raid} })
	m := machine(t, command("go", noCooldown), thanks)
	class := func(in Input) budget.Class {
		said := m.steps(in).Messages
		require.Len(t, said, 1)
		return said[0].Class
	}
	require.Equal(t, budget.Viewer, class(message("1", "!go")))
	require.Equal(t, budget.Viewer, class(message("2", "!go", by("v", chat.VIP))))
	require.Equal(t, budget.Moderator, class(message("3", "!go", by("m", chat.Moderator))))
	require.Equal(t, budget.Moderator, class(message("4", "!go", by("b", chat.Broadcaster))))
	require.Equal(t, budget.Notice, class(message("5", "", happened(chat.Raid, 5, ""))))
	require.Equal(t, budget.Notice, class(Input{At: noon, Result: &control.ClipResult{
		ClipID: "aaaaaa", State: clip.Published, Platform: chat.Twitch, Channel: "c", MessageID: "3", Clipper: "Mod",
	}}))
}

func TestALongAnswerIsSplitIntoMessagesWithKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	text := strings.TrimSpace(strings.Repeat("some words ", 100))
	m := machine(t, command("go", noCooldown, func(d *definition.Definition) { d.Responses = []string{text} }))
	said := m.steps(message("m", "!go")).Messages
	require.Len(t, said, 3)
	var texts, keys []string
	for i, part := range said {
		require.Equal(t, i, part.Part)
		require.Equal(t, said[0].ReplyTo, part.ReplyTo)
		texts, keys = append(texts, part.Text), append(keys, part.Key)
	}
	require.Equal(t, []string{"reply/go/1:twitch:m", "reply/go/1:twitch:m/2", "reply/go/1:twitch:m/3"}, keys)
	require.Equal(t, text, strings.Join(texts, " "))

	numbered := machineOf(t, NewState(), with(command("go", noCooldown, func(d *definition.Definition) { d.Responses = []string{text} })),
		func(s *Settings) { s.NumberParts = true })
	require.True(t, strings.HasSuffix(numbered.steps(message("m", "!go")).Messages[2].Text, " (3/3)"))
}

func TestChatCannotHaveTheBotCallOthers(t *testing.T) {
	t.Parallel()
	echo := command("echo", noCooldown, func(d *definition.Definition) { d.Responses = []string{"$(query)"} })
	for _, p := range chat.Platforms {
		m := machine(t, echo)
		for text, want := range map[string]string{
			"@everyone come":  "＠everyone come",
			"@a @b @c @d":     "＠a ＠b ＠c ＠d",
			"@a @b @c":        "@a @b @c",
			"!drop all":       "drop all",
			"/ban mira":       "ban mira",
			".timeout mira":   "timeout mira",
			"a\u202eb\u200bc": "abc",
		} {
			require.Equal(t, []string{want}, m.says(message("m", "!echo "+text, from(p))), "%s on %s", text, p)
		}
	}
}

// This bot answers nothing of its own, nothing of accounts that are said to be bots, and
// everything else only as often as the cooldown for all lets it, which every trigger has
// unless somebody takes it away.
func TestAnotherBotThatAnswersIsAnsweredAtTheCooldownsPaceOnly(t *testing.T) {
	t.Parallel()
	parrot := command("go", func(d *definition.Definition) { d.Responses = []string{"$(query)"} })
	m := machine(t, parrot)
	answers := 0
	for i := range 600 { // a minute of a bot that answers at once, ten times a second
		in := message(string(rune('a'+i)), "!go !go again", by("otherbot", 0))
		in.Message.SentAt = noon.Add(time.Duration(i) * 100 * time.Millisecond)
		in.Message.ReceivedAt = in.Message.SentAt
		for _, said := range m.says(in) {
			require.False(t, strings.HasPrefix(said, "!"), "the answer is no order to the other bot")
			answers++
		}
	}
	require.LessOrEqual(t, answers, 12, "once in five seconds")

	ignoring := machineOf(t, NewState(), with(parrot), func(s *Settings) { s.IgnoredLogins = []string{"OtherBot"} })
	require.Empty(t, ignoring.says(message("m", "!go x", func(e *chat.Event) { e.Author.Login = "otherbot" })))
	require.Empty(t, m.says(message("self", "!go x", func(e *chat.Event) { e.Self = true })))
}

func TestAnotherBotThatNoCooldownHoldsBackIsStoppedAllTheSame(t *testing.T) {
	t.Parallel()
	talk := func(m *Machine, roles chat.Roles) (answers []time.Duration) {
		for i := range 600 {
			since := time.Duration(i) * 100 * time.Millisecond
			in := message("m"+since.String(), "!go", by("otherbot", roles), at(since))
			if len(m.says(in)) > 0 {
				answers = append(answers, since)
			}
		}
		return answers
	}
	for name, m := range map[string]*Machine{
		"a moderator":   machine(t, command("go", func(d *definition.Definition) { d.OnCooldown = definition.Reply })),
		"no cooldown":   machine(t, command("go", noCooldown)),
		"after a fault": machineOf(t, live(), with(command("go", noCooldown)), func(s *Settings) { s.MinCooldown = 0 }),
	} {
		answers := talk(m, chat.Moderator)
		require.Len(t, answers, 2*LoopAnswers, name)
		require.Less(t, answers[LoopAnswers-1], 3*time.Second, "a person is not held back")
		require.GreaterOrEqual(t, answers[LoopAnswers], LoopWindow, name)
		require.NotEmpty(t, m.says(message("other", "!go", by("mod2", chat.Moderator), at(59*time.Second))), "others are answered")
	}
}

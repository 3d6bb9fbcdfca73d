package trigger

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
)

func noCooldown(d *definition.Definition) { d.CooldownGlobal = ptr(0.0) }

func TestActionsRunInTheirOrderAndTheResponseComesLast(t *testing.T) {
	t.Parallel()
	m := machine(t, command("go", func(d *definition.Definition) {
		d.Actions = []definition.Action{
			{Type: definition.DoReply, Text: "before: $(counter.wins)", Mode: definition.AsSay},
			{Type: definition.DoCounter, Counter: "wins"},
			{Type: definition.DoReply, Text: "after: $(counter.wins)"},
			{Type: definition.DoCounter, Counter: "Wins", Add: 10},
			{Type: definition.DoCounter, Counter: "level", Set: ptr(int64(7)), Add: 5},
		}
		d.Responses = []string{"$(counter.wins) at level $(counter.level), $(counter.none)"}
	}))
	e := m.steps(message("m1", "!go"))
	require.Equal(t, []string{"wins=1 by twitch:u1", "wins=11 by twitch:u1", "level=7 by twitch:u1"}, counted(t, e))
	var texts, replies []string
	keys := map[string]bool{}
	for _, said := range e.Messages {
		texts, replies = append(texts, said.Text), append(replies, said.ReplyTo)
		keys[said.Key] = true
	}
	require.Equal(t, []string{"before: 0", "after: 1", "11 at level 7, 0"}, texts)
	require.Equal(t, []string{"", "m1", "m1"}, replies)
	require.Len(t, keys, 3, "each has a key of its own")
	require.Equal(t, map[string]int64{"wins": 11, "level": 7}, m.State().Counters)
}

func TestResponsesArePickedInTurnByTheCountOrAtRandomFromTheMessage(t *testing.T) {
	t.Parallel()
	several := func(d *definition.Definition) { d.Responses = []string{"a", "b", "c"}; noCooldown(d) }
	m := machine(t, command("go", several))
	m.State().AddUse(Use{TriggerID: "go", Total: 4})
	require.Equal(t, []string{"b"}, m.says(message("1", "!go")))
	require.Equal(t, []string{"c"}, m.says(message("2", "!go")))
	require.Equal(t, []string{"a"}, m.says(message("3", "!go")))

	random := command("go", several, func(d *definition.Definition) { d.Pick = definition.Random })
	seen := map[string]int{}
	one, other := machine(t, random), machine(t, random)
	other.State().AddUse(Use{TriggerID: "go", Total: 17})
	for i := range 300 {
		in := message("m"+string(rune('a'+i)), "!go", viewer("v"+string(rune('a'+i))))
		said := one.says(in)
		require.Equal(t, said, other.says(in), "the message decides, not the count")
		seen[said[0]]++
	}
	for _, text := range []string{"a", "b", "c"} {
		require.InDelta(t, 100, seen[text], 60)
	}
}

func TestReplyModesAndPlatformsBoundWhatIsSaid(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("wörd ", 150)
	wordy := command("go", noCooldown, func(d *definition.Definition) { d.ReplyMode, d.Responses = definition.AsSay, []string{long} })
	say := machineOf(t, NewState(), with(wordy), func(s *Settings) { s.LongTexts = Cut })
	for p, room := range map[chat.Platform]int{chat.Twitch: 500, chat.Kick: 500, chat.YouTube: 200, chat.Rumble: 200, chat.Pilled: 200} {
		messages := say.steps(message("m", "!go", from(p))).Messages
		require.Len(t, messages, 1)
		said := messages[0]
		require.Equal(t, room, len([]rune(said.Text)), p)
		require.True(t, strings.HasSuffix(said.Text, "wörd…"), p)
		require.Empty(t, said.ReplyTo)
		require.Equal(t, p, said.Platform)
		require.Equal(t, noon.Add(30*time.Second+100*time.Millisecond), said.NotAfter)
	}
}

func TestTemplatesSeeTheMessageTheStreamAndTheCounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"$(user) → $(touser)":                   "Ann → Bob",
		"${user}":                               "Ann",
		"$(query)|$(args)|$(1)|$(2)|$(9)":       "@Bob and more|@Bob and more|@Bob|and|",
		"$(count)/$(usercount)":                 "5/3",
		"$(channel) on $(platform)":             "mira on twitch",
		"$(title), $(game), $(viewers)":         "Boss fight, Chess, 123",
		"$(uptime) at $(time)":                  "1h 0m at 13:00",
		"$(cooldown)":                           "45",
		"$(clip.url)$(clip.title)":              "",
		"$(amount)$(unit)$(event)$(match.x)":    "",
		"$(unknown) $(random.3-3) $(pick only)": "$(unknown) 3 only",
	} {
		m := machineOf(t, live(), func(s *Settings) { s.TimeZone = "Europe/Berlin" }, with(command("go", func(d *definition.Definition) {
			d.Responses, d.CooldownUser = []string{"<" + text + ">"}, ptr(45.0)
		})))
		m.State().Streams[0].Category, m.State().Streams[0].Viewers = "Chess", 123
		m.State().AddUse(Use{TriggerID: "go", Total: 4})
		m.State().AddUse(Use{TriggerID: "go", UserKey: "twitch:u1", Total: 2})
		require.Equal(t, []string{"<" + want + ">"}, m.says(message("m", "!go @Bob and more")), text)
	}
}

func TestTemplatesSeeEventsAndGroupsOfPatterns(t *testing.T) {
	t.Parallel()
	paid := of(definition.Event, func(d *definition.Definition) {
		d.Events, d.Responses = []chat.Kind{chat.Paid}, []string{"$(user): $(amount) $(unit) ($(event))"}
	})
	require.Equal(t, []string{"Ann: 500 bits (paid)"}, machine(t, paid).says(message("m", "", happened(chat.Paid, 500, "bits"))))
	require.Equal(t, []string{"Ann: 5.00 USD (paid)"}, machine(t, paid).says(message("m", "", happened(chat.Paid, 500, "USD"))), "which is counted in cents")
	found := of(definition.Regex, func(d *definition.Definition) {
		d.Pattern, d.Responses = `i am (?P<name>\w+)( from (?P<place>\w+))?`, []string{"hi $(match.name)/$(match.place)/$(match.none)"}
	})
	require.Equal(t, []string{"hi Kim/Rome/"}, machine(t, found).says(message("m", "well I am Kim from Rome")))
	require.Equal(t, []string{"hi Kim//"}, machine(t, found).says(message("m", "I AM Kim")))
	name := command(`(?P<what>win|lose)s?`, func(d *definition.Definition) {
		d.ID, d.Match, d.Responses = "x", definition.RegexIs, []string{"$(match.what)"}
	})
	require.Equal(t, []string{"lose"}, machine(t, name).says(message("m", "!loses now")))
}

func TestChatCannotExpandTemplatesOrMakeTheBotGiveOrders(t *testing.T) {
	t.Parallel()
	m := machine(t,
		command("echo", noCooldown, func(d *definition.Definition) { d.Responses = []string{"$(query)"} }),
		command("me", noCooldown, func(d *definition.Definition) { d.Responses = []string{"/me waves at $(touser)"} }))
	for said, want := range map[string]string{
		"!echo $(counter.x) ${user} $(pick a|b)": "$(counter.x) ${user} $(pick a|b)",
		"!echo /ban ann":                         "ban ann",
		"!echo .timeout ann":                     "timeout ann",
		"!echo a\u202eb":                         "ab",
		"!me $(user)":                            "/me waves at $(user)",
	} {
		require.Equal(t, []string{want}, m.says(message("m", said)), said)
	}
	require.Empty(t, m.says(message("m", "!echo")), "nothing is left to say")
	require.Empty(t, m.says(message("m", "!echo //")))
}

func TestAClipActionCutsItsOwnLengthAndTitleUnderTheSameQuotas(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live(), with(command("save", noCooldown, func(d *definition.Definition) {
		d.Responses = nil
		d.Actions = []definition.Action{
			{Type: definition.DoClip, Seconds: 15, Title: "$(query) by $(user)"},
			{Type: definition.DoClip, Seconds: 200},
		}
	}), command("told", noCooldown, func(d *definition.Definition) {
		d.Actions = []definition.Action{{Type: definition.DoClip}}
		d.Responses = []string{"clipped: $(clip.title)"}
	})), func(s *Settings) { s.Clip.MaxActive, s.Clip.Coalesce = 3, 0 })
	e := m.steps(message("m1", "!save the day"))
	require.Len(t, e.Clips, 2)
	one, two := e.Clips[0], e.Clips[1]
	require.Equal(t, clip.NewID("aBc123", "m1", "save", 0), one.ClipID)
	require.Equal(t, clip.NewID("aBc123", "m1", "save", 1), two.ClipID)
	require.NotEqual(t, one.JobID, two.JobID)
	require.Equal(t, []time.Duration{15 * time.Second, 60 * time.Second}, []time.Duration{one.Length(), two.Length()}, "no longer than the creator's longest")
	require.Equal(t, []string{"the day by Ann", "Boss fight"}, []string{one.SourceTitle, two.SourceTitle})
	require.Equal(t, []string{"clip:" + one.ClipID, "clip:" + two.ClipID}, []string{e.Signals[0].Key, e.Signals[1].Key})
	require.Equal(t, []string{one.ClipID, two.ClipID}, []string{e.Messages[0].ClipID, e.Messages[1].ClipID})
	require.NotEqual(t, e.Messages[0].Key, e.Messages[1].Key)
	require.Contains(t, e.Messages[0].Text, "clipping the last 15 s")

	e = m.steps(message("m2", "!save"))
	require.Equal(t, StepActive, e.Decisions[0].Step, "there is room for one clip, not for two")
	e = m.steps(message("m3", "!told"))
	require.Equal(t, []string{"clipped: Boss fight"}, []string{e.Messages[0].Text}, "a trigger that speaks is not spoken for")
	require.Equal(t, e.Clips[0].ClipID, e.Messages[0].ClipID)
	require.Equal(t, StepActive, m.steps(message("m4", "!clip", viewer("bob"))).Decisions[0].Step, "one quota for all triggers")
}

func TestTwoTriggersOfOneMessageShareQuotasPointsAndCounters(t *testing.T) {
	t.Parallel()
	word := func(id string) definition.Definition {
		return of(definition.Keyword, func(d *definition.Definition) {
			d.ID, d.Keywords, d.StopOnMatch, d.Cost = id, []string{"wow"}, ptr(false), 10
			d.Actions = []definition.Action{{Type: definition.DoClip}, {Type: definition.DoCounter, Counter: "n"}}
			d.CooldownGroup, d.Responses = id, []string{"$(counter.n)"}
		})
	}
	m := machineOf(t, live(), with(word("a"), word("b"), word("c")), func(s *Settings) { s.Clip.MaxActive, s.StartPoints = 2, 100 })
	e := m.steps(message("m", "wow"))
	require.Equal(t, []bool{true, true, false}, []bool{e.Decisions[0].Fired, e.Decisions[1].Fired, e.Decisions[2].Fired})
	require.Equal(t, StepActive, e.Decisions[2].Step)
	require.Equal(t, []string{"1", "2"}, []string{e.Messages[0].Text, e.Messages[1].Text})
	require.EqualValues(t, 80, m.State().Points["twitch:u1"])

	poor := machineOf(t, live(), with(word("a"), word("b")), func(s *Settings) { s.StartPoints = 15 })
	e = poor.steps(message("m", "wow"))
	require.Equal(t, StepCost, e.Decisions[1].Step)
	require.EqualValues(t, 5, poor.State().Points["twitch:u1"])

	group := func(id string) definition.Definition {
		d := word(id)
		d.CooldownGroup, d.GroupSeconds, d.Cost = "same", 60, 0
		return d
	}
	e = machine(t, group("a"), group("b")).steps(message("m", "wow"))
	require.Equal(t, StepCooldownGroup, e.Decisions[1].Step)
}

func TestTheMessageIsDeletedWhenItsTriggerFires(t *testing.T) {
	t.Parallel()
	m := machine(t, of(definition.Regex, func(d *definition.Definition) {
		d.Pattern, d.Delete, d.Responses = `bit\.ly/`, true, nil
	}))
	e := m.steps(message("m1", "look bit.ly/x"))
	require.Equal(t, []Deletion{{
		Key: "delete:twitch:m1", Platform: chat.Twitch, Channel: "mira", MessageID: "m1", NotAfter: noon.Add(30*time.Second + 100*time.Millisecond),
	}}, e.Deletions)
	require.Empty(t, e.Messages)
	require.Empty(t, m.steps(message("m2", "bit.ly/y")).Deletions, "it is cooling down")
}

func TestPointsArePaidAtTheDecisionAndGivenBackExactlyOnceWhenTheClipFails(t *testing.T) {
	t.Parallel()
	ended := func(id string, state clip.State) Input {
		return Input{Result: &control.ClipResult{ClipID: id, State: state, Platform: chat.Twitch, Channel: "mira", MessageID: "m"}, At: noon}
	}
	paying := func(edits ...edit) definition.Definition {
		return command("go", append([]edit{noCooldown, clipping, func(d *definition.Definition) { d.Cost = 30 }}, edits...)...)
	}
	rich := func(s *Settings) { s.StartPoints = 100 }

	m := machineOf(t, live(), with(paying()), rich)
	e := m.steps(message("m1", "!go"))
	id := e.Clips[0].ClipID
	require.Equal(t, []PointChange{{UserKey: "twitch:u1", Delta: -30, Balance: 70, Reason: PointsSpent, TriggerID: "go", ClipID: id, At: noon}}, e.Points)
	grant := Input{Grant: &control.PointGrant{UserKey: "twitch:u1", Delta: 5, By: "operator"}, At: noon}
	require.EqualValues(t, 75, m.steps(grant).Points[0].Balance)
	e = m.steps(ended(id, clip.Failed))
	require.Equal(t, []PointChange{{UserKey: "twitch:u1", Delta: 30, Balance: 105, Reason: PointsRefunded, TriggerID: "go", ClipID: id, At: noon}}, e.Points)
	require.Empty(t, m.steps(ended(id, clip.Failed)).Points, "only once")
	require.EqualValues(t, 105, m.State().Points["twitch:u1"])

	id = m.steps(message("m2", "!go")).Clips[0].ClipID
	require.Empty(t, m.steps(ended(id, clip.Published)).Points, "a clip that was published is paid for")
	require.Empty(t, m.steps(ended(id, clip.Failed)).Points)

	keeps := machineOf(t, live(), with(paying(func(d *definition.Definition) { d.Refund = ptr(false) })), rich)
	e = keeps.steps(message("m1", "!go"))
	require.Empty(t, e.Points[0].ClipID)
	require.Empty(t, keeps.steps(ended(e.Clips[0].ClipID, clip.Failed)).Points)
}

func TestOperatorsGiveAndTakePointsDownToNone(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live(), func(s *Settings) { s.StartPoints = 10 })
	grant := func(n int64) *Effects {
		return m.steps(Input{Grant: &control.PointGrant{UserKey: "kick:9", Delta: n}, At: noon})
	}
	require.Equal(t, []PointChange{{UserKey: "kick:9", Delta: 5, Balance: 15, Reason: PointsGranted, At: noon}}, grant(5).Points)
	require.EqualValues(t, -15, grant(-100).Points[0].Delta)
	require.Empty(t, grant(-1).Points)
	require.EqualValues(t, int64(1<<63-1), grant(1<<63 - 1).Points[0].Balance)
	require.Empty(t, grant(1<<63-1).Points)
	require.Empty(t, m.steps(Input{Grant: &control.PointGrant{Delta: 5}, At: noon}).Points)
}

// counted are the changes of counters.
func counted(t *testing.T, e *Effects) (list []string) {
	t.Helper()
	for _, c := range e.Counters {
		require.False(t, c.At.IsZero())
		list = append(list, fmt.Sprintf("%s=%d by %s", c.Name, c.Value, c.By))
	}
	return list
}

package manage_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/manage"
)

// changed gives an order that has to be carried out.
func changed(t *testing.T, s *shelf, command, rest string) manage.Result {
	t.Helper()
	answer, result := s.say(t, command, rest)
	require.NotEmpty(t, result.Changes, answer)
	return result
}

func TestAnEditIsAPatchOfTheFileAndGoneWhenItSaysTheSame(t *testing.T) {
	t.Parallel()
	s := world()
	r := changed(t, s, "cmd", "options discord -cd 30 -level mod")
	require.Equal(t, "discord", r.Overlays[0].TriggerID)
	require.JSONEq(t, `{"cooldown_global_s":30,"roles":["moderator","editor","broadcaster"]}`, string(r.Overlays[0].Patch))

	// What the file says of other fields still counts.
	s.file[0].Responses = []string{"a new address"}
	answer, _ := s.say(t, "cmd", "show discord")
	require.Contains(t, answer, "a new address")

	r = changed(t, s, "cmd", "edit discord another answer")
	require.JSONEq(t, `{"cooldown_global_s":30,"roles":["moderator","editor","broadcaster"],"responses":["another answer"]}`, string(r.Overlays[0].Patch))
}

func TestEnablingWhatTheFileSwitchesOffIsAPatch(t *testing.T) {
	t.Parallel()
	s := world()
	r := changed(t, s, "cmd", "enable old")
	require.JSONEq(t, `{"enabled":null}`, string(r.Overlays[0].Patch))
	r = changed(t, s, "cmd", "disable old")
	require.Equal(t, []manage.Overlay{{TriggerID: "old", Drop: true}}, r.Overlays)
}

func TestAChangeThatIsTakenBackLeavesNoPatch(t *testing.T) {
	t.Parallel()
	on := true
	s := world()
	s.builtIns[0] = built("clip", func(d *definition.Definition) {
		d.Enabled, d.Roles, d.Aliases, d.ReplyMode = &on, []string{}, []string{}, definition.AsReply
	})
	for _, pair := range [][2]string{
		{"disable clip", "enable clip"}, {"options clip -level mod", "options clip -level 100"},
		{"alias add clip cut", "alias remove cut"}, {"options clip -type say", "options clip -type reply"},
		{"options clip -platforms kick", "options clip -platforms all"},
	} {
		changed(t, s, "cmd", pair[0])
		require.Contains(t, s.overlays, "clip", pair[0])
		r := changed(t, s, "cmd", pair[1])
		require.Equal(t, []manage.Overlay{{TriggerID: "clip", Drop: true}}, r.Overlays, pair[1])
	}
}

func TestTheListHasWhatIsOpenToWhoAsks(t *testing.T) {
	t.Parallel()
	s := world()
	for _, order := range []string{"add plain x", "add lounge -level vip x", "add desk -level mod x", "add free -roles everyone,vip x"} {
		changed(t, s, "cmd", order)
	}
	order, err := manage.Parse("commands", "")
	require.NoError(t, err)
	for who, want := range map[manage.Who]string{
		{Room: 400}: "commands: !Discord, !clip, !commands, !counter, !dice, !free, !hug, !ping, !plain",
		{Room: 400, Roles: chat.VIP | chat.Subscriber}: "commands: !Discord, !clip, !commands, !counter, !dice, !free, !hug, !lounge, !ping, !plain",
		{Room: 400, Manages: true}:                     "commands: !Discord, !clip, !commands, !counter, !desk, !dice, !free, !hug, !lounge, !ping, !plain",
	} {
		result, err := manage.Apply(order, s, who)
		require.NoError(t, err)
		require.Equal(t, want, result.Reply)
	}
}

func TestEveryChangeIsAuditedWithWhatWasBefore(t *testing.T) {
	t.Parallel()
	s := world()
	r := changed(t, s, "cmd", "add x -count 3 hello")
	require.Len(t, r.Changes, 2)
	require.Equal(t, "cmd:x", r.Changes[0].Subject)
	require.Equal(t, "add", r.Changes[0].Action)
	require.Nil(t, r.Changes[0].Before)
	require.JSONEq(t, `{"trigger_id":"cmd:x","type":"command","command":"x","responses":["hello"]}`, string(r.Changes[0].After))
	require.Equal(t, manage.Change{Subject: "cmd:x", Action: "count", Before: []byte("0"), After: []byte("3")}, r.Changes[1])
	require.Equal(t, []manage.Use{{TriggerID: "cmd:x", Total: 3}}, r.Uses)
	added := r.Changes[0].After

	r = changed(t, s, "cmd", "alias add x y")
	require.Equal(t, "alias", r.Changes[0].Action)
	require.Equal(t, added, r.Changes[0].Before)

	r = changed(t, s, "cmd", "remove y")
	require.Equal(t, "remove", r.Changes[0].Action)
	require.Nil(t, r.Changes[0].After)
	require.Equal(t, []manage.Overlay{{TriggerID: "cmd:x", Drop: true}}, r.Overlays)

	r = changed(t, s, "cmd", "remove discord")
	require.Equal(t, []manage.Overlay{{TriggerID: "discord"}}, r.Overlays)
	r = changed(t, s, "cmd", "reset discord")
	require.Equal(t, "reset", r.Changes[0].Action)
	require.Nil(t, r.Changes[0].Before)

	r = changed(t, s, "counter", "falls +2")
	require.Equal(t, []manage.Change{{Subject: "counter:falls", Action: "add", After: []byte("2")}}, r.Changes)
	r = changed(t, s, "counter", "falls set 9")
	require.Equal(t, []manage.Change{{Subject: "counter:falls", Action: "set", Before: []byte("2"), After: []byte("9")}}, r.Changes)

	r = changed(t, s, "pausecommands", "")
	require.Equal(t, []manage.Change{{Subject: "pause", Action: "pause", Before: []byte("false"), After: []byte("true")}}, r.Changes)
	require.True(t, *r.Paused)
}

func TestAResetAuditsBothCommandsOfAName(t *testing.T) {
	t.Parallel()
	s := world()
	changed(t, s, "cmd", "remove discord")
	changed(t, s, "cmd", "add discord mine")
	r := changed(t, s, "cmd", "reset discord")
	require.Equal(t, []manage.Overlay{{TriggerID: "discord", Drop: true}, {TriggerID: "cmd:discord", Drop: true}}, r.Overlays)
	require.Len(t, r.Changes, 2)
	require.Empty(t, s.overlays)
}

func TestViewersMayAskAndNotChange(t *testing.T) {
	t.Parallel()
	s := world()
	s.counters["deaths"] = 4
	for rest, want := range map[string]string{
		"counter deaths":      "deaths: 4",
		"cmd alias discord":   "!Discord is also !dc",
		"counter deaths +":    "only moderators can change that",
		"commands add x y":    "only moderators can change that",
		"pausecommands":       "only moderators can change that",
		"cmd reset discord":   "only moderators can change that",
		"cmd disable discord": "only moderators can change that",
	} {
		command, rest, _ := strings.Cut(rest, " ")
		order, err := manage.Parse(command, rest)
		require.NoError(t, err)
		result, err := manage.Apply(order, s, manage.Who{Room: 400})
		if err != nil {
			require.Equal(t, want, err.Error())
			continue
		}
		require.Equal(t, want, result.Reply)
		require.True(t, order.ReadOnly())
	}
}

func TestAnswersFitTheRoomThatThereIs(t *testing.T) {
	t.Parallel()
	s := world()
	for _, name := range []string{"anchor", "beacon", "capstan", "dinghy", "ensign", "fathom"} {
		changed(t, s, "cmd", "add "+name+" "+strings.Repeat("ü", 300))
	}
	answer := func(command, rest string, room int) string {
		order, err := manage.Parse(command, rest)
		require.NoError(t, err)
		result, err := manage.Apply(order, s, manage.Who{Manages: true, Room: room})
		if err != nil {
			return err.Error()
		}
		return result.Reply
	}
	require.Equal(t, "commands: !Discord, !anchor, !beacon and 10 more", answer("commands", "", 50))
	require.Equal(t, "there are 13 commands", answer("commands", "", 25))
	require.Equal(t, "commands: !Discord, !anchor, !beacon, !capstan, !clip, !commands, !counter, !dice, !dinghy, !ensign, !fathom, !hug, !ping",
		answer("commands", "", 0))
	for _, room := range []int{10, 60, 170, 450} {
		for _, rest := range []string{"show anchor", "edit clip x", "show nothing", "edit anchor " + strings.Repeat("$(no)", 90)} {
			require.LessOrEqual(t, utf8.RuneCountInString(answer("cmd", rest, room)), room, rest)
		}
	}
	require.Equal(t, manage.DefaultRoom, utf8.RuneCountInString(answer("cmd", "show anchor", 0)))
}

func TestWhatTheEngineCannotUseIsRefused(t *testing.T) {
	t.Parallel()
	s := world()
	s.refuses = errors.New("it would\nnot compile")
	answer, r := s.say(t, "cmd", "add x y")
	require.Equal(t, "that is not possible: it would not compile", answer)
	require.Empty(t, r)
}

func TestAnswersRepeatNoLineBreaksAndCutWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := world()
	answer, _ := s.say(t, "cmd", "show a\a\tb")
	require.Equal(t, "usage: cmd show NAME", answer)
	answer, _ = s.say(t, "cmd", "show a\u0007b"+strings.Repeat("c", 60))
	require.Equal(t, "there is no command “ab"+strings.Repeat("c", 37)+"…”", answer)
}

func TestInvisibleCharactersAroundWordsDoNotCount(t *testing.T) {
	t.Parallel()
	s := world()
	answer, _ := s.say(t, "cmd", " show\u00a0discord \U000e0000")
	require.Contains(t, answer, "!Discord (")
}

func TestAnUnknownCommandOrVerbIsRefused(t *testing.T) {
	t.Parallel()
	_, err := manage.Parse("clip", "")
	require.EqualError(t, err, "“clip” is not a command that manages others")
	_, err = manage.Apply(manage.Order{Verb: "dance"}, world(), manage.Who{Manages: true})
	require.EqualError(t, err, "“dance” is not something to do")
}

func TestAnAnswerOfSeveralPartsIsLeftToTheFile(t *testing.T) {
	t.Parallel()
	s := world()
	s.file = append(s.file, built("two", func(d *definition.Definition) {
		d.Actions = []definition.Action{{Type: definition.DoReply, Text: "one"}, {Type: definition.DoReply, Text: "two"}}
	}))
	answer, _ := s.say(t, "cmd", "edit two three")
	require.Equal(t, "it gives several answers in turn: change them in the file", answer)
}

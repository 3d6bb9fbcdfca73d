package definition_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// command is a definition with which nothing is wrong.
func command() definition.Definition {
	return definition.Definition{ID: "hi", Type: definition.Command, Command: "!hi", Responses: []string{"hello"}}
}

func TestEverythingWrongIsSaidAtOnceWithFieldFindingAndRemedy(t *testing.T) {
	t.Parallel()
	d := definition.Definition{
		ID: "a/b", Type: definition.Command, Command: "two words", Aliases: []string{"x", "!X"}, Platforms: []chat.Platform{"myspace"},
		Roles: []string{"admin"}, CooldownUser: ptr(-1.0), Responses: []string{" "}, Actions: []definition.Action{{Type: "dance"}},
	}
	var got []string
	for _, err := range d.Check() {
		var field *definition.FieldError
		require.ErrorAs(t, err, &field)
		require.NotEmpty(t, field.Remedy, err)
		got = append(got, err.Error())
	}
	require.Equal(t, []string{
		`trigger_id: found "a/b"; use letters, digits and . _ : -`,
		`command: found "two words"; write one word; further words are arguments or subcommands`,
		`aliases[1]: found "!X" twice; name each alias once`,
		`platforms[0]: found "myspace"; write twitch, youtube, rumble, kick or pilled`,
		`roles[0]: found "admin"; write everyone, follower, regular, subscriber, vip, moderator, editor or broadcaster`,
		`cooldown_user_s: found -1; write seconds, 0 or more`,
		`responses[0]: found " "; write what to say`,
		`actions[0].type: found "dance"; write reply, clip or counter`,
	}, got)
}

func TestEachFieldHasItsBounds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3000)
	for name, c := range map[string]struct {
		change func(*definition.Definition)
		want   string // empty: nothing is wrong
	}{
		"nothing":                  {func(*definition.Definition) {}, ""},
		"no id":                    {func(d *definition.Definition) { d.ID = "" }, "trigger_id: found nothing"},
		"a long id":                {func(d *definition.Definition) { d.ID = long }, "trigger_id: found 3000 bytes"},
		"a chat command's id":      {func(d *definition.Definition) { d.ID = "cmd:grüße" }, ""},
		"no type":                  {func(d *definition.Definition) { d.Type = "" }, "type: found nothing"},
		"another type":             {func(d *definition.Definition) { d.Type = "timer" }, `type: found "timer"; write command, keyword, regex, event or threshold`},
		"a prefix alone":           {func(d *definition.Definition) { d.Command = "!" }, `command: found "!"`},
		"an emoji as name":         {func(d *definition.Definition) { d.Command = "!🎉" }, ""},
		"a control character":      {func(d *definition.Definition) { d.Command = "a\u0007" }, `command: found "a\a"`},
		"a long name":              {func(d *definition.Definition) { d.Command = long }, "command: found 3000 bytes"},
		"a command by pattern":     {func(d *definition.Definition) { d.Command, d.Match = "h(i|ello)", definition.RegexIs }, ""},
		"a broken one":             {func(d *definition.Definition) { d.Command, d.Match = "h(", definition.RegexIs }, "command: found a pattern that cannot be used (character 2, \"(\": a bracket that is not closed)"},
		"contains, for a command":  {func(d *definition.Definition) { d.Match = definition.Contains }, `match: found "contains" for a command`},
		"eleven aliases":           {func(d *definition.Definition) { d.Aliases = strings.Split("abcdefgjklm", "") }, "aliases: found 11 entries; use at most 10"},
		"a keyword without words":  {func(d *definition.Definition) { d.Type = definition.Keyword }, "keywords: found nothing"},
		"a pattern missing":        {func(d *definition.Definition) { d.Type = definition.Regex }, "pattern: found nothing"},
		"a lookahead":              {func(d *definition.Definition) { d.Type, d.Pattern = definition.Regex, "a(?=b)" }, "RE2 does not look ahead or back"},
		"a long pattern":           {func(d *definition.Definition) { d.Type, d.Pattern = definition.Regex, long }, "pattern: found a pattern that cannot be used (it has 3000 bytes"},
		"a pattern that explodes":  {func(d *definition.Definition) { d.Type, d.Pattern = definition.Regex, "((a{1000}){1000}){1000}" }, "pattern: found a pattern that cannot be used"},
		"no event":                 {func(d *definition.Definition) { d.Type = definition.Event }, "events: found nothing; list paid, subscription, gift, raid, follow, announcement"},
		"an unknown event":         {func(d *definition.Definition) { d.Type, d.Events = definition.Event, []chat.Kind{"raid", "party"} }, `events[1]: found "party"`},
		"a threshold without one":  {func(d *definition.Definition) { d.Type = definition.Threshold }, "threshold: found nothing"},
		"a threshold of one":       {func(d *definition.Definition) { d.Threshold = &definition.Hold{Users: 1, Window: 5} }, "threshold.users: found 1; write a whole number from 2 to 1000"},
		"a threshold without time": {func(d *definition.Definition) { d.Threshold = &definition.Hold{Users: 2} }, "threshold.window_s: found 0"},
		"a threshold of nothing": {func(d *definition.Definition) {
			d.Type, d.Command, d.Threshold = definition.Threshold, "", &definition.Hold{Users: 2, Window: 5}
		}, "type: found threshold without anything to count"},
		"seconds that are no number": {func(d *definition.Definition) { d.CooldownGlobal = ptr(math.NaN()) }, "cooldown_global_s: found NaN"},
		"a group's seconds alone":    {func(d *definition.Definition) { d.GroupSeconds = 5 }, "cooldown_group: found nothing beside cooldown_group_s"},
		"a needed argument last":     {func(d *definition.Definition) { d.Args = []definition.Arg{{Name: "a", Optional: true}, {Name: "b"}} }, "args[1]: found an argument that is needed behind an optional one"},
		"an argument twice":          {func(d *definition.Definition) { d.Args = []definition.Arg{{Name: "a"}, {Name: "A"}} }, `args[1].name: found "A" twice`},
		"an argument's type":         {func(d *definition.Definition) { d.Args = []definition.Arg{{Name: "a", Type: "colour"}} }, `args[0].type: found "colour"; write text, number or user`},
		"subcommands of a keyword": {func(d *definition.Definition) {
			d.Type, d.Keywords, d.Subcommands = definition.Keyword, []string{"x"}, []definition.Subcommand{{Name: "a"}}
		}, "subcommands: found subcommands of something that is no command"},
		"a subcommand twice": {func(d *definition.Definition) {
			d.Subcommands = []definition.Subcommand{{Name: "a"}, {Name: "b", Aliases: []string{"A"}}}
		}, `subcommands[1].aliases[0]: found "A" twice`},
		"a fallback that is there": {func(d *definition.Definition) { d.Subcommands, d.Fallback = []definition.Subcommand{{Name: "a"}}, "A" }, ""},
		"a fallback that is not":   {func(d *definition.Definition) { d.Fallback = "a" }, `fallback: found "a"`},
		"a negative cost":          {func(d *definition.Definition) { d.Cost = -1 }, "cost: found -1"},
		"a long template":          {func(d *definition.Definition) { d.Responses = []string{long} }, "responses[0]: found 3000 bytes"},
		"a clip that is too long": {func(d *definition.Definition) {
			d.Actions = []definition.Action{{Type: definition.DoClip, Seconds: 500}}
		}, "actions[0].seconds: found 500; write a whole number from 5 to 240"},
		"a counter without a name": {func(d *definition.Definition) { d.Actions = []definition.Action{{Type: definition.DoCounter}} }, "actions[0].counter: found nothing"},
		"a counter's name in a name": {func(d *definition.Definition) {
			d.Actions = []definition.Action{{Type: definition.DoCounter, Counter: "a)b"}}
		}, `actions[0].counter: found "a)b"`},
		"an answer that is not known": {func(d *definition.Definition) { d.OnDenied = "whisper" }, `on_denied: found "whisper"; write silent or reply`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := command()
			c.change(&d)
			wrong := d.Check()
			if c.want == "" {
				require.Empty(t, wrong)
				return
			}
			require.Len(t, wrong, 1)
			require.ErrorContains(t, wrong[0], c.want)
		})
	}
}

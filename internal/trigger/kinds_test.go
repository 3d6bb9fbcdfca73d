package trigger

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

func TestWhatEachKindOfTriggerLooksFor(t *testing.T) {
	t.Parallel()
	words := func(list ...string) edit { return func(d *definition.Definition) { d.Keywords = list } }
	how := func(m definition.Match) edit { return func(d *definition.Definition) { d.Match = m } }
	minding := func(d *definition.Definition) { d.CaseSensitive = true }
	pattern := func(p string) edit { return func(d *definition.Definition) { d.Pattern = p } }
	for name, c := range map[string]struct {
		kind  definition.Type
		edits []edit
		yes   []string
		no    []string
	}{
		"a command, by default at the beginning": {
			definition.Command, []edit{named("so")},
			[]string{"!so", "!SO bob", " !so", "!s\u200bo", "!so\u00a0x", "!\u202eso"}, []string{"so", "hey !so", "!sob", "! so", "!"},
		},
		"a command written with its prefix": {definition.Command, []edit{named("!so")}, []string{"!so"}, []string{"!!so"}},
		"a command and nothing else": {
			definition.Command, []edit{named("so"), how(definition.Exact)}, []string{"!so", "!so  ", "!so \U000e0000"}, []string{"!so bob"},
		},
		"a command anywhere": {
			definition.Command, []edit{named("so"), how(definition.Anywhere)},
			[]string{"!so", "hey !so bob", "hey (!so)", "oh !So!"}, []string{"hey !sob", "so !"},
		},
		"a command whose name is a pattern": {
			definition.Command, []edit{named("(w|l)+"), how(definition.RegexIs)}, []string{"!w", "!LLwl now"}, []string{"!wx", "w", "hey !w"},
		},
		"a command whose case matters":    {definition.Command, []edit{named("SO"), minding}, []string{"!SO"}, []string{"!so", "!So"}},
		"a command in compatible letters": {definition.Command, []edit{named("so")}, []string{"!ｓｏ"}, []string{"!ѕо"}},
		"aliases":                         {definition.Command, []edit{named("so"), func(d *definition.Definition) { d.Aliases = []string{"shout", "!выкрик"} }}, []string{"!shout", "!ВЫКРИК"}, []string{"!shou"}},
		"a keyword as a whole word": {
			definition.Keyword, []edit{words("hype")}, []string{"hype", "so HYPE!", "(hype)", "hy\u200bpe", "a-hype-b"}, []string{"hyper", "xhype", "hype_x", "hy pe"},
		},
		"a keyword of several words": {definition.Keyword, []edit{words("good game")}, []string{"oh good game all"}, []string{"good games", "good  game"}},
		"one of several keywords":    {definition.Keyword, []edit{words("gg", "wp")}, []string{"gg", "x wp"}, []string{"ggwp"}},
		"a keyword inside of words":  {definition.Keyword, []edit{words("hype"), how(definition.Contains)}, []string{"hyper", "xHYPEx"}, []string{"hyp"}},
		"a keyword at the beginning": {
			definition.Keyword, []edit{words("hello"), how(definition.Start)}, []string{"hello", "  Hello you", "hello\u00a0x"}, []string{"oh hello", "hellooo", "hello!"},
		},
		"a keyword and nothing else": {
			definition.Keyword, []edit{words("good bot"), how(definition.Exact)}, []string{"good bot", " GOOD bot ", "good\u200b bot \U000e0000"}, []string{"good bot!", "a good bot"},
		},
		"keywords whose case matters":       {definition.Keyword, []edit{words("Kappa"), minding}, []string{"x Kappa"}, []string{"kappa", "KAPPA"}},
		"exact keywords whose case matters": {definition.Keyword, []edit{words("Kappa"), minding, how(definition.Exact)}, []string{"Kappa"}, []string{"kappa"}},
		"keywords that are patterns":        {definition.Keyword, []edit{words("ha{2,}", "lo+l"), how(definition.RegexIs)}, []string{"haaa", "LOOL"}, []string{"ha", "ll"}},
		"a pattern with a literal":          {definition.Regex, []edit{pattern(`discord\.gg/\w+`)}, []string{"x DISCORD.gg/abc"}, []string{"discord gg/abc", "discord.gg/"}},
		"a pattern without a literal":       {definition.Regex, []edit{pattern(`^\d+$`)}, []string{"42"}, []string{"a42"}},
		"a pattern whose case matters":      {definition.Regex, []edit{pattern(`ABCd`), minding}, []string{"xABCdx"}, []string{"abcd"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := of(c.kind, c.edits...)
			m := machine(t, d)
			rules := m.Rules()
			for _, text := range c.yes {
				require.NotNil(t, Evaluate(m.State(), message("m", text), rules).Effects, "%q", text)
			}
			for _, text := range c.no {
				require.Nil(t, Evaluate(m.State(), message("m", text), rules).Effects, "%q", text)
			}
		})
	}
}

func named(name string) edit { return func(d *definition.Definition) { d.Command = name } }

func TestEventsAreWhatHappenedAndNotWhatWasWritten(t *testing.T) {
	t.Parallel()
	d := of(definition.Event, func(d *definition.Definition) {
		d.Events, d.Minimum = []chat.Kind{chat.Raid, chat.Paid}, 10
	})
	for name, c := range map[string]struct {
		in    Input
		fires bool
	}{
		"a raid":                 {message("m", "", happened(chat.Raid, 10, "")), true},
		"a raid with words":      {message("m", "hello", happened(chat.Raid, 500, "")), true},
		"money":                  {message("m", "take it", happened(chat.Paid, 100, "bits")), true},
		"too small a raid":       {message("m", "", happened(chat.Raid, 9, "")), false},
		"something else":         {message("m", "", happened(chat.Gift, 10, "")), false},
		"a message about a raid": {message("m", "raid"), false},
	} {
		require.Equal(t, c.fires, len(machine(t, d).steps(c.in).Decisions) == 1, name)
	}
}

func TestTextTriggersLookAtTheTextsOfEventsToo(t *testing.T) {
	t.Parallel()
	m := machine(t, command("so"), of(definition.Keyword, func(d *definition.Definition) { d.Keywords = []string{"wow"} }))
	require.Len(t, m.steps(message("a", "!so", happened(chat.Paid, 1, "bits"))).Decisions, 1)
	require.Len(t, m.steps(message("b", "wow", happened(chat.Subscription, 1, ""))).Decisions, 1)
}

func TestAThresholdCountsDistinctUsersWithinItsTime(t *testing.T) {
	t.Parallel()
	hold := func(d *definition.Definition) { d.Threshold = &definition.Hold{Users: 3, Window: 30} }
	for name, d := range map[string]definition.Definition{
		"of a keyword":              of(definition.Threshold, hold, func(d *definition.Definition) { d.Keywords = []string{"hype"} }),
		"of a pattern":              of(definition.Threshold, hold, func(d *definition.Definition) { d.Pattern = "hy+pe" }),
		"of a command":              of(definition.Threshold, hold, named("hype"), func(d *definition.Definition) { d.Match = definition.Anywhere }),
		"of a trigger of its kind":  of(definition.Keyword, hold, func(d *definition.Definition) { d.Keywords = []string{"hype"} }),
		"of keyword, with a spread": of(definition.Threshold, hold, func(d *definition.Definition) { d.Keywords, d.Match = []string{"hype"}, definition.Contains }),
	} {
		m := machine(t, d)
		say := func(id, user string, seconds int) *Effects {
			return m.steps(message(id, "!hype", viewer(user), atSecond(seconds)))
		}
		require.Equal(t, "1 of 3 users", say("a", "ann", 0).Decisions[0].Detail, name)
		require.Equal(t, "1 of 3 users", say("b", "ann", 1).Decisions[0].Detail, "%s: the same user counts once", name)
		require.Equal(t, "2 of 3 users", say("c", "bob", 2).Decisions[0].Detail, name)
		require.Equal(t, "2 of 3 users", say("d", "cid", 32).Decisions[0].Detail, "%s: ann's is 31 s old", name)
		require.Equal(t, "2 of 3 users", say("e", "dan", 40).Decisions[0].Detail, name)
		e := say("f", "eve", 41)
		require.True(t, e.Decisions[0].Fired, name)
		require.Equal(t, []Vote{{TriggerID: "t", At: noon.Add(41e9), Clear: true}}, e.Votes, name)
		require.Empty(t, m.State().votes, name)
		require.Equal(t, StepCooldownGlobal, say("g", "ann", 42).Decisions[0].Step, name)
		require.Equal(t, "1 of 3 users", say("h", "ann", 60).Decisions[0].Detail, "%s: it begins anew", name)
	}
}

func atSecond(n int) func(*chat.Event) { return at(duration(n)) }

func TestTriggersListenOnlyWhereAndToWhomTheyAreAsked(t *testing.T) {
	t.Parallel()
	self := func(e *chat.Event) { e.Self = true }
	shared := func(e *chat.Event) { e.SharedFrom = "42" }
	owner := by("mira", chat.Broadcaster)
	for name, c := range map[string]struct {
		edit  edit
		said  func(*chat.Event)
		hears bool
	}{
		"the bot itself by default":     {nil, self, false},
		"the bot itself when asked":     {func(d *definition.Definition) { d.IgnoreSelf = ptr(false) }, self, true},
		"a shared chat by default":      {nil, shared, false},
		"a shared chat when asked":      {func(d *definition.Definition) { d.IgnoreSharedChat = ptr(false) }, shared, true},
		"the broadcaster by default":    {nil, owner, true},
		"the broadcaster when not":      {func(d *definition.Definition) { d.IgnoreBroadcaster = true }, owner, false},
		"all platforms by default":      {nil, from(chat.Pilled), true},
		"one of its platforms":          {func(d *definition.Definition) { d.Platforms = []chat.Platform{chat.Kick, chat.Rumble} }, from(chat.Rumble), true},
		"a platform that is not its":    {func(d *definition.Definition) { d.Platforms = []chat.Platform{chat.Kick} }, from(chat.Rumble), false},
		"an ignored account in any way": {func(d *definition.Definition) { d.IgnoreSelf = ptr(false) }, author("9", "nightbot"), false},
	} {
		d := command("go")
		if c.edit != nil {
			c.edit(&d)
		}
		m := machineOf(t, live(), with(d), func(s *Settings) { s.IgnoredLogins = []string{"Nightbot"} })
		require.Equal(t, c.hears, len(m.steps(message("m", "!go", c.said)).Decisions) == 1, name)
	}
	m := machine(t, command("go", func(d *definition.Definition) { d.IgnoreSelf = ptr(false) }), command("other"))
	require.Empty(t, m.steps(message("m", "!other", self)).Decisions, "what one trigger hears, another does not")
}

func TestOneTriggerOrSeveralMatchInTheirOrder(t *testing.T) {
	t.Parallel()
	word := func(id string, edits ...edit) definition.Definition {
		return of(definition.Keyword, append([]edit{func(d *definition.Definition) {
			d.ID, d.Keywords, d.Responses = id, []string{"hype"}, []string{id}
		}}, edits...)...)
	}
	goOn := func(d *definition.Definition) { d.StopOnMatch = ptr(false) }
	first := func(d *definition.Definition) { d.Priority = 5 }
	for name, c := range map[string]struct {
		list []definition.Definition
		want []string
	}{
		"the first of the list stops":         {[]definition.Definition{word("a"), word("b")}, []string{"a"}},
		"one that lets others on":             {[]definition.Definition{word("a", goOn), word("b"), word("c")}, []string{"a", "b"}},
		"priority comes before the list":      {[]definition.Definition{word("a"), word("b", first)}, []string{"b"}},
		"one that is switched off":            {[]definition.Definition{word("a", func(d *definition.Definition) { d.Enabled = ptr(false) }), word("b")}, []string{"b"}},
		"one for another platform":            {[]definition.Definition{word("a", func(d *definition.Definition) { d.Platforms = []chat.Platform{chat.Kick} }), word("b")}, []string{"b"}},
		"one that refuses stops all the same": {[]definition.Definition{word("a", roles("vip")), word("b")}, nil},
	} {
		m := machine(t, c.list...)
		require.Equal(t, c.want, m.says(message("m", "hype")), name)
	}
	off := machine(t, word("a", func(d *definition.Definition) { d.Enabled = ptr(false) }), word("b")).steps(message("m", "hype"))
	require.Equal(t, StepEnabled, off.Decisions[0].Step, "that it is off is on record")
	require.True(t, off.Decisions[1].Fired)
}

func TestALongMessageOfHostileCharactersMatchesAsItLooks(t *testing.T) {
	t.Parallel()
	m := machine(t, command("clap"), of(definition.Keyword, func(d *definition.Definition) { d.ID, d.Keywords = "k", []string{"needle"} }),
		of(definition.Regex, func(d *definition.Definition) { d.ID, d.Pattern = "r", `(a+)+$` }))
	for text, want := range map[string]int{
		"!clap " + strings.Repeat("x", 10_000):     1,
		strings.Repeat("\u200b", 3000) + "needle":  1,
		strings.Repeat("y", 9_990) + " needle":     1,
		strings.Repeat("a", 10_000) + "!":          0,
		strings.Repeat("a", 10_000):                1,
		"\xff\xfe needle \x00":                     1,
		"!\xff":                                    0,
		"!cla\u200d\u2060p":                        1,
		"!\u202epalc":                              0,
		"!" + strings.Repeat("\u0301", 5000):       0,
		"!clap" + strings.Repeat("\u0301", 20):     0,
		strings.Repeat("need\u0301le ", 800):       0,
		"@" + strings.Repeat("b", 9000) + " !clap": 0,
	} {
		out := Evaluate(m.State(), message("m", text), m.Rules())
		got := 0
		if out.Effects != nil {
			got = len(out.Effects.Decisions)
		}
		require.Equal(t, want, got, "%.40q", text)
	}
}

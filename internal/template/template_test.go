package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/template"
)

// values are those of a message; what they do not hold has no value.
type values map[string]string

func (v values) Value(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

// Random draws the number that stands under "draw <salt>", or the highest.
func (v values) Random(n int64, salt string) int64 {
	if text, ok := v["draw "+salt]; ok {
		var drawn int64
		_, _ = fmt.Sscan(text, &drawn)
		return drawn
	}
	return n - 1
}

var message = values{
	"user": "Anna", "query": "Bob two three", "1": "@Bob", "2": "two", "3": "three", "args": "@Bob two three", "count": "17", "usercount": "2",
	"channel": "Carla", "platform": "twitch", "title": "Chess & chat", "game": "Chess", "uptime": "1h 2m", "viewers": "250", "time": "20:15",
	"counter.deaths": "4", "counter.Große Würfe": "6", "clip.url": "https://example.org/c/abc123", "clip.title": "Mate!", "cooldown": "30",
	"match.who": "Dora", "match.Who": "Emil", "amount": "100", "unit": "bits", "event": "cheer",
}

func TestEachVariableIsFilledInInBothSpellings(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"user": "Anna", "touser": "Bob", "query": "Bob two three", "1": "@Bob", "2": "two", "3": "three", "4": "", "9": "", "args": "@Bob two three",
		"count": "17", "usercount": "2", "channel": "Carla", "platform": "twitch", "title": "Chess & chat", "game": "Chess", "uptime": "1h 2m",
		"viewers": "250", "time": "20:15", "counter.deaths": "4", "clip.url": "https://example.org/c/abc123", "clip.title": "Mate!",
		"cooldown": "30", "match.who": "Dora", "match.Who": "Emil", "match.nobody": "", "amount": "100", "unit": "bits", "event": "cheer",
		"random": "100", "random.1-6": "6", "random 1-6": "6", "random.6-1": "6", "random.-3--1": "-1", "random.-5-5": "5", "random.7-7": "7",
		"pick a|b|c": "c", "pick a | b c ": "b c", "pick 'a' 'b c'": "b c", `pick "it's" "so"`: "so", "pick a b": "b", "random.pick 'a' 'b'": "b", "pick one": "one",
		"1:": "Bob two three", "4|nobody": "nobody", "4 | 'no one'": "no one", "2|nobody": "two",
		" user ": "Anna", "USER": "Anna", "Counter.deaths": "4",
	} {
		for _, written := range []string{"$(" + name + ")", "${" + name + "}"} {
			parsed := template.Parse("<" + written + ">")
			require.Equal(t, "<"+want+">", parsed.Render(message), written)
			require.Empty(t, parsed.Unknown(), written)
			require.NotEmpty(t, parsed.Names(), written)
		}
	}
}

func TestWhomAnOrderIsAimedAt(t *testing.T) {
	t.Parallel()
	aimed := template.Parse("hug $(touser)")
	require.Equal(t, "hug Bob", aimed.Render(message))
	require.Equal(t, "hug Anna", aimed.Render(values{"user": "Anna"}))
	require.Equal(t, "hug Anna", aimed.Render(values{"user": "Anna", "1": "@"}))
	require.Equal(t, "hug Zoe", aimed.Render(values{"user": "Anna", "1": "Bob", "touser": "Zoe"}))
	require.Equal(t, "hug ", aimed.Render(values{}))
}

func TestWhatIsNoVariableStaysAsItStands(t *testing.T) {
	t.Parallel()
	for text, unknown := range map[string][]string{
		"$(nothing)":                    {"nothing"},
		"${nothing} and $(nothing)":     {"nothing"},
		"$(5 dollars)":                  {"5 dollars"},
		"$(0) $(10)":                    {"0", "10"},
		"$()":                           nil,
		"$( )":                          nil,
		"$(user name)":                  {"user name"},
		"$(user|a|b)":                   {"user|a|b"},
		"$(customapi https://x.y/?a=b)": {"customapi https://x.y/?a=b"},
		"$(eval `$(user)`)":             {"eval `$(user)`"},
		"$(counter.)":                   {"counter."},
		"$(counter)":                    {"counter"},
		"$(match)":                      {"match"},
		"$(counter.$(1))":               {"counter.$(1)"},
		"$(clip)":                       {"clip"},
		"$(pick)":                       {"pick"},
		"$(random.1)":                   {"random.1"},
		"$(random.a-b)":                 {"random.a-b"},
		"$(random.1-6 7)":               {"random.1-6 7"},
		"$(random.1-9223372036854775807)": {
			"random.1-9223372036854775807"},
		"$(user":          nil,
		"$(":              nil,
		"$":               nil,
		"$$":              nil,
		"$user":           nil,
		"${user":          nil,
		"$(user}":         nil,
		"${user)":         nil,
		"$ (user)":        nil,
		"(user)":          nil,
		"costs $5 :( )":   nil,
		"100 % :) }{ )( ": nil,
		"":                nil,
	} {
		parsed := template.Parse(text)
		require.Equal(t, text, parsed.Render(message))
		require.Equal(t, unknown, parsed.Unknown(), text)
		require.Empty(t, parsed.Names(), text)
	}
}

func TestVariablesStandAmongBrackets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"$($(user))":                              "$($(user))",
		"$(nothing $(user)":                       "$(nothing Anna",
		"$(nothing ${user} $(count":               "$(nothing Anna $(count",
		"${nothing $(user)":                       "${nothing Anna",
		"$(user))":                                "Anna)",
		"($(user))":                               "(Anna)",
		"$$(user)":                                "$Anna",
		"$(user)$(count)":                         "Anna17",
		"hi :( $(user) :)":                        "hi :( Anna :)",
		"{$(user)} ${user}":                       "{Anna} Anna",
		"$(pick $(user)|$(count))":                "17",
		"$(pick ${user} $(1))":                    "@Bob",
		"$(pick 'to $(user)' 'for ${1}')":         "for @Bob",
		"$(pick a|$(pick b|c))":                   "c",
		"$(pick a|$(random.1-6))":                 "6",
		"$(pick a|$(nothing))":                    "$(nothing)",
		"$(pick (a)|(b))":                         "(b)",
		"$(pick a|it's)":                          "it's",
		"$(pick a|)":                              "",
		"$(4|$(user))":                            "$(user)", // what is said instead is a text
		"$(pick $(pick $(pick $(pick $(user)))))": "Anna",
	} {
		require.Equal(t, want, template.Parse(text).Render(message), text)
	}
}

func TestValuesAreNeverTakenForVariables(t *testing.T) {
	t.Parallel()
	hostile := values{"user": "$(query)", "query": "${user} $(counter.deaths) $(pick a|b)", "1": "${1}", "touser": "$(1", "2": ")", "match.x": "$"}
	require.Equal(t, "$(query) says ${user} $(counter.deaths) $(pick a|b)", template.Parse("$(user) says $(query)").Render(hostile))
	require.Equal(t, "$(1)", template.Parse("$(touser)$(2)").Render(hostile))
	require.Equal(t, "$(user)", template.Parse("$(match.x)(user)").Render(hostile))
	require.Equal(t, "${1}", template.Parse("$(pick a|$(1))").Render(hostile))
}

func TestTheResultIsFitToBeSaid(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"two\nlines\r\nand\ta tab":   "two lines  and a tab",
		"bell\a null\x00 esc\x1b[0m": "bell null esc[0m",
		"del\x7f c1\u0086":           "del c1",
		"\u202egnp.exe":              "gnp.exe",
		"\u2066isolated":             "isolated",
		"invalid\xff":                "invalid\ufffd",
		"separated\u2028by\u0085":    "separated by ",
		"👩\u200d🚀 ❤\ufe0f":           "👩\u200d🚀 ❤\ufe0f",
		"שלום\u200f":                 "שלום\u200f",
		"<b>@everyone</b>":           "<b>@everyone</b>",
	} {
		require.Equal(t, "> "+want, template.Parse("> $(query)").Render(values{"query": value}), "%q", value)
		require.Equal(t, want, template.Parse(value).Render(values{}), "%q", value)
	}
}

func TestTheResultIsBounded(t *testing.T) {
	t.Parallel()
	long := values{"query": strings.Repeat("é", 100_000)}
	for _, text := range []string{"$(query)", "x$(query)", strings.Repeat("$(query)", 200), "$(pick a|$(query)$(query))"} {
		out := template.Parse(text).Render(long)
		require.LessOrEqual(t, len(out), template.MaxOutput)
		require.Greater(t, len(out), template.MaxOutput-4)
		require.True(t, strings.HasSuffix(out, "é"))
	}
}

func TestHugeTextsAreTakenApart(t *testing.T) {
	t.Parallel()
	const n = 50_000
	for _, text := range []string{
		strings.Repeat("$(", n) + strings.Repeat(")", n), strings.Repeat("$(", n) + "user)", strings.Repeat("${$(", n) + strings.Repeat(")", n),
		strings.Repeat("$(x)", n), strings.Repeat("$(pick ", n) + strings.Repeat(")", n), "$(pick " + strings.Repeat("a|", n) + ")",
	} {
		require.LessOrEqual(t, len(template.Parse(text).Render(message)), template.MaxOutput)
	}
}

func TestEachRandomThingHasItsOwnSalt(t *testing.T) {
	t.Parallel()
	parsed := template.Parse("$(random.1-6) $(random.1-6) $(pick a|b|c|$(random.0-9))")
	require.Equal(t, "1 6 9", parsed.Render(values{"draw 0": "0", "draw 1": "5"}))
	require.Equal(t, "3 2 b", parsed.Render(values{"draw 0": "2", "draw 1": "1", "draw 2": "1"}))
	require.Equal(t, "1 2 a", parsed.Render(values{"draw 0": "-7", "draw 1": "7", "draw 2": "400"}), "a source out of bounds is brought within them")
}

func TestATemplateSaysWhatItUses(t *testing.T) {
	t.Parallel()
	parsed := template.Parse("${User} $(usercount) $(counter.deaths) $(pick a|$(match.who)) $(random) $(nothing) ${nix} $(1:)")
	require.Equal(t, []string{"user", "usercount", "counter.deaths", "pick", "match.who", "random", "query"}, parsed.Names())
	require.Equal(t, []string{"nothing", "nix"}, parsed.Unknown())
	for _, name := range []string{"user", "usercount", "counter.deaths", "counter", "match", "match.who", "pick", "random", "query"} {
		require.True(t, parsed.Uses(name), name)
	}
	for _, name := range []string{"touser", "nothing", "counter.x", "matc", "", "clip"} {
		require.False(t, parsed.Uses(name), name)
	}
	require.Equal(t, "", template.Template{}.Render(message))
}

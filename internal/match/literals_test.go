package match_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/match"
)

func TestAPatternIsReachedThroughItsLiterals(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string][]string{
		`hello`:                        {"hello"},
		`HELLO`:                        {"hello"},
		`^hello$`:                      {"hello"},
		`hello.*world!`:                {"world!"},
		`(?P<who>\w+) raided`:          {" raided"},
		`foobar|bazz`:                  {"bazz", "foobar"},
		`(foo|bar)baz`:                 {"barbaz", "foobaz"},
		`h[ae]llo`:                     {"hallo", "hello"},
		`colou?r`:                      {"color", "colour"},
		`(abc)+`:                       {"abc"},
		`(abc){2}`:                     {"abcabc"},
		`(abc){2,}d`:                   {"abcabc"},
		`a{3,}`:                        {"aaa"},
		`a{1000}`:                      {strings.Repeat("a", 64)},
		`\d+ (bits|subs) from .{1,20}`: {" bits from ", " subs from "},
		`(?:when|what time).*stream`:   {"stream"},
		`(?i)straße`:                   {"straße"},
		`STRAẞE`:                       {"straße"},
		`k\x{212a}K`:                   {"kkk"},
		`a\x{200b}bc`:                  {"abc"},
		`foo\bbar`:                     {"foobar"}, // which never matches
		`first|the first one`:          {"first"},
		`(?:)abc(?:)`:                  {"abc"},
		`\Qa.b*c\E`:                    {"a.b*c"},
		`(?s).+äöü`:                    {"äöü"},
		`x*abcd?`:                      {"abc"},
	} {
		for _, caseSensitive := range []bool{true, false} {
			got, ok := match.Literals(pattern, caseSensitive)
			require.True(t, ok, pattern)
			require.Equal(t, want, got, pattern)
		}
	}
}

func TestAPatternWithoutLiteralsHasToBeRunOnEveryMessage(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{
		``, `ab`, `.*`, `\d{4}`, `(abc)?`, `(abc)*`, `abc|de`, `abc|`, `[a-z]+`, `a.b.c`, `^$`, `\bgg\b`, `(abc){0,3}`, `[^\x00-\x{10ffff}]`,
		`a\x{200b}\x{200d}b`, `abc(`, strings.Repeat(`[ab]`, 3) + `|xy`, `(?:a|bc|)z`,
	} {
		got, ok := match.Literals(pattern, false)
		require.False(t, ok, "%q: %q", pattern, got)
	}
}

func TestThereAreNeverManyLiterals(t *testing.T) {
	t.Parallel()
	var words []string
	for _, word := range everydayWords(40) {
		words = append(words, word+"_")
	}
	_, ok := match.Literals(strings.Join(words, "|"), false)
	require.False(t, ok, "40 alternatives")
	got, ok := match.Literals(`(abc)`+strings.Repeat(`[abcdef]`, 30), false)
	require.True(t, ok)
	require.LessOrEqual(t, len(got), 32)
	_, ok = match.Literals(strings.Repeat(`(a|b|c|d)`, 50), false)
	require.False(t, ok)
}

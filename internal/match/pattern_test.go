package match_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/match"
)

func pattern(t testing.TB, text string, caseSensitive bool) *match.Pattern {
	t.Helper()
	p, err := match.CompilePattern(text, caseSensitive)
	require.NoError(t, err)
	return p
}

func TestAPatternSeesNoCaseUnlessAskedTo(t *testing.T) {
	t.Parallel()
	require.True(t, pattern(t, `^hello|world$`, false).Match("Big WORLD"))
	require.False(t, pattern(t, `^hello|world$`, true).Match("Big WORLD"))
	require.True(t, pattern(t, `(?i)hello`, true).Match("HELLO"))
	require.False(t, pattern(t, `(?-i)hello`, false).Match("HELLO"))
	require.True(t, pattern(t, `kelvin`, false).Match("\u212aelvin"))
}

func TestAPatternSeesTheTextAsItWasWritten(t *testing.T) {
	t.Parallel()
	require.False(t, pattern(t, `hello`, false).Match("hel\u200blo"))
	require.True(t, pattern(t, `hel\x{200b}lo`, false).Match("hel\u200blo"))
	require.True(t, pattern(t, `a.b`, false).Match("a\x00b"))
	require.True(t, pattern(t, `a.b`, false).Match("a\xffb"))
}

func TestNamedGroupsAreGivenByTheirNames(t *testing.T) {
	t.Parallel()
	p := pattern(t, `(?P<who>\w+) (rolls) (?<dice>\d+)(?P<more> twice)?`, false)
	require.Equal(t, []string{"who", "dice", "more"}, p.Names())
	groups, ok := p.Groups("and Anna ROLLS 20, Bob rolls 6")
	require.True(t, ok)
	require.Equal(t, map[string]string{"who": "Anna", "dice": "20", "more": ""}, groups)
	_, ok = p.Groups("nobody rolls")
	require.False(t, ok)
	literals, ok := p.Literals()
	require.True(t, ok)
	require.Equal(t, []string{" rolls "}, literals)
	_, ok = pattern(t, `\d+`, false).Literals()
	require.False(t, ok)
}

func TestGroupsOfOneNameShareIt(t *testing.T) {
	t.Parallel()
	p := pattern(t, `^(?P<who>\w+) raids|raid by (?P<who>\w+)`, false)
	require.Equal(t, []string{"who"}, p.Names())
	for _, text := range []string{"Anna raids", "a raid by Anna"} {
		groups, ok := p.Groups(text)
		require.True(t, ok)
		require.Equal(t, map[string]string{"who": "Anna"}, groups)
	}
}

func TestAPatternThatCannotBeUsedSaysWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		place   int
		says    string
	}{
		{``, 0, "write what to look for"},
		{strings.Repeat("x", 501), 0, "it has 501 bytes and 500 is the most"},
		{`grün(?=er)`, 5, `"(?=": RE2 does not look ahead or back`},
		{`(?<!x)y`, 1, "look ahead"},
		{`(a)\1`, 4, `"\\1": RE2 does not know this`},
		{`ab(c`, 3, `write \( to mean the character`},
		{`(ab))c`, 5, `write \) to mean the character`},
		{`ab[c`, 3, `"[c"`},
		{`*a`, 1, "nothing that could be repeated"},
		{`a**`, 2, "repetition of a repetition"},
		{`x[z-a]`, 3, "lower end first"},
		{`a{1001}`, 2, "at most 1000 times"},
		{`(?P<größe>x)`, 1, "letters, digits and _"},
		{`a\`, 0, `write \\ to mean the character`},
		{"a\xff", 0, "UTF-8"},
		{`(x{1000}){2}`, 0, "too many repetitions"},
		{`x{900}y{900}`, 0, "more than 1000 steps"},
		{strings.Repeat(`\pL{99}`, 60), 0, "more than 1000 steps"},
		{strings.Repeat("(", 400), 400, "not closed"},
		{`(\(\Q(\E[(\])]x`, 1, "not closed"},
		{`(ü))`, 4, "was not opened"},
	} {
		for _, caseSensitive := range []bool{true, false} {
			_, err := match.CompilePattern(c.pattern, caseSensitive)
			var wrong *match.PatternError
			require.True(t, errors.As(err, &wrong), "%.40q: %v", c.pattern, err)
			require.ErrorContains(t, err, c.says, "%.40q", c.pattern)
			if c.place > 0 {
				require.Equal(t, c.place, wrong.Place, "%.40q", c.pattern)
			}
			require.NotEmpty(t, wrong.Remedy)
		}
	}
}

func TestPatternsThatExplodeElsewhereDoNotHere(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a", 10_000) + "!"
	for _, explosive := range []string{`^(a+)+$`, `(a|aa)+$`, `(a|a?)+x`, `(.*a){20}b`, `([a-z]+)*\d`, `(x+x+)+y`, `^(([a-z])+.)+[A-Z]([a-z])+$`, `(a?){100}(a){100}b`} {
		require.False(t, pattern(t, explosive, true).Match(text), explosive)
	}
}

func TestALookForAPatternAllocatesNothing(t *testing.T) {
	for _, text := range []string{`hello.*world`, `^(a|b)+c$`, `(?P<n>\d+) bits`, `\bgg\b`} {
		p := pattern(t, text, false)
		for _, in := range []string{"", "nothing of the kind", strings.Repeat("ünïcödé 🦦 ", 40), "\xff\x00"} {
			p.Match(in)
			require.LessOrEqual(t, testing.AllocsPerRun(50, func() { p.Match(in) }), float64(pooled), "%s in %.20q", text, in)
		}
	}
}

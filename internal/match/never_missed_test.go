package match_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/match"
)

// randomPattern makes a pattern of which most parts can match short texts of
// letters.
func randomPattern(random *rand.Rand, depth int) string {
	if depth == 0 || random.IntN(3) == 0 {
		return randomAtom(random)
	}
	switch random.IntN(8) {
	case 0:
		return "(?:" + randomPattern(random, depth-1) + "|" + randomPattern(random, depth-1) + ")"
	case 1:
		return "(" + randomPattern(random, depth-1) + ")" + pickOne(random, "?", "+", "*", "{2}", "{2,}", "{0,2}", "{1,3}")
	case 2:
		return "(?" + pickOne(random, "i", "-i", "s") + ":" + randomPattern(random, depth-1) + ")"
	default:
		return randomPattern(random, depth-1) + randomPattern(random, depth-1)
	}
}

func randomAtom(random *rand.Rand) string {
	switch random.IntN(12) {
	case 0:
		return pickOne(random, ".", `\w`, `\b`, "^", "$", `\B`, `[^a]`, `\S`)
	case 1:
		return "[" + regexp.QuoteMeta(plainLetters(random, 1+random.IntN(3))) + "]"
	default:
		return regexp.QuoteMeta(plainLetters(random, 1+random.IntN(3)))
	}
}

// plainLetters are letters that may stand in a pattern: valid UTF-8.
func plainLetters(random *rand.Rand, n int) string {
	return strings.ToValidUTF8(randomText(random, n), "\ufffd")
}

func pickOne(random *rand.Rand, of ...string) string { return of[random.IntN(len(of))] }

// wordsFor are the words by which an engine reaches a pattern.
func wordsFor(t testing.TB, literals []string) *match.Words {
	t.Helper()
	words := make([]match.Word, len(literals))
	for i, literal := range literals {
		words[i] = match.Word{Text: literal, Part: true}
	}
	return set(t, words...)
}

func TestAPatternIsNeverMissedThroughItsLiterals(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	reached := 0
	for range 4_000 {
		text, caseSensitive := randomPattern(random, 4), random.IntN(3) == 0
		p, err := match.CompilePattern(text, caseSensitive)
		if err != nil {
			continue
		}
		literals, ok := p.Literals()
		if !ok {
			continue
		}
		w := wordsFor(t, literals)
		for range 40 {
			in := randomText(random, random.IntN(4)) + exampleOf(random, literals) + randomText(random, random.IntN(6))
			if p.Match(in) {
				reached++
				require.NotEmpty(t, find(w, in), "%q matches %q, which holds none of %q", text, in, literals)
			}
		}
	}
	require.Greater(t, reached, 1_000, "the patterns match some texts")
}

// exampleOf is one of the literals, perhaps in another case.
func exampleOf(random *rand.Rand, literals []string) string {
	text := pickOne(random, literals...)
	return pickOne(random, text, strings.ToUpper(text), strings.ToTitle(text), "")
}

func FuzzLiterals(f *testing.F) {
	for _, seed := range [][2]string{
		{`hello (?P<who>\w+)`, "HELLO bob"}, {`k{3}|\x{212a}ss`, "\u212aſS"}, {`a\x{fffd}bc`, "a\xffbc"}, {`(?i)ẞ+und`, "ßUND"},
		{`(abc|abd)?efg`, "efg"}, {`x[\x{200b}a]yz`, "x\u200byz"}, {`(?-i:Abc)d?`, "Abc"}, {`(?:a|b)(?:c|d)(?:e|f)`, "bdf"}, {`\x00{3}`, "\x00\x00\x00"},
	} {
		f.Add(seed[0], seed[1], false)
	}
	f.Fuzz(func(t *testing.T, text, in string, caseSensitive bool) {
		literals, ok := match.Literals(text, caseSensitive)
		if ok && (len(literals) == 0 || len(literals) > 32) {
			t.Fatalf("%q has %d literals", text, len(literals))
		}
		for _, literal := range literals {
			if n := len(visible(literal)); n < 3 {
				t.Fatalf("%q is reached through %q, which is short", text, literal)
			}
		}
		p, err := match.CompilePattern(text, caseSensitive)
		if err != nil {
			if err.Error() == "" {
				t.Fatalf("%q is refused without a word", text)
			}
			return
		}
		if ok && p.Match(in) && len(find(wordsFor(t, literals), in)) == 0 {
			t.Fatalf("%q matches %q, which holds none of %q", text, in, literals)
		}
		if _, found := p.Groups(in); found != p.Match(in) {
			t.Fatalf("%q in %q: groups say %v", text, in, found)
		}
	})
}

package match_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/streamsuites/streamsuites/internal/match"
)

// visible are the characters of a text that can be seen.
func visible(text string) []rune {
	var seen []rune
	for _, r := range text {
		if !match.Ignorable(r) {
			seen = append(seen, r)
		}
	}
	return seen
}

func ofWord(r rune) bool {
	return r == '_' || unicode.In(r, unicode.L, unicode.Nd, unicode.M)
}

// naive says whether a word occurs by looking at each place for each of its forms.
func naive(word match.Word, text string) bool {
	in := visible(text)
	for _, form := range []string{word.Text, norm.NFC.String(word.Text), norm.NFD.String(word.Text)} {
		w := visible(form)
		for at := 0; at+len(w) <= len(in); at++ {
			if same(w, in[at:at+len(w)], word.CaseSensitive) && (word.Part || alone(in, at, at+len(w))) {
				return true
			}
		}
	}
	return false
}

func same(a, b []rune, caseSensitive bool) bool {
	return slices.EqualFunc(a, b, func(a, b rune) bool {
		return a == b || !caseSensitive && strings.EqualFold(string(a), string(b))
	})
}

func alone(in []rune, from, to int) bool {
	if from > 0 && ofWord(in[from]) && ofWord(in[from-1]) {
		return false
	}
	if to < len(in) && (unicode.IsMark(in[to]) || ofWord(in[to-1]) && ofWord(in[to])) {
		return false
	}
	return true
}

// letters are few, so that random texts hold random words, and awkward.
var letters = strings.Split("a|b|A|B|k|K|\u212a|s|S|ſ|é|É|e\u0301|e|Σ|ς|σ|İ|i|ß|ẞ|ü|u\u0308|\u0301| | |_|1|<|.|\x00|\u200b|\u200d|\ufe0f|\U000e0000|\u034f|🦦|👩|草|\ufffd|\xff|\xe2\x82|\xf0", "|")

func randomText(random *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(letters[random.IntN(len(letters))])
	}
	return b.String()
}

// seeded gives a source that is another one in each run, and says how to have the
// same one again.
func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("the seed is %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func TestWordsFindsWhatALookAtEachPlaceFinds(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	found := 0
	for range 300 {
		var words []match.Word
		for len(words) < 12 {
			text := randomText(random, 1+random.IntN(4))
			if random.IntN(20) == 0 {
				text = strings.Repeat(text, 30) // longer than what the automaton knows
			}
			if len(visible(text)) > 0 {
				words = append(words, match.Word{Text: text, Owner: len(words), CaseSensitive: random.IntN(3) == 0, Part: random.IntN(2) == 0})
			}
		}
		w := set(t, words...)
		for range 40 {
			text := randomText(random, random.IntN(20))
			if random.IntN(4) == 0 {
				text += words[random.IntN(len(words))].Text + randomText(random, random.IntN(3))
			}
			var want []int
			for _, word := range words {
				if naive(word, text) {
					want = append(want, word.Owner)
				}
			}
			require.ElementsMatch(t, want, find(w, text), "%+q in %q", words, text)
			found += len(want)
		}
	}
	require.Greater(t, found, 1000)
}

func FuzzFind(f *testing.F) {
	f.Add("cat", "the c\u200bat", "a cat", true, false)
	f.Add("\xff", "\xe2\x82", "\ufffd", false, true)
	f.Add(strings.Repeat("aé", 40), "e\u0301", strings.Repeat("aé", 41), false, false)
	f.Add("İ", "\u212a", "i\u0307k", false, false)
	f.Add("1", "\u20e3", "1\ufe0f\u20e3", false, false)
	f.Fuzz(func(t *testing.T, first, second, text string, part, caseSensitive bool) {
		words := []match.Word{
			{Text: first, Owner: 3, Part: part, CaseSensitive: caseSensitive},
			{Text: second, Owner: 1, Part: !part, CaseSensitive: caseSensitive},
			{Text: first + second, Owner: 0, Part: part},
		}
		w, err := match.NewWords(words)
		if err != nil {
			return
		}
		for _, word := range words {
			if got, want := slices.Contains(find(w, text), word.Owner), naive(word, text); got != want {
				t.Fatalf("%+v in %q: %v, a look at each place says %v", word, text, got, want)
			}
		}
	})
}

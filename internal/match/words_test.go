package match_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/match"
)

func set(t testing.TB, words ...match.Word) *match.Words {
	t.Helper()
	w, err := match.NewWords(words)
	require.NoError(t, err)
	return w
}

func find(w *match.Words, text string) []int {
	var hits match.Hits
	w.Find(text, &hits)
	return hits.Owners()
}

func TestAWordIsFoundAsAWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		word, text string
		found      bool
	}{
		{"cat", "the cat sat", true},
		{"cat", "cat", true},
		{"cat", "CAT!", true},
		{"cat", "(cat)", true},
		{"cat", "cat-food", true},
		{"cat", "concat", false},
		{"cat", "cats", false},
		{"cat", "cat_food", false},
		{"cat", "cat2", false},
		{"cat", "concat, then cat", true},
		{"cat", "ca", false},
		{"cat", "", false},
		{"two words", "say TWO words now", true},
		{"two words", "two  words", false},
		{"aab", "aaab", false},
		{"aab", "a aab", true},

		{"über", "ÜBER alles", true},
		{"über", "U\u0308BER alles", true},
		{"u\u0308ber", "über", true},
		{"über", "uber", false},
		{"straße", "STRAẞE", true},
		{"straße", "strasse", false},
		{"kiss", "\u212aiſſ", true},
		{"\u212aelvin", "kelvin", true},
		{"istanbul", "İstanbul", false},
		{"İstanbul", "i\u0307stanbul", true},
		{"İstanbul", "I\u0307stanbul", true},
		{"ίσως", "ΊΣΩΣ", true},
		{"λόγος", "λόγοσ", true},
		{"лол", "ЛОЛ", true},
		{"草", "草", true},
		{"草", "大草原", false},
		{"שלום", "\u200fשלום\u200e", true},

		{"cat", "c\u200ba\u200dt", true},
		{"c\u200dat", "cat", true},
		{"cat", "\u202ecat\u202c", true},
		{"cat", "cat\U000e0000", true},
		{"cat", "cat \u034f", true},
		{"cat", "a\u200bcat", false},
		{"cat", "cat\u200bs", false},
		{"cat", "cat\u0301", false},
		{"cat", "\u0301cat", false},
		{"e", "e\u200d\u0301", false},
		{"1", "1\ufe0f\u20e3", false},

		{"❤️", "i ❤ it", true},
		{"❤", "i ❤️ it", true},
		{"❤", "i❤you", true},
		{"<3", "i<3 u", true},
		{"<3", "i<3u", false},
		{"<", "<\u0338", false},
		{":)", "hi:)", true},
		{"!cat", "hey!cat", true},
		{"!cat", "!cats", false},
		{"👍", "👍🏽", true},
		{"👩‍🚀", "an 👩‍🚀!", true},
		{"👩‍🚀", "👩🚀", true},
		{"🇩🇪", "in 🇩🇪 now", true},

		{"cat", "\xff cat \xfe", true},
		{"cat", "\xffcat\xc3", true},
		{"cat", "\x00cat\x00", true},
		{"cat", "c\x00at", false},
		{"\x00", "a\x00b", true},
		{"\ufffd", "a \xe2\x82 b", true},
		{"\xff", "a \ufffd b", true},
	} {
		require.Equal(t, c.found, len(find(set(t, match.Word{Text: c.word}), c.text)) == 1, "%q in %q", c.word, c.text)
	}
}

func TestAPartIsFoundInsideOfWords(t *testing.T) {
	t.Parallel()
	w := set(t, match.Word{Text: "cat", Part: true}, match.Word{Text: "dog", Owner: 1})
	require.Equal(t, []int{0}, find(w, "conCATenated dogs"))
	require.Equal(t, []int{0, 1}, find(w, "c\u200bats and dog"))
}

func TestACaseSensitiveWordIsFoundAsItIsWritten(t *testing.T) {
	t.Parallel()
	w := set(t,
		match.Word{Text: "Kappa", CaseSensitive: true},
		match.Word{Text: "kappa", Owner: 1, CaseSensitive: true},
		match.Word{Text: "KAPPA", Owner: 2},
		match.Word{Text: "Ü", Owner: 3, CaseSensitive: true, Part: true})
	require.ElementsMatch(t, []int{0, 2}, find(w, "so Ka\u200bppa"))
	require.ElementsMatch(t, []int{1, 2}, find(w, "kappa"))
	require.ElementsMatch(t, []int{2}, find(w, "kAPPA \u212aappa"))
	require.ElementsMatch(t, []int{0, 1, 2}, find(w, "kAPPA kappa Kappa"))
	require.ElementsMatch(t, []int{3}, find(w, "GRU\u0308N"))
	require.Empty(t, find(w, "grün Kappas"))
}

func TestWordsInsideOfEachOtherAreAllFound(t *testing.T) {
	t.Parallel()
	w := set(t, match.Word{Text: "a b c"}, match.Word{Text: "b", Owner: 1}, match.Word{Text: "b c d", Owner: 2}, match.Word{Text: "c", Owner: 3},
		match.Word{Text: "c", Owner: 4}, match.Word{Text: "c d e", Owner: 5}, match.Word{Text: "d", Owner: 2})
	require.ElementsMatch(t, []int{0, 1, 2, 3, 4}, find(w, "a b c d"))

	parts := set(t, match.Word{Text: "he", Part: true}, match.Word{Text: "she", Owner: 1, Part: true}, match.Word{Text: "his", Owner: 2, Part: true}, match.Word{Text: "hers", Owner: 3, Part: true})
	require.Equal(t, []int{1, 0, 3}, find(parts, "ushers"))
}

func TestOwnersComeInTheOrderInWhichTheirWordsEnd(t *testing.T) {
	t.Parallel()
	w := set(t, match.Word{Text: "late", Owner: 1}, match.Word{Text: "early", Owner: 2}, match.Word{Text: "soon", Owner: 2})
	require.Equal(t, []int{2, 1}, find(w, "early, soon, late, early"))
}

func TestLongWordsAreComparedToTheirEnd(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("größer und ", 20) + "Ende"
	w := set(t, match.Word{Text: long}, match.Word{Text: long, Owner: 1, CaseSensitive: true}, match.Word{Text: long[:len(long)-1], Owner: 2, Part: true})
	require.ElementsMatch(t, []int{0, 1, 2}, find(w, "so "+long+"."))
	require.ElementsMatch(t, []int{0, 2}, find(w, strings.ToUpper(long)))
	require.ElementsMatch(t, []int{2}, find(w, long+"n"))
	require.Empty(t, find(w, long[:len(long)-5]))
	require.Empty(t, find(w, strings.Replace(long, "ßer und Ende", "ßer und\u0301 Ende", 1)))
	require.ElementsMatch(t, []int{0, 1, 2}, find(w, strings.ReplaceAll(long, "e", "\u200be\u200b")))
}

func TestASetOfNothingFindsNothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, find(set(t), "anything at all"))
}

func TestHitsAreThoseOfTheLastSearch(t *testing.T) {
	t.Parallel()
	var hits match.Hits
	large, small := set(t, match.Word{Text: "late", Owner: 900}), set(t, match.Word{Text: "early"})
	require.False(t, hits.Has(0))
	large.Find("so late", &hits)
	require.True(t, hits.Has(900))
	require.Equal(t, 1, hits.Len())
	small.Find("so early", &hits)
	require.True(t, hits.Has(0))
	require.False(t, hits.Has(900))
	require.False(t, hits.Has(-1))
	require.False(t, hits.Has(1_000_000))
	small.Find("so late", &hits)
	require.Zero(t, hits.Len())
}

func TestWordsThatCannotBeSearchedForAreRefused(t *testing.T) {
	t.Parallel()
	for says, word := range map[string]match.Word{
		"shows nothing":    {Text: "\u200b\ufe0f"},
		"is empty":         {},
		"owner -1":         {Text: "a", Owner: -1},
		"owner 65536":      {Text: "a", Owner: 65_536},
		"501 bytes":        {Text: strings.Repeat("a", 501)},
		"word 1: it is em": {Text: ""},
	} {
		_, err := match.NewWords([]match.Word{{Text: "fine"}, word})
		require.ErrorIs(t, err, match.ErrWord)
		require.ErrorContains(t, err, says)
	}
	_, err := match.NewWords(make([]match.Word, match.MaxWords+1))
	require.ErrorIs(t, err, match.ErrWord)
}

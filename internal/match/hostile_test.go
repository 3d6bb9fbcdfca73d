package match_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/match"
)

func TestTheTablesStaySmallWhateverTheWords(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	const most = 16 << 20
	for name, text := range map[string]func(i int) string{
		"many long ones": func(i int) string { return strconv.Itoa(i) + strings.Repeat("abcdefghij", 49) },
		"of random bytes": func(int) string {
			text := "x"
			for range 150 {
				text += string(rune(0x21 + random.IntN(0x2000)))
			}
			return text
		},
		"of Chinese characters": func(int) string {
			text := ""
			for range 40 {
				text += string(rune(0x4e00 + random.IntN(0x5000)))
			}
			return text
		},
		"the same again and again": func(int) string { return "aaaa" },
		"each the end of the next": func(i int) string { return strings.Repeat("a", i%match.MaxWordBytes+1) },
	} {
		words := make10000(text)
		w := set(t, words...)
		size := w.Bytes()
		for _, word := range words {
			size -= len(word.Text) // which the caller has in memory, too
		}
		require.Less(t, size, most, name)
		found := find(w, "so "+words[0].Text+" "+words[9_999].Text)
		require.Contains(t, found, 0, name)
		require.Contains(t, found, 9_999, name)
	}
}

func make10000(text func(i int) string) []match.Word {
	words := make([]match.Word, 10_000)
	for i := range words {
		words[i] = match.Word{Text: text(i), Owner: i}
	}
	return words
}

func TestASearchAllocatesNothing(t *testing.T) {
	w := set(t, match.Word{Text: "needle"}, match.Word{Text: "Nadel", CaseSensitive: true, Owner: 1}, match.Word{Text: "игла", Part: true, Owner: 2})
	var hits match.Hits
	w.Find("a needle, eine Nadel, иголка, игла", &hits)
	for _, text := range []string{
		"", "hello there", strings.Repeat("ünïcödé 🦦 ", 900), "a needle, eine Nadel, ИГЛА", "\xff\xfe\x00", strings.Repeat("needles ", 1_250),
	} {
		require.Zero(t, testing.AllocsPerRun(50, func() { w.Find(text, &hits) }), "%.20q", text)
	}
}

func TestHostileTextsAreSearchedThrough(t *testing.T) {
	t.Parallel()
	var words []match.Word
	for i := range 60 {
		words = append(words, match.Word{Text: strings.Repeat("a", i+1), Owner: i}, match.Word{Text: strings.Repeat("a", i+1) + "b", Owner: 60 + i, CaseSensitive: true})
	}
	w := set(t, words...)
	require.Empty(t, find(w, strings.Repeat("a", 10_000)))
	require.Len(t, find(w, strings.Repeat("a\u200b", 40)+" "+strings.Repeat("a", 40)+"b"), 2)
	require.Equal(t, []int{0}, find(w, strings.Repeat("\U000e0001", 10_000)+"a"+strings.Repeat("\u200b", 10_000)))
	require.Empty(t, find(w, strings.Repeat("\x00\xff", 5_000)))
}

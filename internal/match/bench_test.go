package match_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/match"
)

// recording is where the real chat lines are, seen from this package.
var recording = filepath.Join("..", "..", "..", "shared", "data", "twitch-chat-5000-lines.txt.gz")

// realChat reads the texts of a recorded Twitch chat. Where the recording is not at
// hand, made-up lines of the same length stand in.
func realChat(t testing.TB) []string {
	t.Helper()
	file, err := os.Open(recording)
	if os.IsNotExist(err) {
		return madeUpChat()
	}
	require.NoError(t, err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	require.NoError(t, err)
	var texts []string
	for lines := bufio.NewScanner(unpacked); lines.Scan(); {
		if _, text, ok := strings.Cut(lines.Text(), " PRIVMSG #xqcow :"); ok {
			texts = append(texts, text)
		}
	}
	require.NotEmpty(t, texts)
	return texts
}

func madeUpChat() []string {
	random := rand.New(rand.NewPCG(1, 2))
	vocabulary := everydayWords(600)
	texts := make([]string, 5000)
	for i := range texts {
		words := make([]string, 1+random.IntN(12))
		for j := range words {
			words[j] = vocabulary[random.IntN(len(vocabulary))]
		}
		texts[i] = strings.Join(words, " ")
	}
	return texts
}

// everydayWords makes n words that look like ones, always the same.
func everydayWords(n int) []string {
	random := rand.New(rand.NewPCG(3, 4))
	syllables := strings.Fields("po gg kap pa lul we mon ka s cat ja m ing er tion the re ha ha oh no pe pe lau gh clip sto ck vo te")
	known := map[string]bool{}
	var words []string
	for len(words) < n {
		word := ""
		for range 2 + random.IntN(3) {
			word += syllables[random.IntN(len(syllables))]
		}
		if !known[word] {
			known[word] = true
			words = append(words, word)
		}
	}
	return words
}

func compiled(t testing.TB, n int) *match.Words {
	t.Helper()
	var words []match.Word
	for i, text := range everydayWords(n) {
		words = append(words, match.Word{Text: text, Owner: i, Part: i%5 == 0})
	}
	w, err := match.NewWords(words)
	require.NoError(t, err)
	return w
}

func BenchmarkFind(b *testing.B) {
	texts := realChat(b)
	for _, n := range []int{250, 1000} {
		b.Run(fmt.Sprintf("%d words", n), func(b *testing.B) {
			w := compiled(b, n)
			var hits match.Hits
			found := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.Find(texts[i%len(texts)], &hits)
				found += hits.Len()
			}
			b.ReportMetric(float64(w.Bytes()), "table-bytes")
			b.ReportMetric(float64(found)/float64(b.N), "hits/op")
		})
	}
}

// BenchmarkFindWordsOfTheChat searches for words that the chat itself uses, so that
// many texts hold one.
func BenchmarkFindWordsOfTheChat(b *testing.B) {
	texts := realChat(b)
	known := map[string]bool{}
	var words []match.Word
	for i := 0; i < len(texts) && len(words) < 250; i += 11 {
		for _, text := range strings.Fields(texts[i]) {
			if len(text) > 3 && len(text) < 30 && match.Name(text) != "" && !known[text] && len(words) < 250 {
				known[text] = true
				words = append(words, match.Word{Text: text, Owner: len(words), Part: len(words)%5 == 0})
			}
		}
	}
	w := set(b, words...)
	var hits match.Hits
	found := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.Find(texts[i%len(texts)], &hits)
		found += hits.Len()
	}
	b.ReportMetric(float64(w.Bytes()), "table-bytes")
	b.ReportMetric(float64(found)/float64(b.N), "hits/op")
}

// BenchmarkMatchLongestPattern runs a pattern of nearly the most steps over the
// longest text that a platform's message may be taken for.
func BenchmarkMatchLongestPattern(b *testing.B) {
	p := pattern(b, `(?:a?){240}a{240}b`, false)
	text := strings.Repeat("a", 10_000)
	b.ReportAllocs()
	for b.Loop() {
		p.Match(text)
	}
}

// BenchmarkFindInTwentyLanes changes the set with every text, as 20 creators' lanes
// do.
func BenchmarkFindInTwentyLanes(b *testing.B) {
	texts := realChat(b)
	lanes := make([]*match.Words, 20)
	hits := make([]match.Hits, len(lanes))
	for i := range lanes {
		lanes[i] = compiled(b, 250)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		lanes[i%len(lanes)].Find(texts[i%len(texts)], &hits[i%len(lanes)])
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		compiled(b, 300)
	}
}

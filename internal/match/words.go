package match

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Bounds of a set of words.
const (
	MaxWords      = 10_000
	MaxWordBytes  = 500    // of one word as written
	MaxOwner      = 65_535 // the highest owner
	maxAutomaton  = 4 << 20
	longestStem   = 48 // bytes of a word that the automaton knows; the rest is compared
	shortestStem  = 4
	wordsOverhead = 64
)

// Word is one word, or several with blanks between, and who asks for it.
type Word struct {
	Text  string
	Owner int // 0 to MaxOwner; several words may have the same one
	// CaseSensitive asks for the text as written, but for ignorable characters.
	CaseSensitive bool
	// Part finds it inside of words too. Otherwise no word may lead up to it or go on
	// behind it: where it begins or ends with a letter, a digit, a mark or '_', its
	// neighbour, ignorable characters apart, must be none of these; and no mark may
	// follow it. An emoji is thus found right behind a letter, too.
	Part bool
}

// Words is a compiled set of words. It is read-only: any number of goroutines
// may search with it, each with Hits of its own.
type Words struct {
	auto       automaton
	characters *characterTable
	entries    []entry
	owners     int
}

// entry is a word as the automaton reports it.
type entry struct {
	owner         int32
	caseSensitive bool
	part          bool
	opens, closes bool   // its first, its last character is one of those that words are made of
	stem          int32  // characters of it that the automaton knows
	tail          string // folded: what has to follow the stem
	exact         string // as written without ignorable characters, if case-sensitive
}

// ErrWord is wrapped by the errors of NewWords.
var ErrWord = errors.New("the words cannot be searched for")

// NewWords compiles words. It fails for a word that shows nothing or is longer
// than MaxWordBytes, for an owner out of bounds and for more than MaxWords words.
func NewWords(words []Word) (*Words, error) {
	if len(words) > MaxWords {
		return nil, fmt.Errorf("%w: %d are too many, %d is the most", ErrWord, len(words), MaxWords)
	}
	w := &Words{characters: characters()}
	var texts []string
	for i, word := range words {
		if err := check(word); err != nil {
			return nil, fmt.Errorf("%w: word %d: %w", ErrWord, i, err)
		}
		w.owners = max(w.owners, word.Owner+1)
		for _, form := range forms(word.Text) {
			visible := string(appendVisible(nil, form))
			first, _ := utf8.DecodeRuneInString(visible)
			last, _ := utf8.DecodeLastRuneInString(visible)
			e := entry{owner: int32(word.Owner), caseSensitive: word.CaseSensitive, part: word.Part, opens: inWord(first), closes: inWord(last)}
			if word.CaseSensitive {
				e.exact = visible
			}
			w.entries = append(w.entries, e)
			texts = append(texts, string(appendFolded(nil, form)))
		}
	}
	stems := w.cutStems(texts)
	w.auto = newAutomaton(stems)
	return w, nil
}

func check(word Word) error {
	switch {
	case word.Owner < 0 || word.Owner > MaxOwner:
		return fmt.Errorf("its owner %d is not between 0 and %d", word.Owner, MaxOwner)
	case len(word.Text) > MaxWordBytes:
		return fmt.Errorf("%d bytes are too long, %d is the most", len(word.Text), MaxWordBytes)
	case len(appendVisible(nil, word.Text)) == 0:
		return errors.New("it is empty or shows nothing; write at least one visible character")
	}
	return nil
}

// cutStems gives the part of each text that the automaton knows. The more and
// the longer the words, the shorter the stems, so that the automaton stays
// small; what is cut off is compared when the stem was found.
func (w *Words) cutStems(texts []string) []string {
	stems := make([]string, len(texts))
	for limit := longestStem; ; limit -= 4 {
		for i, text := range texts {
			n := cutAt(text, limit)
			stems[i] = text[:n]
			w.entries[i].tail = text[n:]
			w.entries[i].stem = int32(utf8.RuneCountInString(text[:n]))
		}
		if limit <= shortestStem || fits(stems) {
			return stems
		}
	}
}

// cutAt is the end of the last whole character within limit bytes.
func cutAt(text string, limit int) int {
	if len(text) <= limit {
		return len(text)
	}
	for !utf8.RuneStart(text[limit]) {
		limit--
	}
	return limit
}

// appendVisible appends text without ignorable characters, as written.
func appendVisible(dst []byte, text string) []byte {
	for _, r := range text {
		if !Ignorable(r) {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// Owners is how many owners there can be: the highest one and 1.
func (w *Words) Owners() int { return w.owners }

// Bytes is about what the tables of the set take in memory.
func (w *Words) Bytes() int {
	n := w.auto.bytes()
	for i := range w.entries {
		n += wordsOverhead + len(w.entries[i].tail) + len(w.entries[i].exact)
	}
	return n
}

package trigger

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/match"
)

// view is a message as triggers look at it.
type view struct {
	e      *chat.Event
	prefix string
	text   string // the whole message
	begin  string // without the mention in front of an answer and leading blanks
	word   string // first word behind the prefix; empty when the message is no command
	name   []byte // the word normalised; empty when it cannot be a name
	rest   string // what follows it
}

// newView takes a message apart and allocates nothing.
func newView(e *chat.Event, prefix string) view {
	v := view{e: e, prefix: prefix, text: e.Text, begin: e.Text}
	if e.ReplyTo != "" {
		v.begin = withoutMention(v.begin)
	}
	if !strings.HasPrefix(v.begin, prefix) {
		// Leading blanks are rare: look for them only after the cheap test.
		v.begin = strings.TrimLeftFunc(v.begin, unicode.IsSpace)
	}
	if behind, ok := strings.CutPrefix(v.begin, prefix); ok {
		v.word, v.rest = match.FirstWord(behind)
	}
	return v
}

// withoutMention drops the "@name " that platforms put in front of an answer to
// a message.
func withoutMention(text string) string {
	if !strings.HasPrefix(text, "@") {
		return text
	}
	_, rest := match.FirstWord(text)
	return rest
}

// cutPhrase reports whether text begins with a phrase, and what follows. Invisible
// characters count for nothing, nor does case unless it matters.
func cutPhrase(text, phrase string, caseMatters bool) (rest string, ok bool) {
	for _, want := range phrase {
		if match.Ignorable(want) {
			continue
		}
		got, size := nextVisible(text)
		if size == 0 || got != want && (caseMatters || match.Fold(got) != match.Fold(want)) {
			return "", false
		}
		text = text[size:]
	}
	return text, true
}

// nextVisible returns the first character that is not ignorable and how many bytes
// lie before its end; 0 when there is none.
func nextVisible(text string) (r rune, size int) {
	for i, r := range text {
		if !match.Ignorable(r) {
			_, n := utf8.DecodeRuneInString(text[i:])
			return r, i + n
		}
	}
	return 0, 0
}

// visible drops what shows nothing.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if match.Ignorable(r) {
			return -1
		}
		return r
	}, text)
}

// folded is text as it is compared when case does not matter.
func folded(text string) string {
	return strings.Map(match.Fold, visible(strings.TrimSpace(text)))
}

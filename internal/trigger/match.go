package trigger

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// match finds the trigger that a message addresses and the text behind its
// name. It returns nil for the ordinary message and allocates nothing.
func (r *Rules) match(e *chat.Event) (found *rule, rest string) {
	text := e.Text
	if e.ReplyTo != "" {
		text = withoutMention(text)
	}
	if !strings.HasPrefix(text, r.prefix) {
		// Leading blanks are rare: look for them only after the cheap test.
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if !strings.HasPrefix(text, r.prefix) {
			return nil, ""
		}
	}
	word, rest := firstWord(text[len(r.prefix):])
	var buffer [maxName + utf8.UTFMax]byte
	name, ok := lower(buffer[:0], word)
	if !ok {
		return nil, ""
	}
	i, ok := r.commands[string(name)]
	if !ok || !r.rules[i].allows(e.Platform) {
		return nil, ""
	}
	return &r.rules[i], rest
}

// ignores reports whether a message cannot trigger anything, whatever it says.
func (r *Rules) ignores(e *chat.Event) bool {
	if e.Self || e.SharedFrom != "" {
		return true
	}
	if len(r.ignored) == 0 {
		return false
	}
	_, ok := r.ignored[e.Author.Login]
	return ok
}

// withoutMention drops the "@name " that platforms put in front of an answer to
// a message.
func withoutMention(text string) string {
	if !strings.HasPrefix(text, "@") {
		return text
	}
	_, rest := firstWord(text)
	return rest
}

// firstWord splits text at its first blank; rest has no leading blanks.
func firstWord(text string) (word, rest string) {
	i := strings.IndexFunc(text, blank)
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeftFunc(text[i:], blank)
}

// blank reports runes that separate words: white space, and the invisible ones
// that chat clients append so that a repeated message is not refused.
func blank(c rune) bool {
	if c < utf8.RuneSelf {
		return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'
	}
	return c == '\u034f' || c == '\U000e0000' || unicode.IsSpace(c)
}

// lower appends the lower-case form of word; false when it is too long to be a
// name.
func lower(to []byte, word string) ([]byte, bool) {
	if len(word) > maxName || word == "" {
		return nil, false
	}
	for _, c := range word {
		if len(to) > maxName {
			return nil, false
		}
		to = utf8.AppendRune(to, unicode.ToLower(c))
	}
	return to, true
}

package kick

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	ellipsis = "…"
	// neutral goes before a text that the platform would take for a command. It has
	// no width.
	neutral = "\u200b"
)

// sanitise makes a chat message of any text: one line, no control characters,
// no command, at most limit code points. It returns an empty string when
// nothing that could be read is left.
func sanitise(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\n' || r == '\t' || r == 0 || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r // an invalid byte arrives as U+FFFD
	}, text)
	text = strings.TrimFunc(text, unreadable)
	if text == "" {
		return ""
	}
	if text[0] == '/' {
		text = neutral + text
	}
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit-1]) + ellipsis
	}
	return text
}

// unreadable tells spaces, among them those that have no width but would hide
// a command from the look at the first character.
func unreadable(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' || (r >= 0xe0000 && r <= 0xe007f)
}

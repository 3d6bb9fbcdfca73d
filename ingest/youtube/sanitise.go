package youtube

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sanitise makes one line without control characters of any text. It returns an
// empty string when nothing that could be read is left.
func sanitise(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\n' || r == '\t' || r == 0 || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r // an invalid byte arrives as U+FFFD
	}, text)
	return strings.TrimFunc(text, unreadable)
}

// unreadable tells spaces, among them those that have no width.
func unreadable(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' || (r >= 0xe0000 && r <= 0xe007f)
}

// mention addresses a text to somebody: the platform has no replies. A text that
// would become too long, or names them already, stays as it is.
func mention(name, text string, limit int) string {
	name = strings.TrimPrefix(sanitise(name), "@")
	if name == "" {
		return text
	}
	at := "@" + name
	if len(text) >= len(at) && strings.EqualFold(text[:len(at)], at) {
		return text
	}
	if addressed := at + " " + text; utf8.RuneCountInString(addressed) <= limit {
		return addressed
	}
	return text
}

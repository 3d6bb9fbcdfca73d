package oneline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// Of makes one line without control characters of any text. It returns an empty
// string when nothing that could be read is left.
func Of(text string) string {
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

// unreadable tells spaces, among them those that have no width but would hide a
// command from the look at the first character.
func unreadable(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' || (r >= 0xe0000 && r <= 0xe007f)
}

// Cut shortens a text to limit code points, the last being an ellipsis.
func Cut(text string, limit int) string {
	if len(text) <= limit || utf8.RuneCountInString(text) <= limit {
		return text
	}
	count := 0
	for i := range text {
		if count == limit-1 {
			return text[:i] + ellipsis
		}
		count++
	}
	return text
}

package twitch

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	ellipsis = "…"
	// neutral goes before a text that the server would take for a command. It
	// has no width.
	neutral = "\u200b"
	// different makes a text unequal to the one before; clients do not show it.
	different = " \U000e0000"
)

// sanitise makes a chat message of any text: one line, no control characters,
// no command, at most limit code points. It returns an empty string when
// nothing that could be read is left.
func sanitise(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\n' || r == '\t' || r == 0:
			return ' '
		case r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0):
			return -1
		}
		return r // an invalid byte arrives as U+FFFD
	}, text)
	text = strings.TrimFunc(text, unreadable)
	if text == "" {
		return ""
	}
	if text[0] == '/' || text[0] == '.' {
		text = neutral + text
	}
	return cutTo(text, limit)
}

// unreadable tells spaces, among them those that have no width but would hide
// a command from the look at the first character.
func unreadable(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' || (r >= 0xe0000 && r <= 0xe007f)
}

// cutTo shortens a text to limit code points, the last being an ellipsis.
func cutTo(text string, limit int) string {
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

// tagValue escapes a value of a message tag.
var tagValue = strings.NewReplacer(";", `\:`, " ", `\s`, `\`, `\\`, "\r", `\r`, "\n", `\n`, "\x00", "")

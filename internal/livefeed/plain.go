package livefeed

import (
	"strings"
	"unicode"
)

// Plain makes a text safe for a terminal and for one line: control characters,
// which could move the cursor or change its colours, and characters that turn the
// writing direction around become spaces or vanish.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar, turnsAround(r):
			return -1
		}
		return r
	}, text)
}

// turnsAround reports whether a character is one of Unicode's directional
// formatting characters (UAX #9, section 2).
func turnsAround(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' || '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

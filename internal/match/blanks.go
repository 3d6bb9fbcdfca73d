package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FirstWord splits text at its first blank; rest has no leading blanks.
func FirstWord(text string) (word, rest string) {
	i := strings.IndexFunc(text, Blank)
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeftFunc(text[i:], Blank)
}

// Blank reports runes that separate words: white space, and the invisible ones
// that chat clients append so that a repeated message is not refused.
func Blank(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\v' || r == '\f'
	}
	return r == '\u034f' || r == '\U000e0000' || unicode.IsSpace(r)
}

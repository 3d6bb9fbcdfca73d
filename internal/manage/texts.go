package manage

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds a quotation from an order in an answer, in characters.
const maxShown = 40

func refuse(format string, args ...any) *UsageError {
	return &UsageError{clean(fmt.Sprintf(format, args...))}
}

// shown quotes what somebody typed so that it fits an answer and cannot run a
// command of another bot.
func shown(text string) string { return "“" + cut(clean(text), maxShown) + "”" }

// clean makes one line without control characters.
func clean(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsControl(c):
			return -1
		default:
			return c
		}
	}, text)
}

// cut shortens text to a number of characters.
func cut(text string, room int) string {
	if utf8.RuneCountInString(text) <= room {
		return text
	}
	return strings.TrimRight(string([]rune(text)[:max(room-1, 0)]), " ") + "…"
}

package clip

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// maxTitle is the longest title in code points.
const maxTitle = 120

// Marker is the text by which an upload of the clip is recognised at its
// destination.
func Marker(clipID string) string { return "[" + clipID + "]" }

// Title composes "<source> - <MM/DD/YY> clip by <user> [<id>]", with the date
// in UTC and at most 120 code points. The user's name takes what it needs, the
// source gets the rest; the date, "clip by" and the id are never cut.
func Title(source, user string, at time.Time, clipID string) string {
	fixed := fmt.Sprintf(" - %s clip by ", at.UTC().Format("01/02/06"))
	tail := " " + Marker(clipID)
	room := maxTitle - len([]rune(fixed)) - len([]rune(tail))
	user = cut(Clean(user), room)
	source = cut(Clean(source), room-len([]rune(user)))
	return source + fixed + user + tail
}

// Clean makes text that came from chat fit for a title: one line, single
// spaces, no control or format characters, no angle brackets, which end
// unescaped on public pages.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '<' || r == '>' || r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

func cut(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	if n < 0 {
		n = 0
	}
	return string(runes[:n])
}

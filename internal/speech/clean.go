package speech

import (
	"unicode"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Piece is a stretch of what is to be said.
type Piece struct {
	Text string
	// Chat says that somebody in chat supplied it: a name, an argument, a title. What
	// the creator wrote or the program says itself is not.
	Chat bool
}

// Options is what the clean-up goes by.
type Options struct {
	Platform chat.Platform
	// Prefix is what the creator's own commands begin with, or empty.
	Prefix string
	// Orders leaves a "/" at the beginning alone: whoever wrote the text meant it.
	Orders bool
}

// Compose joins pieces into a text that does no harm; it is empty when nothing is
// left. Composing a result again as one piece of the creator's own leaves it as it is.
func Compose(pieces []Piece, o Options) string {
	var l line
	for _, p := range pieces {
		l.clean(p)
	}
	l.trim()
	l.disarm(o)
	l.mentions()
	return string(l.runes)
}

// Line is a text on one line, without what cannot be seen: for texts that only become
// part of what is said.
func Line(text string) string {
	var l line
	l.clean(Piece{Text: text})
	l.trim()
	return string(l.runes)
}

// line is a text of which each character says where it comes from.
type line struct {
	runes []rune
	chat  []bool
}

func (l *line) add(r rune, fromChat bool) {
	l.runes, l.chat = append(l.runes, r), append(l.chat, fromChat)
}

// Characters that hold others together, and those that vary them.
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	blackFlag          = '\U0001f3f4' // begins flags that are spelt in tag characters
	lastTag            = '\U000e007f'
)

// clean appends what of a piece can be seen, on one line. Blanks in a row that come
// from chat become one.
func (l *line) clean(p Piece) {
	for _, r := range p.Text {
		switch {
		case blank(r):
			if n := len(l.runes); !p.Chat || n == 0 || l.runes[n-1] != ' ' {
				l.add(' ', p.Chat)
			}
		case holds(r):
			if n := len(l.runes); n > 0 && joinable(l.runes[n-1], r) {
				l.add(r, p.Chat)
			}
		case tag(r):
			if l.inFlag() {
				l.add(r, p.Chat)
			}
		case !hidden(r):
			l.add(r, p.Chat)
		}
	}
}

// blank reports spaces, line breaks and letters that look like a space.
func blank(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // Hangul fillers, an empty Braille cell
		return true
	}
	return unicode.IsSpace(r)
}

// holds reports joiners and selectors, which mean something only behind what they
// change.
func holds(r rune) bool {
	return r == zeroWidthJoiner || r == zeroWidthNonJoiner || unicode.Is(unicode.Variation_Selector, r)
}

func joinable(before, r rune) bool {
	if before == ' ' || holds(before) && holds(r) && !(before == '\ufe0f' && r == zeroWidthJoiner) {
		return false
	}
	if r == zeroWidthNonJoiner {
		return unicode.IsLetter(before) || unicode.IsMark(before)
	}
	return before > unicode.MaxLatin1 || before == '\u00a9' || before == '\u00ae' || unicode.Is(unicode.Variation_Selector, r) && before > ' '
}

// tag reports the characters that spell the flags of regions.
func tag(r rune) bool { return '\U000e0020' <= r && r <= lastTag }

func (l *line) inFlag() bool {
	n := len(l.runes)
	return n > 0 && (l.runes[n-1] == blackFlag || tag(l.runes[n-1]) && l.runes[n-1] != lastTag)
}

// hidden reports what cannot be seen, changes the direction of others, or has no
// meaning that anybody agreed on.
func hidden(r rune) bool {
	if unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return false // formats that are drawn
	}
	return r == unicode.ReplacementChar || unicode.IsControl(r) ||
		unicode.In(r, unicode.Cf, unicode.Co, unicode.Noncharacter_Code_Point, unicode.Other_Default_Ignorable_Code_Point)
}

// trim drops what stands around the text without being seen.
func (l *line) trim() {
	for n := len(l.runes); n > 0 && (l.runes[n-1] == ' ' || l.runes[n-1] == zeroWidthJoiner || l.runes[n-1] == zeroWidthNonJoiner); n-- {
		l.runes, l.chat = l.runes[:n-1], l.chat[:n-1]
	}
	l.skipBlanks()
}

func (l *line) skipBlanks() {
	for len(l.runes) > 0 && (l.runes[0] == ' ' || holds(l.runes[0]) || tag(l.runes[0])) {
		l.drop(1)
	}
}

func (l *line) drop(n int) { l.runes, l.chat = l.runes[n:], l.chat[n:] }

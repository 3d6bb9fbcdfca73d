package speech

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MostMentions is how many people chat can have a bot address in one text.
const MostMentions = 3

// fullWidthAt looks like "@" and calls nobody. It is one character as well, so that a
// text does not grow.
const fullWidthAt = '\uff20'

// disarm takes away from the beginning what a platform or a bot would take for an
// order. What the creator wrote may begin with another bot's prefix: they may mean
// it. What chat supplied may not, so that nobody gives orders through the bot, and no
// two bots answer each other for ever.
func (l *line) disarm(o Options) {
	if o.Orders && len(l.runes) > 0 && l.runes[0] == '/' && !l.chat[0] {
		return
	}
	for len(l.runes) > 0 {
		switch {
		case l.runes[0] == '/' || l.runes[0] == '.':
			l.drop(1)
		case l.chat[0] && l.begins(o.Prefix):
			l.drop(utf8.RuneCountInString(o.Prefix))
		case l.chat[0] && l.prefixed():
			l.drop(1)
		default:
			return
		}
		l.skipBlanks()
	}
}

// begins reports whether the text begins with a prefix, in whatever case.
func (l *line) begins(prefix string) bool {
	n := utf8.RuneCountInString(prefix)
	return n > 0 && n <= len(l.runes) && strings.EqualFold(string(l.runes[:n]), prefix)
}

const (
	// prefixes are what bots' commands begin with.
	prefixes = "!?~%^&*=|>;,\\\uff01\uff1f\uff0f\u00a1"
	// doubtful are prefixes in front of a letter, and else a sign, a price or the like.
	doubtful = "$+-#"
)

func (l *line) prefixed() bool {
	r := l.runes[0]
	if strings.ContainsRune(doubtful, r) {
		return len(l.runes) < 2 || unicode.IsLetter(l.runes[1])
	}
	return strings.ContainsRune(prefixes, r)
}

// mentions takes the "@" from mentions of everybody, and from all that come from chat
// when those are many.
func (l *line) mentions() {
	type mention struct {
		at   int
		name string
	}
	var supplied []mention
	distinct := map[string]struct{}{}
	for at := 0; at < len(l.runes); at++ {
		if l.runes[at] != '@' {
			continue
		}
		name, fromChat := l.named(at)
		switch name {
		case "":
		case "everyone", "here", "channel", "all":
			l.runes[at] = fullWidthAt
		default:
			if fromChat {
				supplied = append(supplied, mention{at, name})
				distinct[name] = struct{}{}
			}
		}
	}
	if len(distinct) <= MostMentions {
		return
	}
	for _, m := range supplied {
		l.runes[m.at] = fullWidthAt
	}
}

// named reads whom the "@" at a place mentions, in lower case, and whether any of it
// comes from chat.
func (l *line) named(at int) (name string, fromChat bool) {
	end := at + 1
	for end < len(l.runes) && inName(l.runes[end]) {
		end++
	}
	for _, c := range l.chat[at:end] {
		fromChat = fromChat || c
	}
	return strings.ToLower(string(l.runes[at+1 : end])), fromChat
}

func inName(r rune) bool {
	return r == '_' || r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

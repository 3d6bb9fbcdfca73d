package trigger

import (
	"strings"
	"unicode"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// confirm looks closely at a message that may match, and returns the text that
// arguments are read from: what follows a command, else the whole message.
func (l *look) confirm(v *view) (rest string, ok bool) {
	if rest, ok := l.command(v); ok {
		return rest, true
	}
	for _, kind := range l.events {
		if v.e.Kind == kind && v.e.Amount >= l.minimum {
			return v.text, true
		}
	}
	for _, pattern := range l.patterns {
		if pattern.Match(v.text) {
			return v.text, true
		}
	}
	for _, word := range l.words {
		if l.phrase(v, word) {
			return v.text, true
		}
	}
	return "", false
}

// command finds the rule's name in a message.
func (l *look) command(v *view) (rest string, ok bool) {
	switch {
	case len(l.names)+len(l.namePatterns) == 0:
		return "", false
	case l.how == definition.Anywhere:
		return l.anywhere(v)
	case v.word == "", l.how == definition.Exact && v.rest != "":
		return "", false
	case len(l.namePatterns) > 0:
		return v.rest, l.fits(v.word)
	default:
		return v.rest, l.called(v.word, v.name)
	}
}

// fits reports whether a pattern matches a word, as it looks.
func (l *look) fits(word string) bool {
	word = visible(word)
	for _, pattern := range l.namePatterns {
		if pattern.Match(word) {
			return true
		}
	}
	return false
}

// called reports whether a word is one of the command's names; name is its
// normalised form.
func (l *look) called(word string, name []byte) bool {
	for i := range l.names {
		if l.names[i] == string(name) && (!l.sensible || l.spelling[i] == visible(word)) {
			return true
		}
	}
	return false
}

// anywhere finds the prefix and a name as a word of the message.
func (l *look) anywhere(v *view) (rest string, ok bool) {
	for text := v.text; text != ""; {
		var word string
		word, text = match.FirstWord(strings.TrimLeftFunc(text, match.Blank))
		at := strings.Index(word, v.prefix)
		if at < 0 {
			continue
		}
		for _, name := range [...]string{word[at+len(v.prefix):], strings.TrimRightFunc(word[at+len(v.prefix):], unicode.IsPunct)} {
			if normal, ok := match.AppendName(nil, name); ok && l.called(name, normal) {
				return text, true
			}
		}
	}
	return "", false
}

// phrase reports whether the message begins with a keyword, or is nothing else.
// Keywords that may stand anywhere are found by the index alone.
func (l *look) phrase(v *view, word string) bool {
	if l.how != definition.Start && l.how != definition.Exact {
		return false
	}
	rest, ok := cutPhrase(v.begin, word, l.sensible)
	if !ok {
		return false
	}
	if l.how == definition.Exact {
		return strings.TrimLeftFunc(visible(rest), match.Blank) == ""
	}
	r, size := nextVisible(rest)
	return size == 0 || match.Blank(r) || strings.IndexFunc(rest, match.Blank) == 0
}

// groups are the named groups of the first pattern that matches the text, or the
// command's name.
func (l *look) groups(text, name string) map[string]string {
	if groups := firstGroups(l.patterns, text); groups != nil {
		return groups
	}
	if groups := firstGroups(l.namePatterns, visible(name)); groups != nil {
		return groups
	}
	return map[string]string{}
}

func firstGroups(patterns []*match.Pattern, text string) map[string]string {
	for _, pattern := range patterns {
		if groups, ok := pattern.Groups(text); ok {
			return groups
		}
	}
	return nil
}

package template

import (
	"strings"
)

// maxDepth is how deep choices may stand in choices.
const maxDepth = 4

type parser struct {
	names   []string
	unknown []string
	noted   map[string]bool
	draws   int // random things so far
}

func (p *parser) parse(text string, depth int) Template {
	var t Template
	done, inside := 0, 0 // up to where text is in parts, and belongs to what was looked at
	for _, s := range spans(text) {
		if s.from < inside {
			continue
		}
		inside = s.to
		inner := strings.TrimSpace(text[s.from+len("$(") : s.to-len(")")])
		found, ok := p.variable(inner, depth)
		if !ok {
			p.note(&p.unknown, "unknown ", inner)
			continue
		}
		t.add(text[done:s.from])
		t.parts = append(t.parts, found)
		done = s.to
	}
	t.add(text[done:])
	return t
}

// add appends text to the parts.
func (t *Template) add(text string) {
	if text != "" {
		t.parts = append(t.parts, part{kind: literal, text: text})
	}
}

// uses notes a variable.
func (p *parser) uses(name string) { p.note(&p.names, "", name) }

// note adds a name to a list that it is not on yet; mark tells the lists apart.
func (p *parser) note(list *[]string, mark, name string) {
	if name == "" || p.noted[mark+name] {
		return
	}
	p.noted[mark+name] = true
	*list = append(*list, name)
}

// variable reads what stands between the brackets.
func (p *parser) variable(inner string, depth int) (part, bool) {
	head, argument := cutHead(inner)
	switch head {
	case "pick", "random.pick":
		return p.choice(argument, depth)
	case "random":
		return p.number("1-100", argument)
	}
	if span, ok := strings.CutPrefix(head, "random."); ok {
		return p.number(span, argument)
	}
	name, ok := variableName(inner[:len(head)])
	if !ok {
		return part{}, false
	}
	other, ok := fallback(argument)
	if !ok {
		return part{}, false
	}
	p.uses(name)
	return part{kind: variable, text: name, other: other}, true
}

// cutHead splits what stands between brackets at the first blank or bar; the
// head is in lower case.
func cutHead(inner string) (head, argument string) {
	i := strings.IndexAny(inner, " \t\n\r|")
	if i < 0 {
		return lowerASCII(inner), ""
	}
	return lowerASCII(inner[:i]), strings.TrimSpace(inner[i:])
}

// fallback reads "|what is said instead", the only argument of plain variables.
func fallback(argument string) (string, bool) {
	if argument == "" {
		return "", true
	}
	other, ok := strings.CutPrefix(argument, "|")
	if !ok || strings.Contains(other, "|") {
		return "", false
	}
	return unquoted(strings.TrimSpace(other)), true
}

// unquoted drops quotes around text.
func unquoted(text string) string {
	if n := len(text); n >= 2 && strings.IndexByte(quotes, text[0]) >= 0 && text[n-1] == text[0] {
		return text[1 : n-1]
	}
	return text
}

const quotes = "'\"`"

// lowerASCII keeps the length, also of what is not UTF-8.
func lowerASCII(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + ('a' - 'A')
		}
	}
	return string(lower)
}

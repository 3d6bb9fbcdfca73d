package template

import (
	"slices"
	"strings"
)

// Template is a text with variables. The zero value renders nothing. It is
// read-only.
type Template struct {
	parts   []part
	names   []string
	unknown []string
}

// part is a text, or what stands for one.
type part struct {
	kind    kind
	text    string // the text itself; a variable's name; the salt of something random
	other   string // of a variable: what is said when it is empty
	low, n  int64  // of a random number: the least one, and how many there are
	options []Template
}

type kind uint8

const (
	literal kind = iota
	variable
	number // a random one
	choice
)

// Values is what a template asks for when it is rendered.
type Values interface {
	// Value gives the value of a variable, such as "user", "1", "counter.deaths" or
	// "match.name"; false when it has none now. The name is in lower case but for what
	// follows "counter." and "match.", which is as it was written. Of "touser" false
	// means that the template works it out from "1" and "user".
	Value(name string) (string, bool)
	// Random draws from 0 to n-1. Each place of a template has a salt of its own.
	Random(n int64, salt string) int64
}

// Parse takes a text apart. It never fails: what is not a variable stays as it
// stands.
func Parse(text string) Template {
	p := parser{noted: map[string]bool{}}
	t := p.parse(text, 0)
	t.names, t.unknown = p.names, p.unknown
	return t
}

// Unknown lists what is written like a variable but is none, without its
// brackets, each once in the order of the text.
func (t Template) Unknown() []string { return slices.Clone(t.unknown) }

// Names lists the variables that the template uses, as Value is asked for them,
// each once in the order of the text; "random" and "pick" stand for all of theirs.
func (t Template) Names() []string { return slices.Clone(t.names) }

// Uses reports whether the template uses a variable, such as "usercount" or
// "counter.deaths". "counter" and "match" are used when any of theirs is.
func (t Template) Uses(name string) bool {
	return slices.ContainsFunc(t.names, func(used string) bool {
		return used == name || (name == "counter" || name == "match") && strings.HasPrefix(used, name+".")
	})
}

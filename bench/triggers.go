package main

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// What the triggers of a creator are made of. A line of commands is a name and the
// answer, a line of patterns a pattern and, behind a tab, a text that matches it.
// The last scans patterns hold no literal of three characters.
var (
	//go:embed load/commands.txt
	commandsText string
	//go:embed load/keywords.txt
	keywordsText string
	//go:embed load/patterns.tsv
	patternsText string
)

// scans is how many patterns have to be tried on every message.
const scans = 5

// repertoire is the triggers that every creator has, and texts that match each.
type repertoire struct {
	triggers []definition.Definition
	texts    [][]string // by trigger
}

// newRepertoire makes 50 commands, 200 keywords and 50 patterns, in this order,
// which is the order in which they match.
func newRepertoire() repertoire {
	var all repertoire
	for i, line := range textLines(commandsText) {
		name, answer, _ := strings.Cut(line, " ")
		all.add(command(i, name, answer), "!"+name, "!"+name+" @somebody", "!"+name+" whatever they say", "!"+strings.ToUpper(name))
	}
	for i, word := range textLines(keywordsText) {
		all.add(keyword(i, word), "does anyone know about the "+word+"?", word, "so, the "+strings.ToUpper(word)+" LULW",
			"@xQcOW "+word+" when", "i can not believe that "+word+"!!!")
	}
	for i, line := range textLines(patternsText) {
		expression, text, _ := strings.Cut(line, "\t")
		all.add(pattern(i, expression), text, strings.ToUpper(text))
	}
	return all
}

func (r *repertoire) add(d definition.Definition, texts ...string) {
	r.triggers = append(r.triggers, d)
	r.texts = append(r.texts, texts)
}

// withoutScans leaves out the patterns that have to be tried on every message.
func (r repertoire) withoutScans() []definition.Definition { return r.triggers[:len(r.triggers)-scans] }

func textLines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

// command is the trigger of a command. Half of them have the usual cooldown, the
// others a longer one; every third waits for each user, every tenth is for some
// roles only, and every fifth has an alias.
func command(i int, name, answer string) definition.Definition {
	d := definition.Definition{ID: fmt.Sprintf("command-%02d", i), Type: definition.Command, Command: name, Responses: []string{answer}}
	if i%2 == 1 {
		d.CooldownGlobal = new(float64(10 + i%3*10))
	}
	if i%3 == 0 {
		d.CooldownUser = new(30.0)
	}
	if i%10 == 9 {
		d.Roles = []string{"subscriber", "vip", "moderator"}
	}
	if i%5 == 4 {
		d.Aliases = []string{name + "s2"}
	}
	return d
}

// keyword is the trigger of a word: said anywhere, in any case, as a whole word.
func keyword(i int, word string) definition.Definition {
	return definition.Definition{
		ID: fmt.Sprintf("keyword-%03d", i), Type: definition.Keyword, Keywords: []string{word}, CooldownGlobal: new(30.0),
		Responses: []string{fmt.Sprintf("@$(user) about %s: example.org/%s", word, word)},
	}
}

// pattern is the trigger of a regular expression.
func pattern(i int, expression string) definition.Definition {
	return definition.Definition{
		ID: fmt.Sprintf("pattern-%02d", i), Type: definition.Regex, Pattern: expression, CooldownGlobal: new(15.0), CooldownUser: new(60.0),
		Responses: []string{"@$(user) see the panels below.", "@$(user) it is in the panels, $(user)."}, Pick: definition.Random,
	}
}

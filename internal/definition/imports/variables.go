package imports

import (
	"regexp"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// say takes over an answer. Variables that mean something else there are
// respelt; those that are unknown stay, with a remark, and an answer that
// another program was to compute is switched off.
func (im *importer) say(d *definition.Definition, name, text string, respell func(string) (string, *definition.Action)) {
	var unknown []string
	computed := false
	said := eachVariable(text, func(body string) (string, bool) {
		spelt, action := respell(body)
		if action != nil {
			d.Actions = append(d.Actions, *action)
		}
		word, _, _ := strings.Cut(spelt, " ")
		program, _, _ := strings.Cut(word, ".")
		if slices.Contains(elsewhere, strings.ToLower(program)) {
			computed = true
			unknown = append(unknown, program)
			return "", false
		}
		if !isKnown(spelt) {
			unknown = append(unknown, word)
			return "", false
		}
		return "$(" + spelt + ")", true
	})
	d.Responses = []string{said}
	if strings.TrimSpace(said) == "" {
		d.Responses = nil
		im.remark(name, "it says nothing")
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		im.remark(name, "variables that are unknown here stay as they stand: %s", strings.Join(slices.Compact(unknown), ", "))
	}
	if computed {
		off := false
		d.Enabled = &off
		im.remark(name, "switched off: nothing here asks other programs for an answer")
	}
}

// elsewhere are the variables whose value another program or a script computes.
var elsewhere = []string{"urlfetch", "eval", "customapi", "twitch", "js"}

// plainVariables are the names of variables without parts.
var plainVariables = []string{
	"user", "touser", "query", "args", "count", "usercount", "channel", "platform", "title", "game", "uptime", "viewers", "time",
	"clip.url", "clip.title", "cooldown", "amount", "unit", "event",
}

var partVariables = regexp.MustCompile(`^([1-9]|random\.-?\d+--?\d+|pick .*|counter\.[^ ]+|match\.\w+)$`)

func isKnown(body string) bool {
	return slices.Contains(plainVariables, strings.ToLower(body)) || partVariables.MatchString(body)
}

// eachVariable hands the inside of each $(…) and ${…} to replace and puts its
// answer there, or leaves the variable where there is none. Variables inside of
// variables belong to the outer one.
func eachVariable(text string, replace func(body string) (string, bool)) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		end := -1
		if strings.HasPrefix(text[i:], "$(") || strings.HasPrefix(text[i:], "${") {
			end = closing(text, i+1)
		}
		if end < 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		if spelt, ok := replace(strings.TrimSpace(text[i+2 : end])); ok {
			b.WriteString(spelt)
		} else {
			b.WriteString(text[i : end+1])
		}
		i = end + 1
	}
	return b.String()
}

// closing returns where the bracket at open is closed, or -1.
func closing(text string, open int) int {
	left, right := text[open], byte(')')
	if left == '{' {
		right = '}'
	}
	depth := 0
	for i := open; i < len(text); i++ {
		switch text[i] {
		case left:
			depth++
		case right:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// nightbotVariable respells a variable of Nightbot's
// (https://docs.nightbot.tv/commands/variableslist).
func nightbotVariable(body string) (string, *definition.Action) {
	switch strings.ToLower(body) {
	case "displayname", "user.displayname":
		return "user", nil
	case "querystring":
		return "query", nil
	}
	return body, nil
}

var (
	quotedPick = regexp.MustCompile(`(?i)^random\.pick\s*(.*)$`)
	quoted     = regexp.MustCompile(`'([^']*)'|"([^"]*)"|` + "`([^`]*)`")
	namedCount = regexp.MustCompile(`(?i)^(count|getcount)\s+(\S+)`)
)

// elementsVariable respells a variable of StreamElements'
// (https://docs.streamelements.com/chatbot/variables). Its user is who was named,
// or else who asks; a named count counts up as it is shown.
func elementsVariable(body string) (string, *definition.Action) {
	switch strings.ToLower(body) {
	case "user", "user.name", "touser":
		return "touser", nil
	case "sender", "sender.name", "source", "source.name":
		return "user", nil
	case "1:", "0:", "queryescape", "querystring":
		return "query", nil
	case "channel.viewers":
		return "viewers", nil
	case "channel.display_name", "channel.name":
		return "channel", nil
	case "channel.title":
		return "title", nil
	}
	if m := quotedPick.FindStringSubmatch(body); m != nil {
		var choices []string
		for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
			choices = append(choices, strings.ReplaceAll(q[1]+q[2]+q[3], "|", "/"))
		}
		if len(choices) > 0 {
			return "pick " + strings.Join(choices, "|"), nil
		}
	}
	if m := namedCount.FindStringSubmatch(body); m != nil {
		name := strings.ToLower(strings.Trim(m[2], `"'`))
		if strings.EqualFold(m[1], "count") {
			return "counter." + name, &definition.Action{Type: definition.DoCounter, Counter: name, Add: 1}
		}
		return "counter." + name, nil
	}
	return body, nil
}

package manage

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// show tells what a trigger does and for whom: its guards first, because a long
// answer is cut at its end.
func (k clerk) show(o Order) (Result, error) {
	e, err := k.find(o.Name)
	if err != nil {
		return Result{}, err
	}
	reply := fmt.Sprintf("%s (%s)", k.title(e), strings.Join(k.facts(e), ", "))
	if text := says(e); text != "" {
		reply += ": " + text
	}
	return Result{Reply: reply}, nil
}

// facts are a trigger's guards as far as they are worth telling.
func (k clerk) facts(e Entry) []string {
	d := e.Definition
	facts := []string{"for " + rolesText(d.Roles)}
	if !enabled(d) {
		facts = append(facts, "switched off")
	}
	cooldown := definition.DefaultCooldownGlobal
	if d.CooldownGlobal != nil {
		cooldown = *d.CooldownGlobal
	}
	facts = append(facts, "cooldown "+duration(max(cooldown, k.MinCooldown().Seconds())))
	if d.CooldownUser != nil && *d.CooldownUser > 0 {
		facts = append(facts, "for each "+duration(*d.CooldownUser))
	}
	if d.Cost > 0 {
		facts = append(facts, fmt.Sprintf("costs %d", d.Cost))
	}
	if len(d.Platforms) > 0 {
		facts = append(facts, "on "+platformsText(d.Platforms))
	}
	if d.StreamState == definition.Online || d.StreamState == definition.Offline {
		facts = append(facts, streamText[d.StreamState])
	}
	if len(d.Aliases) > 0 {
		facts = append(facts, "also "+k.withPrefix(d.Aliases))
	}
	return append(facts, fmt.Sprintf("used %d times", k.Uses(e.ID)))
}

// says is a trigger's answer as it was written, or what it does without one.
func says(e Entry) string {
	var texts []string
	if e.Source == BuiltIn {
		texts = append(texts, "built in")
	}
	texts = append(texts, e.Definition.Responses...)
	for _, a := range e.Definition.Actions {
		switch a.Type {
		case definition.DoReply:
			texts = append(texts, a.Text)
		case definition.DoClip:
			texts = append(texts, "makes a clip")
		case definition.DoCounter:
			texts = append(texts, "counts "+a.Counter)
		}
	}
	return strings.Join(texts, " | ")
}

// list names the commands that are switched on, not hidden, and open to who asks,
// by name, as many as there is room for.
func (k clerk) list(who Who, room int) string {
	var found []string
	for _, e := range k.List() {
		d := e.Definition
		if d.Type == definition.Command && enabled(d) && !d.Hidden && len(names(d)) > 0 && open(d.Roles, who) {
			found = append(found, k.title(e))
		}
	}
	if len(found) == 0 {
		return "there are no commands"
	}
	slices.Sort(found)
	found = slices.Compact(found)
	all := "commands: " + strings.Join(found, ", ")
	if utf8.RuneCountInString(all) <= room {
		return all
	}
	const more = " and %d more"
	for n := len(found) - 1; n > 0; n-- {
		some := "commands: " + strings.Join(found[:n], ", ") + fmt.Sprintf(more, len(found)-n)
		if utf8.RuneCountInString(some) <= room {
			return some
		}
	}
	return fmt.Sprintf("there are %d commands", len(found))
}

// open reports whether a command with these roles is for somebody. Who manages
// commands is told of all of them.
func open(roles []string, who Who) bool {
	if len(roles) == 0 || who.Manages {
		return true
	}
	for _, name := range roles {
		if role, err := chat.ParseRole(name); err == nil && (role == chat.Everyone || who.Roles.Any(role)) {
			return true
		}
	}
	return false
}

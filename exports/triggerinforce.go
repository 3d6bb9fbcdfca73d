package exports

import (
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// TriggerInForce is what the documents tell of a trigger. The whole definitions of
// thousands of creators' triggers would be most of what the exporter remembers.
type TriggerInForce struct {
	ID          string
	Type        definition.Type
	Phrase      string // what it looks for, as people write it
	Description string
	Act         string // the most that it does, as the snapshot's catalogue names it
	Enabled     bool
	Roles       chat.Roles // of which one is needed; chat.Everyone when any will do
	Cooldown    time.Duration
	// Match is how the dashboard's catalogue says that it matches; empty when that
	// cannot be said in its form. Keywords are what it matches then, in place of
	// Phrase.
	Match    string
	Keywords []string
}

// triggersInForce are the triggers that a lane evaluates by such rules.
func triggersInForce(rules *trigger.Rules) []TriggerInForce {
	infos, prefix := rules.Triggers(), rules.Settings().Prefix
	list := make([]TriggerInForce, len(infos))
	for i, info := range infos {
		d := &info.Definition
		list[i] = TriggerInForce{
			ID: info.ID, Type: typeOf(d.Type), Phrase: phraseOf(d, prefix), Description: d.Description, Act: actOf(info),
			Enabled: info.Enabled, Roles: rolesNeeded(d.Roles), Cooldown: info.Cooldown, Match: matchOf(d),
		}
		if d.Type == definition.Keyword {
			list[i].Keywords = d.Keywords
		}
	}
	return list
}

// typeOf is the constant of a type, so that none is kept for each trigger.
func typeOf(t definition.Type) definition.Type {
	for _, known := range []definition.Type{definition.Command, definition.Keyword, definition.Regex, definition.Event, definition.Threshold} {
		if t == known {
			return known
		}
	}
	return t
}

// phraseOf is what a trigger looks for, as people write it.
func phraseOf(d *definition.Definition, prefix string) string {
	if d.Command != "" && d.Type != definition.Event {
		return prefix + commandName(d.Command, prefix)
	}
	switch {
	case len(d.Keywords) > 0:
		return strings.Join(d.Keywords, ", ")
	case d.Pattern != "":
		return d.Pattern
	}
	return strings.Join(kindNames(d.Events), ", ")
}

// commandName is a command's name without the prefix that it may be written with.
func commandName(written, prefix string) string {
	name := strings.TrimSpace(written)
	for _, p := range []string{prefix, "!"} {
		if rest, ok := strings.CutPrefix(name, p); ok && rest != "" {
			return rest
		}
	}
	return name
}

func kindNames(kinds []chat.Kind) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return names
}

// What triggers do, as the catalogue of the snapshot names it.
const (
	actClip    = "clip"
	actCounter = "counter"
	actManage  = "manage"
	actPing    = "ping"
	actReply   = "reply"
)

// actOf is the most that a trigger does, by itself or by a subcommand.
func actOf(info trigger.Info) string {
	if info.Source == trigger.BuiltIn {
		switch info.ID {
		case trigger.ClipID:
			return actClip
		case trigger.PingID:
			return actPing
		}
		return actManage
	}
	actions := slices.Clone(info.Definition.Actions)
	for _, sub := range info.Definition.Subcommands {
		actions = append(actions, sub.Actions...)
	}
	does := func(kind definition.ActionType) bool {
		return slices.ContainsFunc(actions, func(a definition.Action) bool { return a.Type == kind })
	}
	switch {
	case does(definition.DoClip):
		return actClip
	case does(definition.DoCounter):
		return actCounter
	}
	return actReply
}

// matchOf says in the dashboard's form how a trigger matches. Patterns, events,
// crowds and what depends on case cannot be said in it, and hidden commands are left
// out as chat's own list leaves them out.
func matchOf(d *definition.Definition) string {
	if d.CaseSensitive || d.Match == definition.RegexIs || d.Hidden {
		return ""
	}
	switch {
	case d.Type == definition.Command, d.Type == definition.Keyword && d.Match == definition.Exact:
		return equalsIgnoringCase
	case d.Type == definition.Keyword:
		return containsIgnoringCase
	}
	return ""
}

// rolesNeeded are the roles of which one is needed; everyone when any will do.
func rolesNeeded(names []string) chat.Roles {
	var set chat.Roles
	for _, name := range names {
		role, err := chat.ParseRole(name)
		if err == nil && role == chat.Everyone {
			return chat.Everyone
		}
		if err == nil { // else the trigger is off
			set |= role
		}
	}
	return set
}

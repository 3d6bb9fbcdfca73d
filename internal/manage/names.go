package manage

import (
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// commandIDs begins the ids of triggers that orders create.
const commandIDs = "cmd:"

// name normalises a command's name as typed and refuses what cannot be one.
func (k clerk) name(typed string) (string, error) {
	name := k.plain(typed)
	switch {
	case name == "":
		return "", refuse("%s is not a name", shown(typed))
	case len(name) > definition.MaxNameBytes:
		return "", refuse("%s is too long for a name: %d letters are enough", shown(typed), definition.MaxNameBytes)
	case strings.HasPrefix(name, match.Name(k.Prefix())):
		return "", refuse("%s has one %s too many", shown(typed), k.Prefix())
	}
	return name, nil
}

// plain is a name as it is compared: without prefix, normalised.
func (k clerk) plain(typed string) string {
	return match.Name(strings.TrimPrefix(typed, k.Prefix()))
}

// find finds a trigger by a command's name or alias, or by its id: keywords,
// patterns and events have no name.
func (k clerk) find(typed string) (Entry, error) {
	name := k.plain(typed)
	if e, ok := k.ByName(name); ok {
		return e, nil
	}
	for _, e := range k.List() {
		if e.ID == typed {
			return e, nil
		}
	}
	for _, e := range k.Removed() {
		if e.ID == typed || k.named(e.Definition, name) {
			return Entry{}, refuse("%s was removed: cmd reset %s brings it back", k.title(e), shown(typed))
		}
	}
	return Entry{}, refuse("there is no command %s", shown(typed))
}

// free refuses a name that some other trigger than the one with that id has.
func (k clerk) free(name, id string) error {
	e, taken := k.ByName(name)
	switch {
	case !taken || e.ID == id:
		return nil
	case k.plain(e.Definition.Command) == name:
		return refuse("%s%s exists already: cmd edit changes it", k.Prefix(), name)
	default:
		return refuse("%s%s is another name of %s already", k.Prefix(), name, k.title(e))
	}
}

// named reports whether a command has a name, also as an alias.
func (k clerk) named(d definition.Definition, name string) bool {
	for _, own := range names(d) {
		if k.plain(own) == name {
			return true
		}
	}
	return false
}

// names are a command's name and aliases, as written down.
func names(d definition.Definition) []string {
	if d.Command == "" || d.Match == definition.RegexIs {
		return nil
	}
	return append([]string{d.Command}, d.Aliases...)
}

// title is what a trigger is called in answers: a command by its name with the
// prefix, others by their id.
func (k clerk) title(e Entry) string {
	if len(names(e.Definition)) == 0 {
		return e.ID
	}
	return k.Prefix() + strings.TrimPrefix(e.Definition.Command, k.Prefix())
}

package imports

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// nightbotCommand is a custom command as Nightbot's API lists it
// (https://api-docs.nightbot.tv, GET /1/commands).
type nightbotCommand struct {
	Name      string  `json:"name"`
	Message   string  `json:"message"`
	Cooldown  float64 `json:"coolDown"` // seconds, for all
	UserLevel string  `json:"userLevel"`
	Alias     string  `json:"alias"` // another command, called with message as its arguments
	Count     int64   `json:"count"`
}

func (im *importer) nightbot(list []json.RawMessage) error {
	commands := make([]nightbotCommand, len(list))
	for i, raw := range list {
		if err := json.Unmarshal(raw, &commands[i]); err != nil {
			return fmt.Errorf("read Nightbot's command %d: %w", i+1, err)
		}
	}
	im.nightbotCommands(commands)
	return nil
}

func (im *importer) nightbotCommands(commands []nightbotCommand) {
	im.Format = Nightbot
	at := map[string]int{} // of definitions, by name
	for _, c := range commands {
		if c.Alias != "" {
			continue
		}
		d := definition.Definition{ID: im.id("", c.Name), CreatorID: im.creator}
		sought(&d, c.Name)
		im.level(&d, c)
		d.CooldownGlobal = &c.Cooldown
		im.say(&d, c.Name, c.Message, nightbotVariable)
		if c.Count > 0 {
			im.remark(c.Name, "its count of %d begins again", c.Count)
		}
		at[strings.ToLower(c.Name)] = len(im.Definitions)
		im.Definitions = append(im.Definitions, d)
	}
	for _, c := range commands {
		if c.Alias != "" {
			im.nightbotAlias(c, at)
		}
	}
}

func (im *importer) level(d *definition.Definition, c nightbotCommand) {
	roles, ok := definition.RolesOfUserLevel(c.UserLevel)
	if !ok {
		im.remark(c.Name, "for moderators: there is no user level %q here", c.UserLevel)
		roles, _ = definition.RolesOfUserLevel("moderator")
	}
	if roles[0] != "everyone" {
		d.Roles = roles
	}
}

// nightbotAlias takes over an alias that calls another command with what it was
// called with. Others give the command words of their own, which aliases cannot.
func (im *importer) nightbotAlias(c nightbotCommand, at map[string]int) {
	i, ok := at[strings.ToLower(c.Alias)]
	plain := strings.TrimSpace(c.Message)
	switch {
	case !ok:
		im.remark(c.Name, "not taken over: it is an alias of %s, which is not in the file", c.Alias)
	case plain != "" && plain != "$(query)" && plain != "${query}":
		im.remark(c.Name, "not taken over: it calls %s with words of its own", c.Alias)
	case im.Definitions[i].Type != definition.Command || !strings.HasPrefix(c.Name, "!"):
		im.remark(c.Name, "not taken over: only commands that begin with ! can have aliases")
	case len(im.Definitions[i].Aliases) >= definition.MaxAliases:
		im.remark(c.Name, "not taken over: %s has %d aliases already", c.Alias, definition.MaxAliases)
	default:
		im.Definitions[i].Aliases = append(im.Definitions[i].Aliases, c.Name)
		im.remark(c.Name, "an alias of %s now, with its cooldown and roles", c.Alias)
	}
}

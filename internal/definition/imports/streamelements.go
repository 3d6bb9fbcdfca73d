package imports

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// elementsCommand is a command as StreamElements' API lists it
// (https://dev.streamelements.com, GET /bot/commands/{channel}).
type elementsCommand struct {
	Command     string   `json:"command"` // without prefix
	Reply       string   `json:"reply"`
	Aliases     []string `json:"aliases"`
	Keywords    []string `json:"keywords"`
	Regex       string   `json:"regex"`
	AccessLevel *int     `json:"accessLevel"`
	Cooldown    struct {
		User   float64 `json:"user"`
		Global float64 `json:"global"`
	} `json:"cooldown"` // seconds
	Cost    int64  `json:"cost"`
	Type    string `json:"type"` // say, reply or whisper
	Enabled *bool  `json:"enabled"`
	Online  *bool  `json:"enabledOnline"`
	Offline *bool  `json:"enabledOffline"`
	Hidden  bool   `json:"hidden"`
	Count   int64  `json:"count"`
}

func (im *importer) streamElements(list []json.RawMessage) error {
	commands := make([]elementsCommand, len(list))
	for i, raw := range list {
		if err := json.Unmarshal(raw, &commands[i]); err != nil {
			return fmt.Errorf("read StreamElements' command %d: %w", i+1, err)
		}
	}
	im.elementsCommands(commands)
	return nil
}

func (im *importer) elementsCommands(commands []elementsCommand) {
	im.Format = StreamElements
	for _, c := range commands {
		name := strings.TrimLeft(strings.TrimSpace(c.Command), "!")
		d := im.elementsCommon(c, name)
		d.ID, d.Type, d.Command = im.id("", name), definition.Command, "!"+name
		for i, alias := range c.Aliases {
			if i >= definition.MaxAliases {
				im.remark(name, "the aliases from %s on are left out, %d are the most", alias, definition.MaxAliases)
				break
			}
			d.Aliases = append(d.Aliases, "!"+strings.TrimLeft(strings.TrimSpace(alias), "!"))
		}
		im.Definitions = append(im.Definitions, d)
		im.elementsAlso(c, d, name)
	}
}

// elementsAlso adds the triggers for keywords and a pattern that a command can
// have besides its name. They share its cooldown as a group.
func (im *importer) elementsAlso(c elementsCommand, d definition.Definition, name string) {
	words := d
	words.Command, words.Aliases = "", nil
	if keywords := nonBlank(c.Keywords); len(keywords) > 0 {
		words.ID, words.Type, words.Keywords = im.id("", name+"-keywords"), definition.Keyword, keywords
		words.Match = definition.Contains // as StreamElements looks for them
		im.Definitions = append(im.Definitions, words)
		im.remark(name, "its keywords are a trigger of their own, %s, with a cooldown of its own", words.ID)
	}
	if pattern := strings.TrimSpace(c.Regex); pattern != "" {
		words.ID, words.Type, words.Keywords, words.Match, words.Pattern = im.id("", name+"-pattern"), definition.Regex, nil, "", pattern
		im.Definitions = append(im.Definitions, words)
		im.remark(name, "its pattern is a trigger of its own, %s, with a cooldown of its own", words.ID)
	}
}

func nonBlank(list []string) []string {
	var kept []string
	for _, text := range list {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// elementsCommon takes over everything but what is looked for.
func (im *importer) elementsCommon(c elementsCommand, name string) definition.Definition {
	d := definition.Definition{CreatorID: im.creator, Hidden: c.Hidden, Cost: c.Cost, ReplyMode: definition.AsSay}
	d.CooldownGlobal = &c.Cooldown.Global
	if c.Cooldown.User > 0 {
		d.CooldownUser = &c.Cooldown.User
	}
	if level := c.AccessLevel; level != nil && *level > 100 {
		d.Roles = definition.RolesOfLevel(*level)
	}
	online, offline := c.Online == nil || *c.Online, c.Offline == nil || *c.Offline
	switch {
	case online && !offline:
		d.StreamState = definition.Online
	case offline && !online:
		d.StreamState = definition.Offline
	}
	if c.Enabled != nil && !*c.Enabled || !online && !offline {
		off := false
		d.Enabled = &off
	}
	switch strings.ToLower(c.Type) {
	case "reply":
		d.ReplyMode = definition.AsReply
	case "whisper":
		im.remark(name, "answers in chat: nothing here whispers")
	}
	if c.Count > 0 {
		im.remark(name, "its count of %d begins again", c.Count)
	}
	im.say(&d, name, c.Reply, elementsVariable)
	return d
}

package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// fromDefault is the source of what nobody said.
const fromDefault = "default"

// Effective is a document as it is in force.
type Effective struct {
	Document string    `json:"document"` // such as "system"
	File     string    `json:"file"`     // it was read from; "" when there is none
	Settings []Setting `json:"settings"`
}

// Effective returns the configuration as it is in force, document by document,
// with where each value comes from. Secrets, and addresses and commands in which
// one could be, are redacted. Triggers are not among it: the engine's view of
// them is another one.
func (c *Config) Effective() []Effective {
	var all []Effective
	add := func(document string, settings []Setting) {
		for i := range settings {
			settings[i].Value = c.plain(settings[i].Value)
		}
		all = append(all, Effective{document, c.checked[document].file, settings})
	}
	add("system", slices.Clone(c.Settings))
	add("platforms", c.platformSettings())
	var creators []Setting
	for i := range c.Creators {
		for _, s := range c.creatorSettings(&c.Creators[i]) {
			s.Name = c.Creators[i].ID + "." + s.Name
			creators = append(creators, s)
		}
	}
	add("creators", creators)
	for _, name := range []string{"tiers", "ratelimits"} {
		add(name, c.asWritten(name))
	}
	discord := flatten(tree(c.Discord), nil)
	for i := range discord {
		discord[i].Source = c.checked["discord"].file
	}
	if c.checked["discord"].valid {
		add("discord", discord)
	}
	return all
}

// CreatorSettings returns what holds for a creator, in the order of the keys'
// names, with where it comes from; see Effective.
func (c *Config) CreatorSettings(creator *Creator) []Setting {
	settings := c.creatorSettings(creator)
	for i := range settings {
		settings[i].Value = c.plain(settings[i].Value)
	}
	return settings
}

// asWritten are the values of a document for which there are no defaults.
func (c *Config) asWritten(document string) []Setting {
	d := c.checked[document]
	settings := flatten(d.value, nil)
	for i := range settings {
		settings[i].Source = d.file
	}
	return settings
}

// flatten lists the values in an object by their paths.
func flatten(object map[string]any, path []string) []Setting {
	var settings []Setting
	for _, key := range slices.Sorted(maps.Keys(object)) {
		at := append(slices.Clone(path), key)
		if inner, ok := object[key].(map[string]any); ok && len(inner) > 0 {
			settings = append(settings, flatten(inner, at)...)
			continue
		}
		settings = append(settings, Setting{Name: strings.Join(at, "."), Value: object[key]})
	}
	return settings
}

func (c *Config) platformSettings() []Setting {
	var settings []Setting
	for _, p := range c.Platforms {
		entry := c.platformEntry(p)
		add := func(key string, value any, written ...string) {
			s := Setting{Name: p.Name + "." + key, Value: value, Source: fromDefault}
			if said(entry, written...) || strings.HasSuffix(p.Source, overridesName+".json") && written[0] == "state" {
				s.Source = p.Source
			}
			settings = append(settings, s)
		}
		add("state", string(p.State), "state", "enabled")
		add("telemetry_enabled", p.Telemetry, "telemetry_enabled")
		if p.State == Paused {
			add("paused_reason", p.PausedReason, "paused_reason")
		}
		var endpoints map[string]any
		switch p.Name {
		case "twitch":
			endpoints = tree(p.Twitch)
			add("send_through", first(string(p.SendThrough), string(ThroughChat)), "send_through")
		case "youtube":
			endpoints = tree(p.YouTube)
		case "kick":
			endpoints = tree(p.Kick)
			add("webhooks.listen", p.KickWebhooks.Listen, "webhooks.listen")
		}
		for _, e := range flatten(endpoints, nil) {
			add("endpoints."+e.Name, e.Value, "endpoints."+e.Name)
		}
	}
	return settings
}

// platformEntry is what the documents say about a platform.
func (c *Config) platformEntry(p Platform) map[string]any {
	list, _ := c.checked["platforms"].value["platforms"].([]any)
	for _, e := range list {
		entry, _ := e.(map[string]any)
		if entry["name"] == p.Name || entry["platform"] == p.Name {
			return entry
		}
	}
	entry, _ := c.checked["services"].value[p.Name].(map[string]any)
	return entry
}

// said reports whether an entry has one of these keys, given as paths.
func said(entry map[string]any, paths ...string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return at(entry, strings.Split(path, ".")) != nil })
}

// plain is a value without what could be a secret in it.
func (c *Config) plain(value any) any {
	switch v := value.(type) {
	case string:
		return c.plainText(v)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = c.plain(e)
		}
		return list
	case []string:
		list := make([]string, len(v))
		for i, e := range v {
			list[i] = c.plainText(e)
		}
		return list
	}
	return value
}

// PlainText returns a text without secrets that the configuration knows, and an
// address without the password and the query that it may hold.
func (c *Config) PlainText(text string) string { return c.plainText(text) }

func (c *Config) plainText(text string) string {
	// Shorter ones are no secrets, and parts of many words.
	const shortest = 4
	for _, secret := range c.secrets {
		if len(secret) >= shortest {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User == nil && u.RawQuery == "" {
		return text
	}
	bare := u.Scheme + "://"
	if u.User != nil {
		bare += redacted + "@"
	}
	bare += u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		bare += "?" + redacted
	}
	return bare
}

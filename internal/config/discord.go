package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Discord is discord.json in its normal form, whichever of the older ones it is
// written in. Everything is off, and every channel missing, unless it says
// otherwise.
type Discord struct {
	Admins []string                `json:"admins"` // user ids, sorted; see also Administrators
	Guilds map[string]DiscordGuild `json:"guilds"` // by id
}

// DiscordGuild is what holds for one server.
type DiscordGuild struct {
	Logging       DiscordLogging       `json:"logging"`
	Notifications DiscordNotifications `json:"notifications"`
}

// DiscordLogging says where a server's log messages go.
type DiscordLogging struct {
	Enabled bool      `json:"enabled"`
	Channel ChannelID `json:"channel_id"`
}

// Target returns the channel that log messages go to, or "" for none.
func (d DiscordLogging) Target() ChannelID {
	if !d.Enabled {
		return ""
	}
	return d.Channel
}

// DiscordNotifications says where a server is told of what.
type DiscordNotifications struct {
	// Enabled is nil where the document does not say, as in what the desktop
	// console writes: that switches nothing off that was on, and nothing on.
	Enabled *bool                     `json:"enabled,omitempty"`
	General DiscordChannel            `json:"general"`
	Clips   map[string]DiscordChannel `json:"clips"` // by platform
}

// DiscordChannel is a channel, as the normal form writes it.
type DiscordChannel struct {
	Channel ChannelID `json:"channel_id"`
}

// GeneralTarget returns the channel for whatever has none of its own, or "".
func (d DiscordNotifications) GeneralTarget() ChannelID { return d.target(d.General) }

// ClipsTarget returns the channel that is told of a platform's clips, or "".
func (d DiscordNotifications) ClipsTarget(platform string) ChannelID {
	return d.target(d.Clips[platform])
}

func (d DiscordNotifications) target(channel DiscordChannel) ChannelID {
	if d.Enabled == nil || !*d.Enabled {
		return ""
	}
	return channel.Channel
}

// ChannelID is the id of a channel, as digits; "" is null.
type ChannelID string

var digits = regexp.MustCompile(`^[0-9]{1,20}$`)

// UnmarshalJSON implements json.Unmarshaler. Numbers become text; what is no id
// becomes "".
func (c *ChannelID) UnmarshalJSON(data []byte) error {
	var id idText
	if err := id.UnmarshalJSON(data); err != nil {
		return err
	}
	*c = ""
	if digits.MatchString(string(id)) {
		*c = ChannelID(id)
	}
	return nil
}

// MarshalJSON implements json.Marshaler.
func (c ChannelID) MarshalJSON() ([]byte, error) {
	if c == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(c))
}

// Administrators returns the user ids of everybody who administers Discord,
// sorted: those of discord.json, those of creators.json, and creators who are
// administrators.
func (c *Config) Administrators() []string {
	all := slices.Clone(c.Discord.Admins)
	var raw struct {
		Admins []ChannelID `json:"discord_admins"`
	}
	if data, err := json.Marshal(c.checked["creators"].value); err == nil {
		_ = json.Unmarshal(data, &raw) // the schema has checked the form
	}
	for _, id := range raw.Admins {
		all = append(all, string(id))
	}
	for _, creator := range c.Creators {
		if creator.IsAdmin {
			all = append(all, creator.DiscordUserID)
		}
	}
	return idList(all)
}

// idList is sorted, each id once, without what is no id.
func idList(all []string) []string {
	ids := slices.DeleteFunc(append([]string{}, all...), func(id string) bool { return !digits.MatchString(id) })
	slices.Sort(ids)
	return slices.Compact(ids)
}

// discordPlatforms are the platforms whose clips a channel can be told of.
func discordPlatforms() []string { return []string{"kick", "pilled", "rumble", "twitch", "youtube"} }

type rawDiscord struct {
	Admins []ChannelID         `json:"admins"`
	Guilds map[string]rawGuild `json:"guilds"`
}

// rawGuild is a server in all spellings that are accepted: the normal form, or
// everything flat.
type rawGuild struct {
	Logging struct {
		Enabled *bool     `json:"enabled"`
		Channel ChannelID `json:"channel_id"`
	} `json:"logging"`
	Notifications  map[string]json.RawMessage `json:"notifications"`
	LoggingEnabled bool                       `json:"logging_enabled"`
	LoggingChannel ChannelID                  `json:"logging_channel_id"`

	flat map[string]json.RawMessage
}

// UnmarshalJSON implements json.Unmarshaler; it keeps the flat spellings, whose
// names hold a platform's.
func (g *rawGuild) UnmarshalJSON(data []byte) error {
	type plain rawGuild
	if err := json.Unmarshal(data, (*plain)(g)); err != nil {
		return err
	}
	return json.Unmarshal(data, &g.flat)
}

func (g rawGuild) guild() DiscordGuild {
	guild := DiscordGuild{
		Logging:       DiscordLogging{Enabled: or(g.Logging.Enabled, g.LoggingEnabled), Channel: either(g.Logging.Channel, g.LoggingChannel)},
		Notifications: DiscordNotifications{Clips: map[string]DiscordChannel{}},
	}
	n := &guild.Notifications
	_ = json.Unmarshal(g.Notifications["enabled"], &n.Enabled) // absent stays nil
	n.General.Channel = either(channel(g.Notifications["general"]), channel(g.flat["notifications_general"]))
	var clips map[string]json.RawMessage
	_ = json.Unmarshal(g.Notifications["clips"], &clips) // absent is none
	for _, p := range discordPlatforms() {
		id := either(channel(clips[p]), channel(g.Notifications[p+"_clips"]), channel(g.flat["notifications_"+p+"_clips"]))
		n.Clips[p] = DiscordChannel{id}
	}
	return guild
}

// channel reads an id that stands alone, or in an object.
func channel(raw json.RawMessage) ChannelID {
	if len(raw) == 0 {
		return ""
	}
	var boxed DiscordChannel
	if raw[0] == '{' {
		_ = json.Unmarshal(raw, &boxed) // the schema has checked the form
		return boxed.Channel
	}
	_ = json.Unmarshal(raw, &boxed.Channel)
	return boxed.Channel
}

func either(ids ...ChannelID) ChannelID {
	for _, id := range ids {
		if id != "" {
			return id
		}
	}
	return ""
}

// normalDiscord reads a document, in whichever form, after its schema did.
func normalDiscord(object map[string]any) (Discord, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return Discord{}, fmt.Errorf("write discord.json: %w", err)
	}
	var root struct {
		Discord *rawDiscord `json:"discord"`
		rawDiscord
	}
	if err := json.Unmarshal(data, &root); err != nil {
		return Discord{}, fmt.Errorf("read discord.json: %w", err)
	}
	raw := root.rawDiscord
	if root.Discord != nil {
		raw = *root.Discord
	}
	d := Discord{Guilds: map[string]DiscordGuild{}}
	var admins []string
	for _, id := range raw.Admins {
		admins = append(admins, string(id))
	}
	d.Admins = idList(admins)
	for _, id := range slices.Sorted(maps.Keys(raw.Guilds)) {
		d.Guilds[id] = raw.Guilds[id].guild()
	}
	return d, nil
}

// loadDiscord reads discord.json, which nobody needs to have.
func (l *loader) loadDiscord() (Discord, document) {
	d := l.readOptional("discord", "discord.json", policy{Info, Warning, Warning, "nothing is known of Discord"})
	if d.value["discord"] != nil {
		for _, key := range []string{"admins", "guilds"} {
			if d.value[key] != nil {
				l.add(Problem{File: d.file, Path: "$." + key, Found: key + " beside discord", Allowed: key + " in discord",
					Remedy: "what is in discord is used", Severity: Warning, Kind: Advice})
			}
		}
	}
	discord, err := normalDiscord(d.value)
	if err != nil {
		l.add(Problem{File: d.file, Path: "$", Found: err.Error(), Allowed: l.schemas.allowed(schemaURN + d.name),
			Remedy: "nothing is known of Discord", Severity: Warning, Kind: Invalid})
		return Discord{Admins: []string{}, Guilds: map[string]DiscordGuild{}}, d
	}
	return discord, d
}

package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// creatorValues collects what holds for a creator.
type creatorValues struct {
	file     string
	entry    map[string]any // as it is written
	settings []Setting
}

// add adds a value. It comes from the creator's entry when that has one of the
// keys, which are the name itself when none are given, else from elsewhere.
func (v *creatorValues) add(name string, value any, elsewhere string, keys ...string) {
	if len(keys) == 0 {
		keys = []string{name}
	}
	source := elsewhere
	if said(v.entry, keys...) {
		source = v.file
	}
	v.settings = append(v.settings, Setting{Name: name, Value: value, Source: source})
}

// addSet is add for what has no default: it is left out when nobody said it.
func (v *creatorValues) addSet(name, value string, keys ...string) {
	if value != "" {
		v.add(name, value, fromDefault, keys...)
	}
}

func (c *Config) creatorSettings(creator *Creator) []Setting {
	d := c.checked["creators"]
	v := &creatorValues{file: d.file, entry: creatorEntry(d, creator.ID)}
	v.add("display_name", creator.DisplayName, fromDefault)
	v.add("enabled", creator.Enabled, fromDefault, "enabled", "disabled")
	v.add("tier", creator.Tier, fromDefault)
	for _, p := range creator.platformNames() {
		v.add("platforms."+p, creator.Platforms[p], platformSource(v, p), "platforms."+p, "platforms_enabled."+p)
	}
	v.addSet("notes", creator.Notes)
	v.addSet("twitch_channel", creator.TwitchChannel, "twitch_channel", "platforms.twitch.channel")
	v.add("twitch_account", creator.TwitchAccount, labelSource(OptTwitchToken, creator.TwitchAccount))
	v.addSet("youtube_channel", creator.YouTubeChannel, "youtube_channel", "platforms.youtube.channel")
	v.addSet("youtube_video", creator.YouTubeVideo)
	v.add("youtube_account", creator.YouTubeAccount, labelSource(OptYouTubeRefreshToken, creator.YouTubeAccount))
	v.addSet("kick_channel", creator.KickChannel, "kick_channel", "platforms.kick.channel")
	v.addSet("kick_chatroom_id", creator.KickChatroomID)
	v.add("kick_account", creator.KickAccount, labelSource(OptKickRefreshToken, creator.KickAccount))
	v.addSet("rumble_channel_url", creator.Rumble.ChannelURL)
	v.addSet("rumble_manual_watch_url", creator.Rumble.WatchURL, "rumble_manual_watch_url", "platforms.rumble.watch_url")
	v.addSet("rumble_livestream_api_env_key", creator.Rumble.APIEnvKey)
	v.addSet("rumble_chat_channel_id", creator.Rumble.ChatID)
	v.addSet("discord_user_id", creator.DiscordUserID)
	v.add("is_admin", creator.IsAdmin, fromDefault)
	v.addSet("capture.url", creator.Capture.URL)
	if command := creator.Capture.Command; len(command) > 0 {
		v.add("capture.command", withoutArguments(command), fromDefault)
	}
	if len(creator.Capture.From) > 0 {
		v.add("capture.from", []CaptureFrom(creator.Capture.From), fromDefault)
	}
	v.addSet("capture.quality", creator.Capture.Quality)
	if len(creator.Capture.Platform) > 0 {
		v.add("capture.platform", []chat.Platform(creator.Capture.Platform), fromDefault)
	}
	c.addClips(v, creator)
	v.add("chat.record", creator.Chat.Record, fromDefault)
	v.add("chat.prefix", first(creator.Chat.Prefix, "!"), fromDefault)
	v.add("chat.long_texts", first(creator.Chat.LongTexts, c.System.LongTexts), c.sourceOfSetting("chat.long_texts"), "chat.long_texts")
	v.add("chat.number_parts", or(creator.Chat.NumberParts, c.System.NumberParts), c.sourceOfSetting("chat.number_parts"), "chat.number_parts")
	v.add("points.start", creator.Points.Start, fromDefault)
	if v.addSet("time_zone", creator.TimeZone); creator.TimeZone == "" {
		v.settings = append(v.settings, Setting{Name: "time_zone", Value: "UTC", Source: fromDefault})
	}
	v.add("ignored_logins", append([]string{}, creator.IgnoredLogins...), fromDefault)
	slices.SortFunc(v.settings, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return v.settings
}

// addClips adds the settings of clips, which system.json has for everybody.
func (c *Config) addClips(v *creatorValues, creator *Creator) {
	own, all := creator.Clips, c.System.Clips
	add := func(name string, value any, keys ...string) {
		name = "clips." + name
		elsewhere := fromDefault
		for _, key := range append(keys, name) {
			if source := c.sourceOfSetting(key); source != fromDefault {
				elsewhere = source
			}
		}
		v.add(name, value, elsewhere, append(keys, name)...)
	}
	add("seconds", int(or(own.Seconds, whole(all.Seconds))))
	add("post_roll_seconds", or(own.PostRollSeconds, all.PostRollSeconds))
	add("latency_seconds", own.latency(all).plain())
	add("coalesce_seconds", or(own.CoalesceSeconds, all.CoalesceSeconds))
	add("destinations", own.destinations(all), "clips.default_destination.platform", "clips.destination")
	for _, s := range flatten(tree(c.Video(creator)), nil) {
		add("youtube."+s.Name, s.Value)
	}
}

// sourceOfSetting says where a setting of system.json comes from.
func (c *Config) sourceOfSetting(name string) string {
	for _, s := range c.Settings {
		if s.Name == name {
			return s.Source
		}
	}
	return fromDefault
}

// creatorEntry is a creator's entry as it is written.
func creatorEntry(d document, id string) map[string]any {
	list, _ := d.value["creators"].([]any)
	for _, e := range list {
		if entry, _ := e.(map[string]any); entry["creator_id"] == id {
			return entry
		}
	}
	return nil
}

// platformNames are the known platforms and those that the creator names.
func (c *Creator) platformNames() []string {
	names := slices.Collect(maps.Keys(c.Platforms))
	for _, p := range chat.Platforms {
		names = append(names, string(p))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// platformSource is the file where the creator's platforms are a list with this
// one in it.
func platformSource(v *creatorValues, platform string) string {
	list, _ := v.entry["platforms"].([]any)
	for _, e := range list {
		entry, _ := e.(map[string]any)
		if e == platform || entry["name"] == platform || entry["platform"] == platform {
			return v.file
		}
	}
	return fromDefault
}

// labelSource is the variable from whose name a label was taken.
func labelSource(name, label string) string {
	if label == "" {
		return fromDefault
	}
	return labelled(name, label)
}

// withoutArguments is a command whose arguments may hold secrets.
func withoutArguments(command []string) []string {
	if len(command) == 1 {
		return command
	}
	return []string{command[0], redacted}
}

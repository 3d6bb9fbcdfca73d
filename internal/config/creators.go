package config

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	// Time zones are needed on hosts without a zone database.
	_ "time/tzdata"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Creator is one creator, as creators.json describes them.
type Creator struct {
	ID            string          `json:"creator_id"`
	DisplayName   string          `json:"display_name"` // the id when none is given
	Enabled       bool            `json:"enabled"`
	Tier          string          `json:"tier"`
	Platforms     map[string]bool `json:"platforms"` // what is not there is off
	Notes         string          `json:"notes,omitempty"`
	TwitchChannel string          `json:"twitch_channel"` // login in lower case; default: the id in lower case
	// TwitchAccount is the label of the bot account that serves the channel;
	// empty is the account without a label.
	TwitchAccount string `json:"twitch_account,omitempty"`
	// YouTubeChannel is the channel's id (UC…) or its @handle; empty when YouTube
	// is off.
	YouTubeChannel string `json:"youtube_channel,omitempty"`
	// YouTubeAccount is the label of the account that publishes there and writes
	// in its chat.
	YouTubeAccount string `json:"youtube_account,omitempty"`
	// YouTubeVideo is the id of the one broadcast whose chat is read; empty: it is
	// found.
	YouTubeVideo string `json:"youtube_video,omitempty"`
	KickChannel  string `json:"kick_channel,omitempty"` // slug in lower case; empty when Kick is off
	// KickChatroomID spares asking Kick's site for it, which refuses many
	// programs; digits, or empty.
	KickChatroomID string         `json:"kick_chatroom_id,omitempty"`
	KickAccount    string         `json:"kick_account,omitempty"` // label of the account that sends there
	Rumble         RumbleSettings `json:"rumble,omitzero"`
	Capture        Capture        `json:"capture,omitzero"`
	Clips          CreatorClips   `json:"clips,omitzero"`
	DiscordUserID  string         `json:"discord_user_id,omitempty"`
	IsAdmin        bool           `json:"is_admin,omitempty"`
	Limits         map[string]any `json:"limits,omitempty"` // as written, the last layer; see Config.Limits
	Chat           CreatorChat    `json:"chat,omitzero"`
	Points         CreatorPoints  `json:"points,omitzero"`
	TimeZone       string         `json:"time_zone,omitempty"`      // IANA name; empty is UTC
	IgnoredLogins  []string       `json:"ignored_logins,omitempty"` // in lower case; their messages trigger nothing
}

// CreatorChat is how a creator's chat is served.
type CreatorChat struct {
	// Record keeps names and texts of chat in the event log; ids are kept always.
	Record bool   `json:"record,omitempty"`
	Prefix string `json:"prefix,omitempty"` // in front of commands; empty is "!"
	// LongTexts says what becomes of texts that a platform does not take: split or cut;
	// empty is system.json's.
	LongTexts   string `json:"long_texts,omitempty"`
	NumberParts *bool  `json:"number_parts,omitempty"` // whether the parts of split texts are numbered; nil is system.json's
}

// CreatorPoints are the points that viewers spend.
type CreatorPoints struct {
	Start whole `json:"start,omitempty"` // what everybody has at first
}

// On reports whether the creator wants that platform.
func (c *Creator) On(p chat.Platform) bool { return c.Platforms[string(p)] }

// RumbleSettings are a creator's settings for Rumble.
type RumbleSettings struct {
	ChannelURL string `json:"channel_url,omitempty"`
	WatchURL   string `json:"manual_watch_url,omitempty"`
	APIEnvKey  string `json:"livestream_api_env_key,omitempty"` // name of the environment variable
	ChatID     string `json:"chat_channel_id,omitempty"`
}

// CreatorClips are a creator's own clip settings; nil and empty mean the ones
// of system.json.
type CreatorClips struct {
	Seconds         *whole   `json:"seconds,omitempty"`
	PostRollSeconds *float64 `json:"post_roll_seconds,omitempty"`
	LatencySeconds  *Latency `json:"latency_seconds,omitempty"`
	CoalesceSeconds *float64 `json:"coalesce_seconds,omitempty"`
	Destination     string   `json:"destination,omitempty"`
	// Destinations win over Destination.
	Destinations []string     `json:"destinations,omitempty"`
	YouTube      CreatorVideo `json:"youtube,omitzero"`
}

// destinations returns where the creator's clips are published, the first one
// first.
func (c CreatorClips) destinations(system ClipSystem) []string {
	switch {
	case len(c.Destinations) > 0:
		return c.Destinations
	case c.Destination != "":
		return []string{c.Destination}
	default:
		return system.Destinations
	}
}

// rawCreator is an entry of creators.json, in all spellings that are accepted.
type rawCreator struct {
	CreatorID        string          `json:"creator_id"`
	DisplayName      string          `json:"display_name"`
	Enabled          *bool           `json:"enabled"`
	Disabled         bool            `json:"disabled"`
	Tier             string          `json:"tier"`
	Platforms        json.RawMessage `json:"platforms"`
	PlatformsEnabled map[string]bool `json:"platforms_enabled"`
	Limits           map[string]any  `json:"limits"`
	Notes            string          `json:"notes"`
	RumbleChannelURL string          `json:"rumble_channel_url"`
	RumbleWatchURL   string          `json:"rumble_manual_watch_url"`
	RumbleEnvKey     string          `json:"rumble_livestream_api_env_key"`
	RumbleChatID     string          `json:"rumble_chat_channel_id"`
	YouTubeChannel   string          `json:"youtube_channel"`
	YouTubeAccount   string          `json:"youtube_account"`
	YouTubeVideo     string          `json:"youtube_video"`
	KickChannel      string          `json:"kick_channel"`
	KickChatroomID   idText          `json:"kick_chatroom_id"`
	KickAccount      string          `json:"kick_account"`
	TwitchChannel    string          `json:"twitch_channel"`
	TwitchAccount    string          `json:"twitch_account"`
	DiscordUserID    idText          `json:"discord_user_id"`
	IsAdmin          bool            `json:"is_admin"`
	Capture          Capture         `json:"capture"`
	Clips            CreatorClips    `json:"clips"`
	Chat             CreatorChat     `json:"chat"`
	Points           CreatorPoints   `json:"points"`
	TimeZone         string          `json:"time_zone"`
	IgnoredLogins    []string        `json:"ignored_logins"`
}

// idText is a 64-bit id, written as text or as a number.
type idText string

// UnmarshalJSON implements json.Unmarshaler.
func (t *idText) UnmarshalJSON(data []byte) error {
	if string(data) != "null" {
		*t = idText(strings.Trim(string(data), `"`))
	}
	return nil
}

var (
	sixCharacters = regexp.MustCompile(`^[A-Za-z0-9]{6}$`)
	twitchLogin   = regexp.MustCompile(`^[a-z0-9_]{1,25}$`)
)

// loadCreators reads creators.json, or the override in its place.
func (l *loader) loadCreators() ([]Creator, document) {
	d := l.readOverridable("creators", policy{Warning, Warning, Warning, "no creators are served"})
	var raw struct {
		Creators []rawCreator `json:"creators"`
	}
	l.decode(d, &raw)
	creators := make([]Creator, 0, len(raw.Creators))
	for i, r := range raw.Creators {
		c := r.creator()
		if slices.ContainsFunc(creators, func(o Creator) bool { return o.ID == c.ID }) {
			l.add(Problem{File: d.file, Path: "$.creators", Found: "creator_id " + quoteShort(c.ID) + " more than once",
				Allowed: "each creator_id once", Remedy: "only the first entry is used", Severity: Warning, Kind: Invalid})
			continue
		}
		l.adviseCreator(d, i, r, &c)
		creators = append(creators, c)
	}
	slices.SortFunc(creators, func(a, b Creator) int { return strings.Compare(a.ID, b.ID) })
	return creators, d
}

// adviseCreator tells about what is allowed and probably not meant.
func (l *loader) adviseCreator(d document, i int, r rawCreator, c *Creator) {
	path := fmt.Sprintf("$.creators[%d]", i)
	if d.pruned {
		// Entries may have been left out before this one.
		path = "$.creators[?(@.creator_id==" + quoteShort(c.ID) + ")]"
	}
	if !sixCharacters.MatchString(c.ID) {
		l.add(Problem{File: d.file, Path: path + ".creator_id", Found: quoteShort(c.ID), Allowed: "six letters or digits, for the dashboard",
			Remedy: "used as it is", Severity: Info, Kind: Advice})
	}
	if c.Enabled && c.On(chat.Twitch) && r.TwitchChannel == "" && c.TwitchChannel != "" {
		l.add(Problem{File: d.file, Path: path + ".twitch_channel", Found: "nothing", Allowed: "the creator's Twitch login",
			Remedy: "the channel " + c.TwitchChannel + " is joined", Severity: Info, Kind: Advice})
	}
	if c.On(chat.Twitch) && c.TwitchChannel == "" {
		l.add(Problem{File: d.file, Path: path + ".twitch_channel", Found: "nothing, and the id is not a login", Allowed: "the creator's Twitch login",
			Remedy: "Twitch is off for this creator", Severity: Warning, Kind: Invalid})
		c.Platforms[string(chat.Twitch)] = false
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		l.add(Problem{File: d.file, Path: path + ".time_zone", Found: quoteShort(c.TimeZone), Allowed: "an IANA name such as Europe/Berlin",
			Remedy: "times are told in UTC", Severity: Warning, Kind: Invalid})
		c.TimeZone = ""
	}
	l.adviseCapture(d, path+".capture", c)
}

func (r rawCreator) creator() Creator {
	platforms, channels, watch := r.platforms()
	c := Creator{
		ID: r.CreatorID, DisplayName: strings.TrimSpace(r.DisplayName), Tier: r.Tier, Platforms: platforms, Notes: r.Notes,
		Enabled:        (r.Enabled == nil || *r.Enabled) && !r.Disabled,
		TwitchChannel:  strings.ToLower(strings.TrimLeft(first(r.TwitchChannel, channels[chat.Twitch]), "#@")),
		TwitchAccount:  r.TwitchAccount,
		YouTubeChannel: first(r.YouTubeChannel, channels[chat.YouTube]), YouTubeAccount: r.YouTubeAccount, YouTubeVideo: r.YouTubeVideo,
		KickChannel:    strings.ToLower(strings.TrimLeft(first(r.KickChannel, channels[chat.Kick]), "@")),
		KickChatroomID: string(r.KickChatroomID), KickAccount: r.KickAccount,
		Rumble: RumbleSettings{r.RumbleChannelURL, first(r.RumbleWatchURL, watch), r.RumbleEnvKey, r.RumbleChatID},
		Chat:   r.Chat, Points: r.Points, TimeZone: r.TimeZone, IgnoredLogins: logins(r.IgnoredLogins),
		Capture: r.Capture, Clips: r.Clips, DiscordUserID: string(r.DiscordUserID), IsAdmin: r.IsAdmin, Limits: r.Limits,
	}
	c.DisplayName = first(c.DisplayName, c.ID)
	c.Tier = first(c.Tier, "open")
	if login := strings.ToLower(c.ID); c.TwitchChannel == "" {
		c.TwitchChannel = login
	}
	if !twitchLogin.MatchString(c.TwitchChannel) {
		c.TwitchChannel = ""
	}
	return c
}

// logins are account names as they are compared.
func logins(names []string) []string {
	var plain []string
	for _, name := range names {
		name = strings.ToLower(strings.TrimLeft(strings.TrimSpace(name), "@#"))
		if name != "" && !slices.Contains(plain, name) {
			plain = append(plain, name)
		}
	}
	return plain
}

// platforms reads the four spellings of the platform switches. It also returns
// the channels and Rumble's watch page from the dashboard's form.
func (r rawCreator) platforms() (on map[string]bool, channels map[chat.Platform]string, watch string) {
	on, channels = map[string]bool{}, map[chat.Platform]string{}
	for name, enabled := range r.PlatformsEnabled {
		on[name] = enabled
	}
	var byName map[string]json.RawMessage
	if json.Unmarshal(r.Platforms, &byName) == nil {
		for name, v := range byName {
			var t toggle
			_ = json.Unmarshal(v, &t) // the schema has checked the form
			on[name] = bool(t)
			var more struct {
				Channel  string `json:"channel"`
				WatchURL string `json:"watch_url"`
			}
			_ = json.Unmarshal(v, &more) // a plain switch has none of them
			channels[chat.Platform(name)] = more.Channel
			if name == string(chat.Rumble) {
				watch = more.WatchURL
			}
		}
		return on, channels, watch
	}
	var list []json.RawMessage
	_ = json.Unmarshal(r.Platforms, &list) // absent is an empty list
	for _, v := range list {
		entry := struct {
			Name     string `json:"name"`
			Platform string `json:"platform"`
			Enabled  bool   `json:"enabled"`
		}{Enabled: true}
		if json.Unmarshal(v, &entry.Name) != nil {
			_ = json.Unmarshal(v, &entry)
		}
		if name := first(entry.Name, entry.Platform); name != "" {
			on[name] = entry.Enabled
		}
	}
	return on, channels, ""
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

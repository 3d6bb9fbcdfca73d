package config

import (
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// channelOn is the creator's channel on a platform as it is compared; empty where the
// creator has none there.
func (c *Creator) channelOn(p chat.Platform) string {
	if !c.Enabled || !c.On(p) {
		return ""
	}
	switch p {
	case chat.Twitch:
		return c.TwitchChannel
	case chat.YouTube:
		return strings.ToLower(c.YouTubeChannel)
	case chat.Kick:
		return c.KickChannel
	}
	return ""
}

// adviseSameChannel tells of channels that several creators have: chat is read for one
// of them.
func (l *loader) adviseSameChannel(d document, creators []Creator) {
	for _, p := range []chat.Platform{chat.Kick, chat.Twitch, chat.YouTube} {
		owners := map[string]string{}
		for i := range creators {
			c := &creators[i]
			name := c.channelOn(p)
			if name == "" {
				continue
			}
			other, taken := owners[name]
			if !taken {
				owners[name] = c.ID
				continue
			}
			l.add(Problem{File: d.file, Path: "$.creators[?(@.creator_id==" + quoteShort(c.ID) + ")]." + string(p) + "_channel",
				Found: quoteShort(name) + ", which " + quoteShort(other) + " has as well", Allowed: "a channel of one creator",
				Remedy: "its chat is read for one of the two", Severity: Warning, Kind: Advice})
		}
	}
}

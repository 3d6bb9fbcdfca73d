package config

import "github.com/streamsuites/streamsuites/internal/chat"

// settleChannels switches YouTube and Kick off for the creators who want them,
// while they are active, without saying where their chat is. Nothing is guessed:
// the channel could be a stranger's.
func (l *loader) settleChannels(creators []Creator, d document, platforms []Platform) []Creator {
	for n := range creators {
		c := &creators[n]
		for _, w := range []struct {
			platform             chat.Platform
			name, field, allowed string
			given                bool
		}{
			{chat.YouTube, "YouTube", "youtube_channel", "the creator's channel id (UC…) or @handle", c.YouTubeChannel != ""},
			{chat.Kick, "Kick", "kick_channel", "the creator's channel name, as in the address of its page", c.KickChannel != ""},
		} {
			if w.given || !c.Enabled || !c.On(w.platform) || !isActive(platforms, w.platform) {
				continue
			}
			l.add(Problem{File: d.file, Path: "$.creators[?(@.creator_id==" + quoteShort(c.ID) + ")]." + w.field, Found: "nothing", Allowed: w.allowed,
				Remedy: w.name + " is off for this creator", Severity: Warning, Kind: Invalid})
			c.Platforms[string(w.platform)] = false
		}
	}
	return creators
}

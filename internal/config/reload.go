package config

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// WatchPath returns the file or folder whose change has the configuration read
// again. What the runtime writes itself is never watched: the folder of the
// documents is, then.
func (c *Config) WatchPath() string {
	path := filepath.FromSlash(c.System.HotReload.WatchPath)
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.StateDir, path)
	}
	if path == filepath.Join(c.StateDir, "shared", "config") || c.writesBelow(path) {
		return c.Dir
	}
	return path
}

// writesBelow reports whether the runtime writes files at or below path.
func (c *Config) writesBelow(path string) bool {
	for _, own := range []string{"runtime", filepath.Join("shared", "state"), "logs", "clips", "capture", "postgres"} {
		own = filepath.Join(c.StateDir, own)
		if inside(own, path) || inside(path, own) {
			return true
		}
	}
	return false
}

// inside reports whether path is folder or lies below it.
func inside(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Changed reports whether any document on disk differs from the one that this
// configuration was read from.
func (c *Config) Changed() bool { return documentsPrint(c.Dir) != c.documents }

// Documents is a hash of the documents as they were when this configuration was
// read, whatever is in force of them.
func (c *Config) Documents() string { return c.documents }

// NeedsRestart lists, by section, the settings in which newer differs from this
// configuration and which a running process cannot take in. Both are valid
// configurations of one state directory, this one the older.
func (c *Config) NeedsRestart(newer *Config) map[string][]string {
	needs := map[string][]string{}
	compare := func(section, setting string, old, now any) {
		if !reflect.DeepEqual(old, now) {
			needs[section] = append(needs[section], setting)
		}
	}
	old, now := c.System, newer.System
	compare(SectionSystem, "http", old.HTTP, now.HTTP)
	compare(SectionSystem, "exports.mirrors", old.Mirrors, now.Mirrors)
	compare(SectionSystem, "capture.buffer_seconds", old.BufferSeconds, now.BufferSeconds)
	compare(SectionSystem, "clips.encoding.concurrency", old.Clips.Concurrency, now.Clips.Concurrency)
	compare(SectionSystem, "clips.encoding.ffmpeg_path", old.Clips.FFmpeg, now.Clips.FFmpeg)
	compare(SectionSystem, "system.hot_reload.enabled", old.HotReload.Enabled, now.HotReload.Enabled)
	compare(SectionSystem, "system.hot_reload.watch_path", old.HotReload.WatchPath, now.HotReload.WatchPath)
	// A platform that was off at the start has no connections.
	for _, p := range []chat.Platform{chat.Kick, chat.Twitch, chat.YouTube} {
		if !c.Polls(p) && newer.Polls(p) {
			section := switchedBy(p, c, newer)
			needs[section] = append(needs[section], string(p)+" is on")
		}
	}
	compare(SectionPlatforms, "endpoints of twitch", c.Platform(chat.Twitch).Twitch, newer.Platform(chat.Twitch).Twitch)
	compare(SectionPlatforms, "endpoints of youtube", c.Platform(chat.YouTube).YouTube, newer.Platform(chat.YouTube).YouTube)
	compare(SectionPlatforms, "endpoints of kick", c.Platform(chat.Kick).Kick, newer.Platform(chat.Kick).Kick)
	compare(SectionPlatforms, "webhooks of kick", c.Platform(chat.Kick).KickWebhooks, newer.Platform(chat.Kick).KickWebhooks)
	compare(SectionCreators, "bot accounts of twitch", c.Twitch, newer.Twitch)
	compare(SectionCreators, "accounts of youtube", c.YouTube, newer.YouTube)
	compare(SectionCreators, "accounts of kick", c.Kick, newer.Kick)
	for section := range needs {
		slices.Sort(needs[section])
	}
	return needs
}

// switchedBy is the section that switched a platform on.
func switchedBy(p chat.Platform, old, now *Config) string {
	if old.Platform(p).State != now.Platform(p).State {
		return SectionPlatforms
	}
	return SectionSystem
}

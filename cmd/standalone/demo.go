package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/sim"
	"github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// demoCreator is the creator of the demo, in the dashboards' form of an id.
const demoCreator = "Harbr1"

// configureDemo writes the demo's configuration: the simulators' addresses,
// their channel, its stream, and the bot's credentials. A file that somebody has
// edited is theirs and stays as it is; what an earlier demo wrote is brought up
// to date.
func configureDemo(dir statedir.Dir, bound sim.Bound) error {
	mine, err := readOwned(dir)
	if err != nil {
		return err
	}
	chat, videos, green := twitch.DefaultSeed(), youtube.DefaultSeed(), kick.DefaultSeed()
	channel := chat.Channels[0]
	if err := mine.write(filepath.Join(dir.String(), ".env"), dotenv(chat, videos, green), 0o600); err != nil {
		return err
	}
	for name, document := range map[string]any{
		"creators.json":  demoCreators(bound, channel, videos, green),
		"platforms.json": demoPlatforms(bound),
		"system.json":    demoSystem(),
		"tiers.json":     demoTiers(),
		"triggers.json":  demoTriggers(),
	} {
		text, err := json.MarshalIndent(document, "", "  ")
		if err != nil {
			return fmt.Errorf("compose %s: %w", name, err)
		}
		if err := mine.write(filepath.Join(dir.Config(), name), append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	if err := mine.save(); err != nil {
		return err
	}
	_, err = config.WriteSample(dir.Config(), config.Sample{})
	return err
}

func dotenv(chat twitch.Seed, videos youtube.Seed, green kick.Seed) []byte {
	bot := chat.Accounts[0]
	var b bytes.Buffer
	b.WriteString("# Credentials of the simulated platforms.\n")
	for _, pair := range [][2]string{
		{config.OptTwitchNick, bot.Login},
		{config.OptTwitchToken, bot.Token},
		{config.OptTwitchRefreshToken, bot.Refresh},
		{config.OptTwitchClientID, chat.ClientID},
		{config.OptTwitchClientSecret, chat.ClientSecret},
		{config.OptYouTubeClientID, videos.ClientID},
		{config.OptYouTubeClientSecret, videos.ClientSecret},
		{config.OptYouTubeRefreshToken, videos.Accounts[0].RefreshToken},
		{config.OptKickClientID, green.ClientID},
		{config.OptKickClientSecret, green.ClientSecret},
		{config.OptKickRefreshToken, green.Accounts[0].Refresh},
	} {
		fmt.Fprintf(&b, "%s=%s\n", pair[0], pair[1])
	}
	return b.Bytes()
}

// demoCreators publishes to the folder first: its link, which chat gets, opens on
// this machine; those of the simulated YouTube open nowhere.
func demoCreators(bound sim.Bound, channel twitch.Channel, videos youtube.Seed, green kick.Seed) any {
	return map[string]any{"creators": []any{map[string]any{
		"creator_id":      demoCreator,
		"display_name":    "Harbor Lights",
		"enabled":         true,
		"tier":            "demo",
		"platforms":       map[string]bool{"twitch": true, "youtube": true, "kick": true},
		"twitch_channel":  channel.Login,
		"youtube_channel": videos.Accounts[0].Handle,
		"kick_channel":    green.Channels[0].Slug,
		"capture":         map[string]any{"url": bound.Playlist},
		"chat":            map[string]any{"record": true},
		"clips": map[string]any{
			"destinations": []string{"folder", "youtube"},
			"youtube": map[string]any{
				"title":       "{title}",
				"description": "From {creator}'s stream \"{source}\" of {date}. Clipped by {clipper}.",
				"tags":        []string{"harbor lights", "highlights", "demo"},
				"privacy":     "unlisted",
				"category_id": "20",
			},
		},
		"notes": "The demo's creator, live on the simulated Twitch, YouTube and Kick.",
	}}}
}

func demoPlatforms(bound sim.Bound) any {
	return map[string]any{"platforms": []any{
		map[string]any{
			"name": "twitch", "enabled": true, "state": "active",
			"endpoints": map[string]any{
				"irc": bound.TwitchIRC, "irc_tls": true, "ca_file": bound.CAFile,
				"helix": bound.TwitchHelix + "/helix", "oauth": bound.TwitchHelix + "/oauth2",
			},
		},
		map[string]any{
			"name": "youtube", "enabled": true, "state": "active",
			"endpoints": map[string]any{
				"api": bound.YouTube, "oauth": bound.YouTube + youtube.TokenPath,
				"authorize": bound.YouTube + youtube.AuthorizePath, "device": bound.YouTube + youtube.DevicePath,
			},
		},
		map[string]any{
			"name": "kick", "enabled": true, "state": "active",
			"endpoints": map[string]any{
				"api": bound.Kick, "oauth": bound.Kick, "site": bound.Kick,
				"pusher": "ws" + strings.TrimPrefix(bound.Kick, "http") + "/app/" + kick.DefaultSeed().AppKey,
			},
		},
	}}
}

// demoSystem holds every clip for two seconds before it is published, so that
// a person can see that it is encoded and waits. Changed files are taken in, and
// this machine may read what is meant for the dashboard: the demo is there to try
// things out.
func demoSystem() any {
	return map[string]any{
		"system": map[string]any{
			"platforms":  map[string]bool{"twitch": true, "youtube": true, "kick": true, "discord": false},
			"hot_reload": map[string]any{"enabled": true, "interval_seconds": 1},
		},
		"clips": map[string]any{"publish_delay_seconds": 2, "per_hour": 1000, "user_cooldown_seconds": 5},
		"http":  map[string]any{"trust_loopback": true},
	}
}

// demoTiers is generous: people try things out.
func demoTiers() any {
	return map[string]any{"version": "1.0", "tiers": map[string]any{"demo": map[string]any{
		"label": "Demo", "description": "Everything on, short waits.",
		"features": map[string]any{
			"triggers":   map[string]any{"enabled": true, "max_triggers": 100, "min_cooldown_seconds": 0},
			"clips":      map[string]any{"enabled": true, "max_duration_seconds": 120, "pre_roll_seconds": 20, "min_cooldown_seconds": 0, "max_concurrent_jobs": 5},
			"polls":      map[string]any{"enabled": true, "max_active_polls": 10, "max_options": 10},
			"automation": map[string]any{"enabled": true},
			"branding":   map[string]any{"custom_bot_identity": true},
			"backups":    map[string]any{"manual_export": true, "automated_backups": false, "retention_days": 0},
		},
	}}}
}

// owned remembers which files the demo wrote, by the hash of their content.
type owned struct {
	path   string
	hashes map[string]string
}

func readOwned(dir statedir.Dir) (*owned, error) {
	o := &owned{path: filepath.Join(dir.String(), "demo.json"), hashes: map[string]string{}}
	text, err := os.ReadFile(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the demo wrote: %w", err)
	}
	if err := json.Unmarshal(text, &o.hashes); err != nil {
		return nil, fmt.Errorf("read what the demo wrote, %s: %w; remove it, and the configuration as it is now counts as yours", o.path, err)
	}
	return o, nil
}

// write replaces a file that is missing or still as the demo wrote it. Files go
// by their names below the state directory, which may have been moved.
func (o *owned) write(path string, content []byte, mode fs.FileMode) error {
	name, err := filepath.Rel(filepath.Dir(o.path), path)
	if err != nil {
		return fmt.Errorf("name %s: %w", path, err)
	}
	name = filepath.ToSlash(name)
	now, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("look at %s: %w", path, err)
	case bytes.Equal(now, content): // perhaps from a start that was killed before it could remember
		o.hashes[name] = hashOf(content)
		return nil
	case o.hashes[name] != hashOf(now):
		return nil
	}
	o.hashes[name] = hashOf(content)
	return durable.WriteFile(path, content, mode)
}

func (o *owned) save() error {
	text, err := json.MarshalIndent(o.hashes, "", "  ")
	if err != nil {
		return fmt.Errorf("remember what the demo wrote: %w", err)
	}
	return durable.WriteFile(o.path, append(text, '\n'), 0o644)
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/streamsuites/streamsuites/internal/sim"
	"github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

const (
	// idleAccounts are the bot accounts on each platform that the offline creators
	// share.
	idleAccounts = 4
	// idleTriggers are the triggers of each of them.
	idleTriggers = 16
)

// Names of the n-th of something; creators and accounts count from 0.

func idleName(n int) string    { return fmt.Sprintf("idle%04d", n) }
func idleID(n int) string      { return fmt.Sprintf("Idle%04d", n) }
func idleYouTube(n int) string { return fmt.Sprintf("UCidleCreator%011d", n) }
func idleBot(n int) string     { return fmt.Sprintf("idlebot%d", n) }
func idleLabel(n int) string   { return fmt.Sprintf("IDLE%d", n) }

// idleToken is a token of an account; kind tells its tokens apart.
func idleToken(n int, kind string) string { return fmt.Sprintf("idle-%s-%d", kind, n) }

// idleSeeds are platforms on which so many creators are offline, and the accounts
// that are let in there.
func idleSeeds(creators int) (chat twitch.Seed, videos youtube.Seed, green kick.Seed) {
	chat, videos, green = twitch.DefaultSeed(), youtube.DefaultSeed(), kick.DefaultSeed()
	chatScopes, greenScopes := chat.Accounts[0].Scopes, green.Accounts[0].Scopes
	chat.Accounts, chat.Channels, videos.Accounts, green.Accounts, green.Channels = nil, nil, nil, nil, nil
	var moderators []string
	for n := range idleAccounts {
		moderators = append(moderators, idleBot(n))
		chat.Accounts = append(chat.Accounts, twitch.Account{
			ID: fmt.Sprint(510_000_000 + n), Login: idleBot(n), Display: idleBot(n),
			Token: idleToken(n, "twitch"), Refresh: idleToken(n, "twitch-refresh"), Scopes: chatScopes,
		})
		videos.Accounts = append(videos.Accounts, youtube.Account{
			RefreshToken: idleToken(n, "youtube-refresh"), Channel: fmt.Sprintf("UCidleBotChan%011d", n), Title: idleBot(n),
		})
		green.Accounts = append(green.Accounts, kick.Account{
			ID: int64(7_100_000 + n), Username: idleBot(n),
			Token: idleToken(n, "kick"), Refresh: idleToken(n, "kick-refresh"), Scopes: greenScopes,
		})
	}
	green.Bot, green.Consent = idleBot(0), idleBot(0)
	for n := range creators {
		name := idleName(n)
		chat.Channels = append(chat.Channels, twitch.Channel{Login: name, Moderators: moderators, Title: name, Offline: true})
		videos.Accounts = append(videos.Accounts, youtube.Account{Channel: idleYouTube(n), Title: name})
		green.Channels = append(green.Channels, kick.Channel{
			Slug: name, ID: int64(8_100_000 + n), Chatroom: int64(9_100_000 + n), Moderators: moderators, Title: name, Offline: true,
		})
	}
	return chat, videos, green
}

// configureIdle configures a standalone for so many offline creators. Nothing is
// set that service would not have, but the platforms' addresses.
func configureIdle(dir statedir.Dir, at sim.Bound, creators int) error {
	if err := dir.Create(); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir.String(), ".env"), idleEnvironment(), 0o600); err != nil {
		return fmt.Errorf("configure the offline creators: %w", err)
	}
	for name, document := range map[string]any{
		"creators.json":  idleCreators(creators),
		"platforms.json": idlePlatforms(at),
		"triggers.json":  idleDefinitions(creators),
		"tiers.json": map[string]any{"version": "1.0", "tiers": map[string]any{"idle": map[string]any{
			"label": "Benchmark", "description": "As many triggers as the offline creators have.",
			"features": map[string]any{"triggers": map[string]any{"enabled": true, "max_triggers": idleTriggers, "min_cooldown_seconds": 0}},
		}}},
		"system.json": map[string]any{"system": map[string]any{"platforms": map[string]bool{
			"twitch": true, "youtube": true, "kick": true, "discord": false,
		}}},
	} {
		text, err := json.Marshal(document)
		if err != nil {
			return fmt.Errorf("compose %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir.Config(), name), text, 0o644); err != nil { //nolint:gosec // no secret
			return fmt.Errorf("configure the offline creators: %w", err)
		}
	}
	return nil
}

// idleEnvironment is the accounts' credentials.
func idleEnvironment() []byte {
	chat, videos, green := idleSeeds(0)
	var b strings.Builder
	set := func(name, value string) { _, _ = fmt.Fprintf(&b, "%s=%s\n", name, value) }
	set("TWITCH_CLIENT_ID", chat.ClientID)
	set("TWITCH_CLIENT_SECRET", chat.ClientSecret)
	set("YOUTUBE_CLIENT_ID", videos.ClientID)
	set("YOUTUBE_CLIENT_SECRET", videos.ClientSecret)
	set("KICK_CLIENT_ID", green.ClientID)
	set("KICK_CLIENT_SECRET", green.ClientSecret)
	for n := range idleAccounts {
		label := "_" + idleLabel(n)
		set("TWITCH_BOT_NICK"+label, chat.Accounts[n].Login)
		set("TWITCH_OAUTH_TOKEN"+label, chat.Accounts[n].Token)
		set("TWITCH_REFRESH_TOKEN"+label, chat.Accounts[n].Refresh)
		set("YOUTUBE_REFRESH_TOKEN"+label, videos.Accounts[n].RefreshToken)
		set("KICK_REFRESH_TOKEN"+label, green.Accounts[n].Refresh)
	}
	return []byte(b.String())
}

func idleCreators(creators int) any {
	var all []any
	for n := range creators {
		name, label := idleName(n), idleLabel(n%idleAccounts)
		all = append(all, map[string]any{
			"creator_id": idleID(n), "display_name": name, "enabled": true, "tier": "idle",
			"platforms":      map[string]bool{"twitch": true, "youtube": true, "kick": true},
			"twitch_channel": name, "youtube_channel": idleYouTube(n), "kick_channel": name,
			"twitch_account": label, "youtube_account": label, "kick_account": label,
		})
	}
	return map[string]any{"creators": all}
}

// idlePlatforms is where the platforms are. It has to say what the demo says.
func idlePlatforms(at sim.Bound) any {
	on := func(name string, endpoints map[string]any) any {
		return map[string]any{"name": name, "enabled": true, "state": "active", "endpoints": endpoints}
	}
	return map[string]any{"platforms": []any{
		on("twitch", map[string]any{
			"irc": at.TwitchIRC, "irc_tls": true, "ca_file": at.CAFile, "helix": at.TwitchHelix + "/helix", "oauth": at.TwitchHelix + "/oauth2",
		}),
		on("youtube", map[string]any{
			"api": at.YouTube, "oauth": at.YouTube + youtube.TokenPath,
			"authorize": at.YouTube + youtube.AuthorizePath, "device": at.YouTube + youtube.DevicePath,
		}),
		on("kick", map[string]any{
			"api": at.Kick, "oauth": at.Kick, "site": at.Kick,
			"pusher": "ws" + strings.TrimPrefix(at.Kick, "http") + "/app/" + kick.DefaultSeed().AppKey,
		}),
	}}
}

// idleDefinitions gives every creator triggers of its own.
func idleDefinitions(creators int) any {
	var all []any
	for n := range creators {
		for t := range idleTriggers {
			all = append(all, map[string]any{
				"trigger_id": fmt.Sprintf("%s-t%02d", idleName(n), t), "creator_id": idleID(n), "type": "command",
				"command": fmt.Sprintf("!answer%d", t), "responses": []string{fmt.Sprintf("$(user) this is answer %d of %s", t, idleName(n))},
			})
		}
	}
	return map[string]any{"triggers": all}
}

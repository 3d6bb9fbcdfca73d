package config

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/durable"
)

//go:embed sample/tiers.json
var sampleTiers []byte

// Sample says what goes into the documents of a new state directory.
type Sample struct {
	Creators []SampleCreator
	// Twitch says where Twitch is, for simulators; nil means the real one. Twitch
	// is switched on when a creator has a channel there.
	Twitch *TwitchEndpoints
	// YouTube and Kick are the same for these platforms. Kick is switched on in
	// system.json, too.
	YouTube *YouTubeEndpoints
	Kick    *KickEndpoints
	// HTTPAddress and PublicBase of the HTTP server; empty means the default.
	HTTPAddress, PublicBase string
}

// SampleCreator is a creator of a new state directory.
type SampleCreator struct {
	ID, DisplayName string
	Tier            string // empty means "open"
	TwitchChannel   string
	YouTubeChannel  string // id or @handle
	KickChannel     string // slug
	KickChatroomID  string // digits; "" has it asked for
	Capture         Capture
}

// WriteSample writes the documents of a new state directory into dir, the
// configuration folder, and returns the names of those that it wrote. A document
// that exists, whatever is in it, is never touched.
func WriteSample(dir string, s Sample) (written []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the configuration folder: %w", err)
	}
	for _, d := range []struct {
		name string
		data any
	}{
		{"tiers.json", json.RawMessage(sampleTiers)},
		{"ratelimits.json", map[string]any{}},
		{"system.json", s.system()},
		{"platforms.json", s.platforms()},
		{"creators.json", s.creators()},
		{"triggers.json", map[string]any{"triggers": []any{}}},
	} {
		path := filepath.Join(dir, d.name)
		if _, err := os.Lstat(path); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return written, fmt.Errorf("look for %s: %w", d.name, err)
		}
		data, err := json.MarshalIndent(d.data, "", "  ")
		if err != nil {
			return written, fmt.Errorf("compose %s: %w", d.name, err)
		}
		if err := durable.WriteFile(path, append(data, '\n'), 0o644); err != nil {
			return written, fmt.Errorf("write %s: %w", d.name, err)
		}
		written = append(written, d.name)
	}
	return written, nil
}

func (s Sample) creators() any {
	type entry struct {
		CreatorID      string          `json:"creator_id"`
		DisplayName    string          `json:"display_name"`
		Enabled        bool            `json:"enabled"`
		Tier           string          `json:"tier"`
		Platforms      map[string]bool `json:"platforms"`
		TwitchChannel  string          `json:"twitch_channel,omitempty"`
		YouTubeChannel string          `json:"youtube_channel,omitempty"`
		KickChannel    string          `json:"kick_channel,omitempty"`
		KickChatroomID string          `json:"kick_chatroom_id,omitempty"`
		Capture        *Capture        `json:"capture,omitempty"`
	}
	entries := []entry{}
	for _, c := range s.Creators {
		e := entry{c.ID, first(c.DisplayName, c.ID), true, first(c.Tier, "open"),
			map[string]bool{string(chat.Twitch): c.TwitchChannel != ""}, c.TwitchChannel, c.YouTubeChannel, c.KickChannel, c.KickChatroomID, nil}
		if c.YouTubeChannel != "" {
			e.Platforms[string(chat.YouTube)] = true
		}
		if c.KickChannel != "" {
			e.Platforms[string(chat.Kick)] = true
		}
		if c.Capture.IsSet() {
			e.Capture = &c.Capture
		}
		entries = append(entries, e)
	}
	return map[string]any{"schema_version": "v1", "creators": entries}
}

func (s Sample) platforms() any {
	type entry struct {
		Name      string `json:"name"`
		Enabled   bool   `json:"enabled"`
		Endpoints any    `json:"endpoints,omitempty"`
	}
	entries := []entry{}
	for _, p := range chat.Platforms {
		e := entry{Name: string(p)}
		for _, c := range s.Creators {
			if c.channelOn(p) != "" {
				e.Enabled, e.Endpoints = true, s.endpoints(p)
			}
		}
		entries = append(entries, e)
	}
	return map[string]any{"schema_version": "v1", "platforms": entries}
}

// channelOn is the creator's channel on a platform, or "".
func (c SampleCreator) channelOn(p chat.Platform) string {
	return map[chat.Platform]string{chat.Twitch: c.TwitchChannel, chat.YouTube: c.YouTubeChannel, chat.Kick: c.KickChannel}[p]
}

// endpoints are those of a platform, or nil for the real ones.
func (s Sample) endpoints(p chat.Platform) any {
	switch {
	case p == chat.Twitch && s.Twitch != nil:
		return s.Twitch
	case p == chat.YouTube && s.YouTube != nil:
		return s.YouTube
	case p == chat.Kick && s.Kick != nil:
		return s.Kick
	}
	return nil
}

func (s Sample) system() any {
	document := map[string]any{
		"http": map[string]any{
			"address":     first(s.HTTPAddress, defaultSystem().HTTP.Address),
			"public_base": s.PublicBase,
		},
	}
	if slices.ContainsFunc(s.Creators, func(c SampleCreator) bool { return c.KickChannel != "" }) {
		document["system"] = map[string]any{"platforms": map[string]bool{string(chat.Kick): true}}
	}
	return document
}

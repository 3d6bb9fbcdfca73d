package config

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	// HTTPAddress and PublicBase of the HTTP server; empty means the default.
	HTTPAddress, PublicBase string
}

// SampleCreator is a creator of a new state directory.
type SampleCreator struct {
	ID, DisplayName string
	Tier            string // empty means "open"
	TwitchChannel   string
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
		CreatorID     string          `json:"creator_id"`
		DisplayName   string          `json:"display_name"`
		Enabled       bool            `json:"enabled"`
		Tier          string          `json:"tier"`
		Platforms     map[string]bool `json:"platforms"`
		TwitchChannel string          `json:"twitch_channel,omitempty"`
		Capture       *Capture        `json:"capture,omitempty"`
	}
	entries := []entry{}
	for _, c := range s.Creators {
		e := entry{c.ID, first(c.DisplayName, c.ID), true, first(c.Tier, "open"),
			map[string]bool{string(chat.Twitch): c.TwitchChannel != ""}, c.TwitchChannel, nil}
		if c.Capture.IsSet() {
			e.Capture = &c.Capture
		}
		entries = append(entries, e)
	}
	return map[string]any{"schema_version": "v1", "creators": entries}
}

func (s Sample) platforms() any {
	type entry struct {
		Name      string           `json:"name"`
		Enabled   bool             `json:"enabled"`
		Endpoints *TwitchEndpoints `json:"endpoints,omitempty"`
	}
	entries := []entry{}
	for _, p := range chat.Platforms {
		e := entry{Name: string(p)}
		for _, c := range s.Creators {
			if p == chat.Twitch && c.TwitchChannel != "" {
				e.Enabled, e.Endpoints = true, s.Twitch
			}
		}
		entries = append(entries, e)
	}
	return map[string]any{"schema_version": "v1", "platforms": entries}
}

func (s Sample) system() any {
	return map[string]any{
		"http": map[string]any{
			"address":     first(s.HTTPAddress, defaultSystem().HTTP.Address),
			"public_base": s.PublicBase,
		},
	}
}

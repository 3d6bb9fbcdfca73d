package exports

import (
	"context"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
)

// FilePlatforms is the name of the status export.
const FilePlatforms = "platforms.json"

// Services that the readers list with the platforms.
const (
	platformDiscord = "discord"
	platformTwitter = "twitter"
)

// PlatformsInput is what platforms.json is made of.
type PlatformsInput struct {
	Polling   bool // platforms are read at all
	Platforms []PlatformSettings
	Since     time.Time // for the stamp
}

type platformsDocument struct {
	Meta      meta             `json:"meta"`
	Platforms []platformStatus `json:"platforms"`
}

type platformStatus struct {
	Name             string  `json:"name"`
	Status           string  `json:"status"`
	Mode             string  `json:"mode"`
	Notes            *string `json:"notes"`
	ReplaySupported  bool    `json:"replay_supported"`
	OverlaySupported bool    `json:"overlay_supported"`
}

// The words of the status export.
const (
	wordActive  = "active"
	wordPaused  = "paused" // the runtime can, and is told not to
	wordPlanned = "planned"
)

// ability is what this version of the runtime can do on a platform.
type ability struct{ name, word, mode, notes string }

// abilities lists every platform that the readers know, by name.
func abilities() []ability {
	return []ability{
		{platformDiscord, wordPlanned, "chat-stub", "Not part of this version"},
		{string(chat.Kick), wordActive, "chat+ingest", "Reads and answers chats, sees streams begin and end"},
		{string(chat.Pilled), wordPlanned, "ingest-only", "Not part of this version"},
		{string(chat.Rumble), wordPlanned, "browser+sse", "Not part of this version"},
		{string(chat.Twitch), wordActive, "chat+ingest", "Reads and answers chats, sees streams begin and end"},
		{platformTwitter, wordPlanned, "chat-stub", "Not part of this version"},
		{string(chat.YouTube), wordActive, "chat+ingest", "Reads and answers chats, sees streams begin and end; clips are uploaded"},
	}
}

// BuildPlatforms builds platforms.json: what the runtime can do on each platform,
// and whether the configuration lets it. It tells nothing about connections; the
// snapshot does.
func BuildPlatforms(in PlatformsInput) (Document, error) {
	doc := platformsDocument{Meta: newMeta(instant(in.Since), Public, "platform-status"), Platforms: []platformStatus{}}
	for _, a := range abilities() {
		doc.Platforms = append(doc.Platforms, platformStatusOf(a, in))
	}
	data, err := encode(FilePlatforms, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FilePlatforms, Visibility: Public, Data: data}, nil
}

func platformStatusOf(a ability, in PlatformsInput) platformStatus {
	row := platformStatus{Name: a.name, Status: a.word, Mode: a.mode, Notes: textOrNull(a.notes)}
	if a.word != wordActive {
		return row // whatever the configuration says, there is nothing to switch
	}
	i := slices.IndexFunc(in.Platforms, func(p PlatformSettings) bool { return p.Name == a.name })
	why := ""
	switch {
	case i < 0 || in.Platforms[i].State == string(config.Disabled):
		why = "Switched off by the configuration"
	case in.Platforms[i].State == string(config.Paused):
		why = or(plain(in.Platforms[i].PausedReason, 300), "Paused by the configuration")
	case !in.Polling:
		why = "No platform is read: polling is switched off by the configuration"
	default:
		row.ReplaySupported, row.OverlaySupported = in.Platforms[i].Replay, in.Platforms[i].Overlay
		return row
	}
	row.Status, row.Notes = wordPaused, &why
	return row
}

func buildPlatforms(_ context.Context, _ *collector, s Settings) ([]byte, error) {
	doc, err := BuildPlatforms(PlatformsInput{s.Polling, s.Platforms, s.Since})
	return doc.Data, err
}
